/** The command line: https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol#source */
import type { Writable } from 'node:stream';
import { parseCommandLine } from './command-line.js';
import type { Arguments } from './command-line.js';
import type { HttpTransport } from './declarative/requesters/http-transport.js';
import { readSpec } from './package-files.js';
import {
  OutputClosedError,
  StoppedError,
  toErrorTrace,
  toTracedError,
  TracedError,
} from './protocol/errors.js';
import { Output } from './protocol/output.js';
import { redactor } from './protocol/redact.js';
import type { SourceContext } from './source.js';
import { systemClock } from './system-clock.js';
import type { ReadWatcher, TerminalStream } from './terminal/read-watcher.js';

/** The process as a command sees it. */
export interface Host {
  /** Without `node` and the script. */
  readonly argv: readonly string[];
  readonly stdout: Writable & Pick<TerminalStream, 'isTTY'>;
  readonly stderr: Writable & Omit<TerminalStream, 'write'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts on SIGTERM and SIGINT. */
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

/** Loads what a command needs and runs it: `spec` starts without the HTTP client and the validator. */
async function runCommand(
  args: Arguments,
  { environment, signal }: Host,
  output: Output,
  watcher: ReadWatcher | undefined,
  transport: (one: HttpTransport) => void,
): Promise<void> {
  if (args.command === 'spec') return output.message({ type: 'SPEC', spec: readSpec() });

  const source = await import('./source.js');
  const { readConfigFile } = await import('./protocol/config.js');
  const { createHttpTransport } = await import('./declarative/requesters/http-transport.js');
  const config = readConfigFile(args.config);
  const http = createHttpTransport(args.command === 'check' ? CHECK_TIMEOUTS : {});
  transport(http);
  const context: SourceContext = {
    output,
    http: http.send,
    environment,
    signal,
    watch: watcher === undefined ? undefined : (progress) => watcher.watch(progress),
    random: Math.random,
    clock: systemClock(signal),
  };
  if (args.command === 'check') return source.check(config, context);
  if (args.command === 'discover') return source.discover(config, context);

  const { readConfiguredCatalogFile } = await import('./protocol/catalog.js');
  const { readStateFile } = await import('./protocol/state.js');
  const catalog = readConfiguredCatalogFile(args.catalog);
  const states = args.state === undefined ? new Map() : readStateFile(args.state);
  return source.read(config, catalog, states, context);
}

/** Whoever reads at a terminal sees how far it is; a platform, which has pipes there, does not load it. */
async function watcherOf(
  { command }: Arguments,
  { stdout, stderr, environment, signal }: Host,
  output: Output,
): Promise<ReadWatcher | undefined> {
  if (command !== 'read' || stderr.isTTY !== true) return undefined;
  const { watchRead } = await import('./terminal/read-watcher.js');
  return watchRead({
    stdout,
    stderr,
    environment,
    signal,
    now: Date.now,
    mask: (text) => output.mask(text),
    every(ms, call) {
      const timer = setInterval(call, ms).unref();
      return () => clearInterval(timer);
    },
  });
}

function isDebug({ environment }: Host, args: Arguments): boolean {
  return args.debug || environment['LOG_LEVEL']?.toLowerCase() === 'debug';
}

/** Runs one command to its end. Never throws; what went wrong is in the output and the exit code. */
export async function run(host: Host): Promise<ExitCode> {
  const parsed = parseCommandLine(host.argv);
  if ('usage' in parsed) {
    host.stderr.write(redactor([])(parsed.usage));
    return host.argv.length === 0 ? 1 : 2;
  }
  const debug = 'run' in parsed && isDebug(host, parsed.run);
  const output = new Output({ sink: host.stdout, now: Date.now, debug });
  const watcher = 'run' in parsed ? await watcherOf(parsed.run, host, output) : undefined;
  let transport: HttpTransport | undefined;
  try {
    const work =
      'help' in parsed
        ? output.help(parsed.help)
        : runCommand(parsed.run, host, output, watcher, (one) => (transport = one));
    await Promise.race([work, ...(host.uncaught === undefined ? [] : [host.uncaught])]);
    watcher?.end();
    return 0;
  } catch (error) {
    watcher?.end(error instanceof TracedError ? error.message : undefined);
    return await reportFailure(error, output, host, 'run' in parsed && parsed.run.command === 'read');
  } finally {
    transport?.close();
  }
}

async function reportFailure(error: unknown, output: Output, host: Host, isRead: boolean): Promise<ExitCode> {
  if (error instanceof StoppedError || host.signal.aborted) return 'stopped';
  try {
    if (error instanceof OutputClosedError) throw error;
    const traced = toTracedError(error);
    await output.log('FATAL', traced.message);
    await output.message({ type: 'TRACE', trace: toErrorTrace(traced, Date.now()) });
  } catch (failure) {
    // Whoever closed the pipe knows; a full disk must be told, and standard error is all that is left.
    if (failure instanceof OutputClosedError && failure.code !== 'EPIPE') {
      const remedy = isRead
        ? 'The sync has stopped; free the space or check where the output goes, then start again from the last state.'
        : 'Free the space or check where the output goes, then try again.';
      host.stderr.write(`source-payments: standard output cannot be written (${failure.code}). ${remedy}\n`);
    }
  }
  return 1;
}
