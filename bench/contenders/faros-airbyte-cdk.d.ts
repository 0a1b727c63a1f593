/** What faros-source.ts uses of the package, which only the benchmark installs. */
declare module 'faros-airbyte-cdk' {
  type Values = Record<string, unknown>;

  export class AirbyteSourceLogger {
    info(message: string): void;
  }
  export class AirbyteSpec {
    constructor(spec: Values);
  }
  export type SyncMode = 'full_refresh' | 'incremental';

  export abstract class AirbyteStreamBase {
    constructor(logger: AirbyteSourceLogger);
    get name(): string;
    abstract getJsonSchema(): Values;
    abstract get primaryKey(): string;
    get cursorField(): string;
    abstract readRecords(
      syncMode: SyncMode,
      cursorField?: string[],
      streamSlice?: Values,
      streamState?: Values,
    ): AsyncGenerator<Values>;
    getUpdatedState(currentStreamState: Values, latestRecord: Values): Values;
  }

  export abstract class AirbyteSourceBase<Config> {
    protected readonly logger: AirbyteSourceLogger;
    constructor(logger: AirbyteSourceLogger);
    abstract get type(): string;
    abstract spec(): Promise<AirbyteSpec>;
    abstract checkConnection(config: Config): Promise<[boolean, Error | undefined]>;
    abstract streams(config: Config): AirbyteStreamBase[];
  }

  export class AirbyteSourceRunner<Config> {
    constructor(logger: AirbyteSourceLogger, source: AirbyteSourceBase<Config>);
    mainCommand(): { parseAsync(argv: readonly string[]): Promise<unknown> };
  }
}
