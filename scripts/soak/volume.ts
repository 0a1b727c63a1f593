/** Many records, faults, a slow reader: nothing is lost, and memory stays where it is. */
import { openAccount } from './account.js';
import { Violation } from './reading.js';
import type { MemoryAtRecord, Pace, Reading } from './reading.js';
import type { SandboxProcess } from './sandbox-process.js';

/** Fewer would end before the heap has found its level, within some 50,000. */
export const LEAST_RECORDS = 200_000;
/**
 * How far memory in the last quarter of the records may be from that in the second one, as a share of it. It is compared
 * within one read and by its median: how high the peak of a read gets is chance, as the garbage collector comes when it
 * likes, and the longer the read the higher.
 */
const TOLERANCE = 0.1;

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

/** @returns MiB, the median of what was there while these records came; undefined if nobody looked meanwhile */
function memoryBetween(memory: readonly MemoryAtRecord[], first: number, last: number): number | undefined {
  const samples = memory.filter(({ records }) => records >= first && records < last);
  const values = samples.map(({ now }) => now).toSorted((one, other) => one - other);
  return values[Math.floor(values.length / 2)];
}

/** @returns a line with figures. @throws Violation */
export async function soakVolume({ records, maxMemory, seed }: VolumeOptions): Promise<string> {
  const reading = await readAll(records, seed);
  const { memory } = reading;
  const line =
    `volume: ${reading.records} transactions of Paystack in ${reading.seconds.toFixed(0)} s, ` +
    `${reading.retries} requests repeated, reader paused ${reading.pauses} times, ${reading.repeated} records twice`;
  const peak = memory.at(-1)?.peak;
  const early = memoryBetween(memory, records / 4, records / 2);
  const late = memoryBetween(memory, (3 * records) / 4, records);
  if (peak === undefined || early === undefined || late === undefined) {
    return `${line}; this system tells no memory`;
  }
  const figures =
    `${line}, peak memory ${peak.toFixed(0)} MiB, ` +
    `${early.toFixed(0)} MiB in the second quarter and ${late.toFixed(0)} in the last`;
  if (peak > maxMemory) throw new Violation(`More than ${maxMemory} MiB of memory were used. ${figures}`);
  if (Math.abs(late - early) > TOLERANCE * early) {
    throw new Violation(`Memory changes with the number of records. ${figures}`);
  }
  return figures;
}
