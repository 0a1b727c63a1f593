/** Runs the built program as a platform does: as a process of its own, read through a pipe. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AirbyteErrorTrace,
  AirbyteMessage,
  AirbyteState,
  AirbyteStream,
  JsonObject,
  StreamStatus,
  StreamStatusReason,
  SyncMode,
} from '../src/protocol/messages.js';
import { outputOf } from './child-output.js';
import type { ChildOutput, ChildWithOutput } from './child-output.js';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const PROGRAM = join(ROOT, 'dist/main.js');

/** Longer than most runs of these tests take; a run that hangs is killed and so fails its test. */
const MAX_RUN_MS = 25_000;

/** What a process printed, and how it ended. */
export interface ConnectorRun extends ChildOutput {
  /** One for each line of standard output that holds a message. */
  readonly messages: readonly AirbyteMessage[];
  /** Lines of standard output that are no message. */
  readonly otherLines: readonly string[];
  readonly milliseconds: number;
}

export interface ReadRecord {
  readonly stream: string;
  readonly data: JsonObject;
  /** The bytes of `data` as text: JSON.parse would round large integers and take `1.0` for an integer. */
  readonly raw: string;
  /** Unix ms */
  readonly emittedAt: number;
  /** Place among all messages of the run. */
  readonly position: number;
}

export interface ReadState {
  readonly state: AirbyteState;
  readonly line: string;
  readonly position: number;
}

export interface ReadStatus {
  readonly status: StreamStatus;
  readonly reasons: readonly StreamStatusReason[] | undefined;
  readonly position: number;
}

/** The messages of a read by kind, and by stream where they have one. */
export interface Messages {
  readonly records: readonly ReadRecord[];
  readonly recordsOf: (stream: string) => readonly ReadRecord[];
  readonly states: readonly ReadState[];
  readonly statesOf: (stream: string) => readonly ReadState[];
  readonly statusesOf: (stream: string) => readonly ReadStatus[];
  readonly errors: readonly AirbyteErrorTrace[];
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function parseLine(line: string): AirbyteMessage | undefined {
  try {
    const value = JSON.parse(line) as AirbyteMessage | null;
    return typeof value === 'object' && value !== null && 'type' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text of the member `data`, which stands last in a record line. */
function rawData(line: string): string {
  return line.slice(line.indexOf('"data":') + '"data":'.length, line.lastIndexOf('}}'));
}

function by<T>(items: readonly T[], name: (item: T) => string): (stream: string) => readonly T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(name(item));
    if (group === undefined) groups.set(name(item), [item]);
    else group.push(item);
  }
  return (stream) => groups.get(stream) ?? [];
}

export function groupMessages(run: ConnectorRun): Messages {
  const records: ReadRecord[] = [];
  const states: ReadState[] = [];
  const statuses: (ReadStatus & { stream: string })[] = [];
  const errors: AirbyteErrorTrace[] = [];
  linesOf(run.stdout).forEach((line, position) => {
    const message = parseLine(line);
    if (message?.type === 'RECORD') {
      const { stream, data, emitted_at: emittedAt } = message.record;
      records.push({ stream, data, raw: rawData(line), emittedAt, position });
    } else if (message?.type === 'STATE') {
      states.push({ state: message.state, line, position });
    } else if (message?.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor, status, reasons } = message.trace.stream_status;
      statuses.push({ stream: stream_descriptor.name, status, reasons, position });
    } else if (message?.type === 'TRACE' && message.trace.type === 'ERROR') {
      errors.push(message.trace);
    }
  });
  return {
    records,
    recordsOf: by(records, ({ stream }) => stream),
    states,
    statesOf: by(states, ({ state }) => state.stream.stream_descriptor.name),
    statusesOf: by(statuses, ({ stream }) => stream),
    errors,
  };
}

/** The STATE that a platform would keep of each stream: the last one. */
export function lastStates(states: readonly ReadState[]): AirbyteState[] {
  const last = new Map(states.map(({ state }) => [state.stream.stream_descriptor.name, state]));
  return [...last.values()];
}

