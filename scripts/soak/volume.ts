/** Many records, faults, a slow reader: nothing is lost, and memory is that of a small read. */
import { openAccount } from './account.js';
import { Violation } from './reading.js';
import type { Pace, Reading } from './reading.js';
import type { SandboxProcess } from './sandbox-process.js';

/** The read that a long one is held against: a shorter one ends before the heap has found its level. */
const FEW_RECORDS = 100_000;
/** How far the peak memory of the long read may be from that of the short one, as a share of it. */
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

/** @returns a line with figures. @throws Violation */
export async function soakVolume({ records, maxMemory, seed }: VolumeOptions): Promise<string> {
  if (records < 2 * FEW_RECORDS) throw new Error(`--records takes at least ${2 * FEW_RECORDS}`);
  const few = await readAll(FEW_RECORDS, seed);
  const many = await readAll(records, seed);
  const [small, large] = [few.peakMemory, many.peakMemory];
  const line =
    `volume: ${many.records} transactions of Paystack in ${many.seconds.toFixed(0)} s, ` +
    `${many.retries} requests repeated, reader paused ${many.pauses} times, ${many.repeated} records twice, ` +
    `peak memory ${large?.toFixed(0) ?? '?'} MiB (${FEW_RECORDS} records: ${small?.toFixed(0) ?? '?'} MiB)`;
  if (small === undefined || large === undefined) return `${line}; this system tells no memory`;
  if (large > maxMemory) throw new Violation(`More than ${maxMemory} MiB of memory were used. ${line}`);
  if (Math.abs(large - small) > TOLERANCE * small) {
    throw new Violation(`Memory depends on the number of records. ${line}`);
  }
  return line;
}
