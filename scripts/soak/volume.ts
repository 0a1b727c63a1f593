/** Many records, faults, a slow reader: nothing is lost, and memory is that of a small read. */
import { openAccount } from './account.js';
import { Violation } from './reading.js';
import type { Pace, Reading } from './reading.js';
import type { SandboxProcess } from './sandbox-process.js';

/** The read that a long one is held against: a shorter one ends before the heap has found its level. */
const FEW_RECORDS = 100_000;
/** Of the long read, to differ from it. */
export const LEAST_RECORDS = 2 * FEW_RECORDS;
/** How far the peak memory of the long read may be from that of the short one, as a share of it. */
const TOLERANCE = 0.1;
/**
 * When the garbage collector comes is chance, and moves the peak of a read by some 5 %: if a short and a long read
 * are apart, the medians of so many pairs decide.
 */
const ROUNDS = 3;

const MEBIBYTE = 1024 * 1024;
const BURST = 4 * MEBIBYTE;
const PAUSE = 40; // ms
const STALL = 4_000; // ms
/** ms after which whatever was under way has come to rest. */
const SETTLED = 1_500;
/** Pages that may still be asked for while nobody reads: one for each worker. */
const MAX_REQUESTS_IN_STALL = 30;

interface VolumeOptions {
  readonly records: number;
  /** MiB */
  readonly maxMemory: number;
  readonly seed: number;
}

/** A reader that stops for seconds in the middle, and looks whether the program stops as well. */
function slowly(sandbox: SandboxProcess, records: number): Pace {
  return {
    burst: BURST,
    pause: PAUSE,
    stall: {
      afterRecords: records / 2,
      ms: STALL,
      async watch(waiting) {
        await new Promise((resolve) => setTimeout(resolve, SETTLED));
        const before = await sandbox.requests();
        await waiting;
        const more = (await sandbox.requests()) - before;
        if (more > MAX_REQUESTS_IN_STALL) {
          throw new Violation(`While nobody read its output, the program sent ${more} more requests.`);
        }
      },
    },
  };
}

async function readAll(size: number, seed: number): Promise<Reading> {
  const account = await openAccount({ provider: 'paystack', streams: ['transactions'], size, seed });
  try {
    const reading = await account.read(slowly(account.sandbox, size));
    await account.requireAll(`After a read of ${size} transactions`);
    return reading;
  } finally {
    account.close();
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** @returns whether the peaks of the long reads are those of the short ones */
function alike(short: readonly number[], long: readonly number[]): boolean {
  const [small, large] = [medianOf(short), medianOf(long)];
  return Math.abs(large - small) <= TOLERANCE * small;
}

function listed(peaks: readonly number[]): string {
  return peaks.map((peak) => peak.toFixed(0)).join(', ');
}

/** @returns a line with figures. @throws Violation */
export async function soakVolume({ records, maxMemory, seed }: VolumeOptions): Promise<string> {
  const short: number[] = [];
  const long: number[] = [];
  for (;;) {
    const few = await readAll(FEW_RECORDS, seed);
    const many = await readAll(records, seed);
    const line =
      `volume: ${many.records} transactions of Paystack in ${many.seconds.toFixed(0)} s, ` +
      `${many.retries} requests repeated, reader paused ${many.pauses} times, ${many.repeated} records twice`;
    if (few.peakMemory === undefined || many.peakMemory === undefined) {
      return `${line}; this system tells no memory`;
    }
    short.push(few.peakMemory);
    long.push(many.peakMemory);
    const figures = `${line}, peak memory ${listed(long)} MiB (${FEW_RECORDS} records: ${listed(short)} MiB)`;
    if (many.peakMemory > maxMemory) {
      throw new Violation(`More than ${maxMemory} MiB of memory were used. ${figures}`);
    }
    const rounds = long.length;
    if ((rounds === 1 || rounds === ROUNDS) && alike(short, long)) return figures;
    if (rounds === ROUNDS) throw new Violation(`Memory depends on the number of records. ${figures}`);
  }
}
