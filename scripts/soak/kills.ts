/** Reads that are killed at any moment and taken up from the last STATE: all records come in the end. */
import { mulberry32 } from '../../sandbox/random.js';
import { openAccount } from './account.js';
import type { AccountOptions } from './account.js';
import { Violation } from './reading.js';
import type { Pace } from './reading.js';

/** A reader that hardly waits; where the program is killed, what it has written so far is still read. */
const PACE: Pace = { burst: 1024 * 1024, pause: 5 };
/** Records that are new in the last read. */
const ADDED = 25;

/** Slices of a stream that are read at a time, and pages of each. */
const OPEN_SLICES = 2;
const PAGES_OF_SLICE = 50;

interface KillOptions extends AccountOptions {
  readonly kills: number;
  /** Records of a page. */
  readonly pageSize: number;
}

/** @returns a line with figures. @throws Violation */
export async function soakKills({ kills, pageSize, ...options }: KillOptions): Promise<string> {
  const { provider, streams, seed } = options;
  const started = Date.now();
  const random = mulberry32(seed);
  const account = await openAccount(options);
  const total = [...account.ledgers.values()].reduce((sum, { expected }) => sum + expected, 0);
  let [records, repeated, killed] = [0, 0, 0];
  try {
    for (let isComplete = false; !isComplete;) {
      // Where all kills are to come before the end, each run gets through its share at most.
      const killAfter = killed < kills ? 1 + Math.floor((random() * 1.5 * total) / kills) : undefined;
      const reading = await account.read(PACE, killAfter);
      records += reading.records;
      repeated += reading.repeated;
      isComplete = reading.signal === null;
      if (!isComplete) killed++;
    }
    await account.requireAll(`After being killed ${killed} times`);
    const open = OPEN_SLICES * PAGES_OF_SLICE * pageSize * streams.length;
    if (records > total + killed * open) {
      throw new Violation(
        `More than the open slices was read again: ${records} records for ${total} in spite of ${killed} kills.`,
      );
    }

    await account.add(ADDED);
    const last = await account.read(PACE);
    await account.requireAll('After another sync');
    if (last.records >= total) throw new Violation('The sync after the last STATE read everything again.');
    return (
      `kills: ${total} ${streams.join(' and ')} of ${provider}, killed ${killed} times, all there after ` +
      `${records} records (${repeated} kept twice); the next sync read ${last.records} with all ${ADDED * streams.length} new ones; ` +
      `${((Date.now() - started) / 1000).toFixed(0)} s`
    );
  } finally {
    account.close();
  }
}
