import { run } from '../cli.js';
import type { ExitCode } from '../cli.js';
import type { AirbyteMessage } from '../protocol/messages.js';
import { MemorySink } from './memory-sink.fixture.js';

export interface CliRun {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly messages: readonly AirbyteMessage[];
  /** The text of TRACE ERROR and CONNECTION_STATUS messages. */
  readonly sentences: readonly string[];
}

interface Options {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly stdout?: MemorySink;
  readonly signal?: AbortSignal;
}

function sentenceOf(message: AirbyteMessage): string[] {
  if (message.type === 'CONNECTION_STATUS') return [message.connectionStatus.message ?? ''];
  if (message.type !== 'TRACE' || message.trace.type !== 'ERROR') return [];
  return [message.trace.error.message];
}

/** Runs a command line in this process. */
export async function runCli(argv: readonly string[], options: Options = {}): Promise<CliRun> {
  const stdout = options.stdout ?? new MemorySink();
  const stderr = new MemorySink();
  const code = await run({
    argv,
    stdout,
    stderr,
    environment: options.environment ?? {},
    signal: options.signal ?? new AbortController().signal,
  });
  // Help texts are no messages.
  const messages = stdout.text.startsWith('{') ? stdout.messages : [];
  return {
    code,
    stdout: stdout.text,
    stderr: stderr.text,
    messages,
    sentences: messages.flatMap(sentenceOf),
  };
}
