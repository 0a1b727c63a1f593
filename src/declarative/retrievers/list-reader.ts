import { RefusedRequestError } from '../requesters/requester.js';
import type { ListOptions, ListReading } from './list.js';
import { ListPass } from './list-pass.js';

/** Times that a list is read once more. */
const MAX_AGAIN = 4;

/**
 * Reads one list: each next page is on its way while one is written, and where the first answer says how
 * many pages there are, they are asked for beside each other.
 *
 * Pages that shift while they are read can hide a record. So the records are counted, and if fewer came than
 * the API itself counts, the list is read again, for what is new in it.
 *
 * @throws TracedError, also if it stays unknown whether there are further pages; StoppedError, and whatever `use` throws
 */
export async function readList(options: ListOptions): Promise<ListReading> {
  let pass = new ListPass(options, undefined);
  let reading = await pass.read();
  for (let again = 1; isToBeReadAgain(reading, options, again, pass); again++) {
    options.onAgain?.('short');
    pass = pass.again();
    const next = await pass.read().catch(orRefused);
    if (next === undefined) break;
    reading = afterAgain(reading, next, pass);
  }
  return withEnd(reading);
}

/**
 * The same, one page after the other: the next one is asked for when the loop over this comes back for it.
 * @returns the number of each page that was used, and at the end the reading
 */
export async function* readListInTurn(options: ListOptions): AsyncGenerator<number, ListReading, void> {
  let pass = new ListPass(options, undefined);
  let reading = yield* pass.readInTurn();
  for (let again = 1; isToBeReadAgain(reading, options, again, pass); again++) {
    options.onAgain?.('short');
    pass = pass.again();
    let next: ListReading | undefined;
    try {
      next = yield* pass.readInTurn();
    } catch (error) {
      next = orRefused(error);
    }
    if (next === undefined) break;
    reading = afterAgain(reading, next, pass);
  }
  for (let again = 1; again <= MAX_AGAIN && mayHaveMoved(reading, pass); again++) {
    options.onAgain?.('moved');
    pass = new ListPass(options, pass.tally);
    const next = yield* pass.readInTurn();
    // The number of its records is that of the first reading; what is in doubt of its end, of either.
    const hasEmptyPage = reading.hasEmptyPage === true || next.hasEmptyPage === true;
    reading = { ...reading, hasEmptyPage, endFailure: reading.endFailure ?? next.endFailure };
    if (!pass.hasBroughtNew) break;
  }
  return withEnd(reading);
}

/**
 * Where nobody counts the records, what comes twice is all that shows that the list has moved: what was still to come may stand
 * further up now.
 */
function mayHaveMoved({ exists, completeness }: ListReading, { tally }: ListPass): boolean {
  return exists && completeness === 'unknown' && tally.hasRepeated && !tally.hasForgotten;
}

/** Whatever the API says of pages of another size, the list has been read. @throws any other error */
function orRefused(error: unknown): undefined {
  if (!(error instanceof RefusedRequestError)) throw error;
}

/**
 * A further reading that says nothing of the number of records, or that fewer came than before, as of an API that has lost
 * them for a moment, does not take back what the ones before it said.
 */
function afterAgain(before: ListReading, next: ListReading, { hasBroughtNew }: ListPass): ListReading {
  const hasHelped = before.hasHelped === true || hasBroughtNew;
  const { endFailure } = next;
  const counted = Math.max(next.total ?? Infinity, before.total ?? 0);
  // More than either of them counts: the count is none of these records.
  const isExceeded = next.distinct > counted;
  const saysNothing = next.completeness === 'unknown' && next.distinct !== next.total && !isExceeded;
  const saysLess = saysNothing || next.distinct < before.distinct;
  return { ...(saysLess ? before : next), hasHelped, endFailure };
}

/** @throws what kept its end from being known */
function withEnd(reading: ListReading): ListReading {
  if (reading.endFailure !== undefined) throw reading.endFailure;
  return reading;
}

/** Once at least, and then as long as that brings something; of a very long list what is new is not known for sure. */
function isToBeReadAgain(
  { completeness, endFailure }: ListReading,
  { readsAgain }: ListOptions,
  again: number,
  { hasBroughtNew, tally }: ListPass,
): boolean {
  // Pages of another size may end with one that is not full.
  if (endFailure !== undefined) return again === 1;
  if (completeness !== 'short' || !readsAgain || again > MAX_AGAIN) return false;
  return again === 1 || (hasBroughtNew && !tally.hasForgotten);
}
