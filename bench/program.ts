import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** What is run: a program that writes messages of Airbyte's protocol. */
export interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** What one run took, of the program's process alone. */
export interface RunTimes {
  /** Wall clock, from start to end. */
  readonly seconds: number;
  /** User and system time. */
  readonly cpuSeconds: number;
}

/**
 * The shell's `time` asks the kernel for what the child has used, once it has ended; nothing is added to it. The
 * program writes into a real pipe, as on Airbyte's platform (Node's own would be a socket), to `$READER`.
 */
const SCRIPT = `
set -o pipefail
export LC_ALL=C TIMEFORMAT='%3R %3U %3S'
{ time "$@" 2>&4; } 4>&2 2>&3 | $READER
`;

/** Counts the records, at next to no cost. */
const COUNT = 'grep -cF "type":"RECORD"';

async function run<T>(
  program: Program,
  reader: string,
  consume: (output: Readable) => Promise<T>,
): Promise<RunTimes & { readonly result: T }> {
  const { name, command, args, environment = {} } = program;
  const child = spawn('bash', ['-c', SCRIPT, 'bash', command, ...args], {
    env: { ...process.env, ...environment, READER: reader },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [result, errors, times, code] = await Promise.all([
    consume(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    exit,
  ]);
  if (code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}:\n${errors.slice(-4000)}`);
  const [seconds = NaN, user = NaN, system = NaN] = times.trim().split(' ').map(Number);
  if (!(seconds + user + system >= 0)) throw new Error(`${name}: no times in "${times}"`);
  return { seconds, cpuSeconds: user + system, result };
}

/** Runs a program to its end and hands its output to `consume`. */
export function runAndConsume<T>(
  program: Program,
  consume: (output: Readable) => Promise<T>,
): Promise<RunTimes & { readonly result: T }> {
  return run(program, 'cat', consume);
}

/**
 * Runs a program to its end.
 * @throws Error unless it has written this number of records
 */
export async function runAndCount(program: Program, records: number): Promise<RunTimes> {
  const { result, ...times } = await run(program, COUNT, text);
  if (Number(result) !== records) {
    throw new Error(`${program.name} wrote ${result.trim()} records instead of ${records}`);
  }
  return times;
}

/** Runs a program that writes no records. */
export async function runOnly(program: Program): Promise<RunTimes> {
  return run(program, 'cat', text);
}
