/** One run of the program, read as slowly as a busy destination does, and held to its word as it goes. */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { PROGRAM } from '../../integration_tests/connector-runner.js';
import { watchMemory } from '../../integration_tests/process-memory.js';
import type { MemorySample } from '../../integration_tests/process-memory.js';
import type { AirbyteMessage, AirbyteState } from '../../src/protocol/messages.js';
import type { IdLedger } from './id-ledger.js';
import { createLineSplitter } from './line-splitter.js';

/** What was promised does not hold. The message is a sentence. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** How a reader takes its time. */
export interface Pace {
  /** Bytes that are read at a time. */
  readonly burst: number;
  /** ms between two bursts. */
  readonly pause: number;
  /** Once, after this many records, the reader does nothing for a while. */
  readonly stall?: {
    readonly afterRecords: number;
    readonly ms: number;
    watch(waiting: Promise<void>): Promise<void>;
  };
}

export interface ReadingOptions {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly pace: Pace;
  /** Stream → the ids that are to come. Those that count as kept, because a STATE followed them, are marked. */
  readonly ledgers: ReadonlyMap<string, IdLedger>;
  /** Stream → the last STATE; kept up to date. */
  readonly states: Map<string, AirbyteState>;
  /** SIGKILL when this many records have come. */
  readonly killAfter?: number;
}

/** Memory of the program, MiB, when so many of its records had come. */
export interface MemoryAtRecord extends MemorySample {
  readonly records: number;
}

export interface Reading {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly records: number;
  /** Records that had been kept already. */
  readonly repeated: number;
  /** The same by stream. */
  readonly repeatedOf: ReadonlyMap<string, number>;
  readonly states: number;
  readonly pauses: number;
  /** Requests that the program sent again. */
  readonly retries: number;
  /** Of the whole run, in the order of time; none where the system does not tell. */
  readonly memory: readonly MemoryAtRecord[];
  readonly seconds: number;
}

/** Streams put their ids first, so that a million records need not be parsed. */
const RECORD =
  /^\{"type":"RECORD","record":\{"stream":"(\w+)",[^{]*"data":\{"id":(?:"([^"\\]+)"|(-?\d+))[,}]/;
const IS_RECORD = Buffer.from('{"type":"RECORD"');
/** Bytes of a line in which its stream and id are found. */
const HEAD = 256;

/** What has come of a stream in this run. */
interface Progress {
  readonly ledger: IdLedger;
  /** Places of the ledger, of the records since the last STATE: whoever is interrupted now may lose them. */
  pending: number[];
  repeated: number;
  status: string | undefined;
}

/** @throws Violation */
export async function readOnce(options: ReadingOptions): Promise<Reading> {
  const { args, environment, pace, ledgers, states, killAfter } = options;
  const started = Date.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    // One arena of malloc, as in the image: with several, memory goes up with time.
    env: { ...process.env, ...environment, MALLOC_ARENA_MAX: '1', LOG_LEVEL: 'info', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const streams = new Map<string, Progress>(
    [...ledgers].map(([name, ledger]) => [name, { ledger, pending: [], repeated: 0, status: undefined }]),
  );
  const counts = { records: 0, states: 0, pauses: 0, retries: 0 };
  const memory: MemoryAtRecord[] = [];
  const watch = watchMemory(child.pid ?? 0, (sample) => memory.push({ ...sample, records: counts.records }));
  let stderr = '';

  function streamOf(name: string): Progress {
    const found = streams.get(name);
    if (found === undefined) throw new Violation(`There is a message of ${name}, which was not asked for.`);
    return found;
  }

  function takeRecord(line: Buffer): void {
    const [, name = '', text, number] = RECORD.exec(line.toString('latin1', 0, HEAD)) ?? [];
    const id = text ?? number;
    if (id === undefined) throw new Violation(`A record has no id: ${line.toString('utf8', 0, HEAD)}…`);
    const stream = streamOf(name);
    const place = stream.ledger.find(id);
    if (place === undefined) throw new Violation(`${name} ${id} came, which the API does not have.`);
    stream.pending.push(place);
    if (++counts.records === killAfter) child.kill('SIGKILL');
  }

  function takeState(state: AirbyteState): void {
    const { name } = state.stream.stream_descriptor;
    const stream = streamOf(name);
    const { recordCount } = state.sourceStats;
    if (recordCount !== stream.pending.length) {
      throw new Violation(
        `A STATE of ${name} says that ${recordCount} records came since the one before; there were ${stream.pending.length}.`,
      );
    }
    for (const place of stream.pending) if (!stream.ledger.mark(place)) stream.repeated++;
    stream.pending = [];
    states.set(name, state);
    counts.states++;
  }

  function take(line: Buffer): void {
    if (line.subarray(0, IS_RECORD.length).equals(IS_RECORD)) return takeRecord(line);
    const message = JSON.parse(line.toString()) as AirbyteMessage;
    if (message.type === 'STATE') takeState(message.state);
    else if (message.type === 'TRACE' && message.trace.type === 'ERROR') {
      throw new Violation(`The read failed: ${message.trace.error.message}`);
    } else if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
      const { stream_descriptor, status } = message.trace.stream_status;
      streamOf(stream_descriptor.name).status = status;
    } else if (message.type === 'LOG' && /; retry \d+ of \d+, /.test(message.log.message)) counts.retries++;
  }

  const takeBytes = createLineSplitter(take);
  let isStalled = false;
  async function rest(): Promise<void> {
    counts.pauses++;
    const { stall } = pace;
    if (stall === undefined || isStalled || counts.records < stall.afterRecords) return delay(pace.pause);
    isStalled = true;
    const waiting = delay(stall.ms);
    await stall.watch(waiting);
    await waiting;
  }

  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve([code, signal]));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  try {
    let taken = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      takeBytes(chunk);
      taken += chunk.length;
      if (taken < pace.burst) continue;
      taken = 0;
      await rest();
    }
  } finally {
    watch.stop();
    child.kill('SIGKILL');
  }
  const [code, signal] = await closed;
  if (stderr !== '') throw new Violation(`Standard error is not empty: ${stderr}`);
  if (signal === null) requireComplete(streams, code);
  const repeatedOf = new Map([...streams].map(([name, { repeated }]) => [name, repeated]));
  return {
    ...counts,
    repeated: [...repeatedOf.values()].reduce((sum, one) => sum + one, 0),
    repeatedOf,
    code,
    signal,
    memory,
    seconds: (Date.now() - started) / 1000,
  };
}

function requireComplete(streams: ReadonlyMap<string, Progress>, code: number | null): void {
  if (code !== 0) throw new Violation(`The read ended with exit code ${code}.`);
  for (const [name, { status, pending }] of streams) {
    if (status !== 'COMPLETE') throw new Violation(`${name} ended as ${status ?? 'never begun'}.`);
    if (pending.length > 0)
      throw new Violation(`${pending.length} records of ${name} came after its last STATE.`);
  }
}
