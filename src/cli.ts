/** The command line: https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol#source */
import { setTimeout as delay } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import yargs from 'yargs';
import type { HttpTransport } from './declarative/http-transport.js';
import { readSpec, readVersion } from './package-files.js';
import { OutputClosedError, StoppedError, toErrorTrace, toTracedError } from './protocol/errors.js';
import { Output } from './protocol/output.js';
import type { SourceContext } from './source.js';

/** The process as a command sees it. */
export interface Host {
  /** Without `node` and the script. */
  readonly argv: readonly string[];
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts on SIGTERM. */
  readonly signal: AbortSignal;
  /** Rejects when an error was caught by nobody. */
  readonly uncaught?: Promise<never>;
}

/** ms. Airbyte's tests give a check a minute. */
const CHECK_TIMEOUTS = {
  connectTimeout: 10_000,
  headersTimeout: 15_000,
  idleTimeout: 10_000,
  wholeTimeout: 20_000,
};

/** How the process ends. `stopped` is an end by request, before the work was done. */
export type ExitCode = 0 | 1 | 2 | 'stopped';

interface Arguments {
  readonly command: 'spec' | 'check' | 'discover' | 'read';
  readonly debug: boolean;
  readonly config: string;
  readonly catalog: string;
  readonly state: string | undefined;
}

/** What is to be done, or the text to show instead. */
type Parsed = { run: Arguments } | { help: string } | { usage: string };

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function parse(argv: readonly string[]): Parsed {
  const config = {
    type: 'string',
    demandOption: true,
    requiresArg: true,
    describe: 'JSON file with the config',
  } as const;
  const catalog = {
    type: 'string',
    demandOption: true,
    requiresArg: true,
    describe: 'JSON file with the configured catalog',
  } as const;
  const state = {
    type: 'string',
    requiresArg: true,
    describe: 'JSON file with the state of the last sync',
  } as const;
  let problem: string | undefined;
  let output = '';
  const parser = yargs([])
    .scriptName('source-payments')
    .usage('$0 <command>\n\nReads Paystack or Pagar.me as an Airbyte source; messages go to standard output.')
    .command('spec', 'Print what a config looks like')
    .command('check', 'Try the config against the API', { config })
    .command('discover', 'List the streams', { config })
    .command('read', 'Read the streams of a configured catalog', { config, catalog, state })
    .option('debug', { type: 'boolean', default: false, describe: 'Log at level DEBUG', global: true })
    .example('$0 check --config config.json', '')
    .example('$0 read --config config.json --catalog catalog.json --state state.json', '')
    .demandCommand(1, 1, 'Name a command.')
    .version(readVersion())
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .strict()
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      problem ??= message ?? error?.message ?? 'The arguments are not valid.';
    });
  const parsed = parser.parseSync([...argv], {}, (_error: unknown, _args: unknown, text: string) => {
    output = text;
  }) as Record<string, unknown> & { _: (string | number)[] };
  if (problem !== undefined) return { usage: `${problem}\nTry source-payments --help.\n` };
  if (output !== '') return { help: `${output}\n` };
  return {
    run: {
      command: String(parsed._[0]) as Arguments['command'],
      debug: parsed['debug'] === true,
      config: textOf(parsed['config']) ?? '',
      catalog: textOf(parsed['catalog']) ?? '',
      state: textOf(parsed['state']),
    },
  };
}

/** Loads what a command needs and runs it: `spec` starts without the HTTP client and the validator. */
async function runCommand(
  args: Arguments,
  { environment, signal }: Host,
  output: Output,
  transport: (one: HttpTransport) => void,
): Promise<void> {
  if (args.command === 'spec') return output.message({ type: 'SPEC', spec: readSpec() });

  const source = await import('./source.js');
  const { readConfigFile } = await import('./protocol/config.js');
  const { createHttpTransport } = await import('./declarative/http-transport.js');
  const config = readConfigFile(args.config);
  const http = createHttpTransport(args.command === 'check' ? CHECK_TIMEOUTS : {});
  transport(http);
  const context: SourceContext = {
    output,
    http: http.send,
    environment,
    signal,
    random: Math.random,
    clock: {
      now: Date.now,
      sleep: async (ms) => {
        await delay(ms, undefined, { signal }).catch(() => {
          throw new StoppedError('stopped while waiting');
        });
      },
    },
  };
  if (args.command === 'check') return source.check(config, context);
  if (args.command === 'discover') return source.discover(config, context);

  const { readConfiguredCatalogFile } = await import('./protocol/catalog.js');
  const { readStateFile } = await import('./protocol/state.js');
  const catalog = readConfiguredCatalogFile(args.catalog);
  const states = args.state === undefined ? new Map() : readStateFile(args.state);
  return source.read(config, catalog, states, context);
}

function isDebug({ environment }: Host, args: Arguments): boolean {
  return args.debug || environment['LOG_LEVEL']?.toLowerCase() === 'debug';
}

/** Runs one command to its end. Never throws; what went wrong is in the output and the exit code. */
export async function run(host: Host): Promise<ExitCode> {
  const parsed = parse(host.argv);
  if ('usage' in parsed) {
    host.stderr.write(parsed.usage);
    return host.argv.length === 0 ? 1 : 2;
  }
  const debug = 'run' in parsed && isDebug(host, parsed.run);
  const output = new Output({ sink: host.stdout, now: Date.now, debug });
  let transport: HttpTransport | undefined;
  try {
    const work =
      'help' in parsed
        ? output.help(parsed.help)
        : runCommand(parsed.run, host, output, (one) => (transport = one));
    await Promise.race([work, ...(host.uncaught === undefined ? [] : [host.uncaught])]);
    return 0;
  } catch (error) {
    return await reportFailure(error, output, host);
  } finally {
    transport?.close();
  }
}

async function reportFailure(error: unknown, output: Output, host: Host): Promise<ExitCode> {
  if (error instanceof StoppedError || host.signal.aborted) return 'stopped';
  try {
    if (error instanceof OutputClosedError) throw error;
    const traced = toTracedError(error);
    await output.log('FATAL', traced.message);
    await output.message({ type: 'TRACE', trace: toErrorTrace(traced, Date.now()) });
  } catch (failure) {
    // Whoever closed the pipe knows; a full disk must be told, and standard error is all that is left.
    if (failure instanceof OutputClosedError && failure.code !== 'EPIPE') {
      host.stderr.write(
        `source-payments: standard output cannot be written (${failure.code}). The sync has stopped; free the space or check where the output goes, then start again from the last state.\n`,
      );
    }
  }
  return 1;
}
