/** Reads that are killed at any moment and taken up from the last STATE: all records come in the end. */
import { mulberry32 } from '../../sandbox/random.js';
import { openAccount } from './account.js';
import type { Account, AccountOptions } from './account.js';
import type { IdLedger } from './id-ledger.js';
import { Violation } from './reading.js';
import type { Pace } from './reading.js';

/** A reader that hardly waits; where the program is killed, what it has written so far is still read. */
const PACE: Pace = { burst: 1024 * 1024, pause: 5 };
/** Records that are new in the last read. */
const ADDED = 25;

/**
 * Slices of a stream that are open when it is killed, on average. One is near its end, the next has begun; each further
 * one waits for a page that is asked for again. How many do at one moment is chance: the most has no bound, the mean has.
 */
const OPEN_SLICES = 2;
const PAGES_OF_SLICE = 50;
/** Of what has not come yet, the share after which a read is killed: at least, and at most. */
const KILL_AFTER = [0.2, 0.6] as const;

interface KillOptions extends Omit<AccountOptions, 'streams'> {
  readonly kills: number;
  /** Stream → records of a page, where the API counts them: only there the size of slices is known. */
  readonly streams: ReadonlyMap<string, number | undefined>;
}

/** Records of the slices that are under way. */
function openRecords(total: number, pageSize: number | undefined): number {
  if (pageSize === undefined) return total;
  const parts = Math.ceil(total / pageSize / PAGES_OF_SLICE) + 1;
  return Math.ceil((OPEN_SLICES * total) / parts);
}

/**
 * @param repeatedOf stream → records that came again after a kill, in all
 * @throws Violation if they are more than the slices that were open
 */
function requireResumed(
  account: Account,
  repeatedOf: ReadonlyMap<string, number>,
  killed: number,
  { streams }: KillOptions,
): void {
  for (const [name, { expected }] of account.ledgers) {
    const most = killed * openRecords(expected, streams.get(name));
    const repeated = repeatedOf.get(name) ?? 0;
    if (repeated <= most) continue;
    throw new Violation(
      `${repeated} ${name} were read again after ${killed} kills; the slices that were open hold ${most} at most.`,
    );
  }
}

/** @returns a line with figures. @throws Violation */
export async function soakKills(options: KillOptions): Promise<string> {
  const { provider, seed, kills } = options;
  const streams = [...options.streams.keys()];
  const { growing = streams } = options;
  const started = Date.now();
  const random = mulberry32(seed);
  const account = await openAccount({ ...options, streams });
  const sum = (of: (ledger: IdLedger) => number): number =>
    [...account.ledgers.values()].reduce((all, ledger) => all + of(ledger), 0);
  const total = sum(({ expected }) => expected);
  const repeatedOf = new Map<string, number>();
  let [records, killed] = [0, 0];
  try {
    for (let isComplete = false; !isComplete;) {
      const [least, most] = KILL_AFTER;
      const share = least + random() * (most - least);
      const killAfter = killed < kills ? 1 + Math.floor(share * sum(({ missing }) => missing)) : undefined;
      const reading = await account.read(PACE, killAfter);
      records += reading.records;
      for (const [name, repeated] of reading.repeatedOf) {
        repeatedOf.set(name, (repeatedOf.get(name) ?? 0) + repeated);
      }
      isComplete = reading.signal === null;
      if (!isComplete) killed++;
    }
    requireResumed(account, repeatedOf, killed, options);
    await account.requireAll(`After being killed ${killed} times`);
    await account.add(ADDED);
    const last = await account.read(PACE);
    await account.requireAll('After another sync');
    const repeated = [...repeatedOf.values()].reduce((all, one) => all + one, 0);
    if (last.records >= total) throw new Violation('The sync after the last STATE read everything again.');
    return (
      `kills: ${total} ${streams.join(' and ')} of ${provider}, killed ${killed} times, all there after ` +
      `${records} records (${repeated} kept twice); the next sync read ${last.records} with all ${ADDED * growing.length} new ones; ` +
      `${((Date.now() - started) / 1000).toFixed(0)} s`
    );
  } finally {
    account.close();
  }
}