export interface Configured {
  stream: AirbyteStream;
  sync_mode: SyncMode;
  destination_sync_mode: string;
  cursor_field?: string[];
  primary_key?: string[][];
}

/** How the acceptance tests configure a stream that no file configures. */
export function configured(
  stream: AirbyteStream,
  sync_mode: SyncMode = stream.supported_sync_modes[0] ?? 'full_refresh',
): Configured {
  return {
    stream,
    sync_mode,
    destination_sync_mode: 'append',
    ...(stream.default_cursor_field === undefined ? {} : { cursor_field: stream.default_cursor_field }),
    ...(stream.source_defined_primary_key === undefined
      ? {}
      : { primary_key: stream.source_defined_primary_key }),
  };
}

/** A file's path from the root of the project, or what the file is to hold. */
export type FileOrContent = string | object;

export interface ReadFiles {
  readonly config: FileOrContent;
  readonly catalog: FileOrContent;
  readonly state?: FileOrContent;
}

export interface Connector {
  /** The arguments of a command, its files written where there is only content. */
  readArguments(files: ReadFiles): string[];
  spec(): Promise<ConnectorRun>;
  check(config: FileOrContent, watch?: (child: ChildWithOutput) => void): Promise<ConnectorRun>;
  discover(config: FileOrContent): Promise<ConnectorRun>;
  /** The streams that `discover` lists. */
  streams(config: FileOrContent): Promise<AirbyteStream[]>;
  read(files: ReadFiles, watch?: (child: ChildWithOutput) => void): Promise<ConnectorRun>;
  run(args: readonly string[], watch?: (child: ChildWithOutput) => void): Promise<ConnectorRun>;
  /** Removes the files that were written. */
  close(): void;
}

/**
 * @param environment variables beside those of this process
 * @param maxRunMs after which a run is killed
 */
export function createConnector(
  environment: Readonly<Record<string, string>> = {},
  maxRunMs = MAX_RUN_MS,
): Connector {
  const folder = mkdtempSync(join(tmpdir(), 'source-payments-'));
  let files = 0;

  function path(file: FileOrContent): string {
    if (typeof file === 'string') return join(ROOT, file);
    const written = join(folder, `${files++}.json`);
    writeFileSync(written, JSON.stringify(file));
    return written;
  }

  async function run(
    args: readonly string[],
    watch: (child: ChildWithOutput) => void = () => undefined,
  ): Promise<ConnectorRun> {
    const started = Date.now();
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: folder,
      // The tests' own settings must not reach the program.
      env: { ...process.env, LOG_LEVEL: 'info', NODE_OPTIONS: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: maxRunMs,
      killSignal: 'SIGKILL',
    });
    const ended = outputOf(child);
    watch(child);
    const output = await ended;
    const messages: AirbyteMessage[] = [];
    const otherLines: string[] = [];
    for (const line of linesOf(output.stdout)) {
      const message = parseLine(line);
      if (message === undefined) otherLines.push(line);
      else messages.push(message);
    }
    return { ...output, messages, otherLines, milliseconds: Date.now() - started };
  }

  function readArguments({ config, catalog, state }: ReadFiles): string[] {
    const args = ['read', '--config', path(config), '--catalog', path(catalog)];
    return state === undefined ? args : [...args, '--state', path(state)];
  }

  const discover = (config: FileOrContent) => run(['discover', '--config', path(config)]);
  return {
    run,
    readArguments,
    spec: () => run(['spec']),
    check: (config, watch) => run(['check', '--config', path(config)], watch),
    discover,
    async streams(config) {
      const result = await discover(config);
      const found = result.messages.find((message) => message.type === 'CATALOG');
      if (found?.type !== 'CATALOG')
        throw new Error(`discover printed no CATALOG:\n${result.stdout}${result.stderr}`);
      return found.catalog.streams;
    },
    read: (options, watch) => run(readArguments(options), watch),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
