/** Pages that come again, under another number or token, or without records though they were promised. */
import { TracedError, transientError } from '../../protocol/errors.js';
import type { Ending } from '../paginators/page-walk.js';

/**
 * Times that a page is asked for again of which all records have come before (a cache may take one page for another), or
 * that has none.
 */
export const MAX_ASKED_AGAIN = 2;
/** Pages in a row that are as the one before them, or hold all that has come, with which a list ends that says no more. */
const MAX_IN_ROW = 2;
/** Pages in a row that came again with which any list ends; it fails if there are others by its own word. */
const MANY_IN_ROW = 20;

const SENT_TWICE = 'The API sent the same page twice, although it says that there are more.';
const sameRecords = (page: number) => ({
  internalMessage: `page ${page} holds the same records as one before it`,
});

/** The API sent a page that is not to be believed at once: it is to be asked for again. */
export abstract class UnlikelyPageError extends TracedError {}

/** One that it had sent before. */
export class RepeatedPageError extends UnlikelyPageError {
  /** @param page number of it; 1 for the first */
  constructor(page: number) {
    super(SENT_TWICE, 'transient_error', sameRecords(page));
  }
}

/** One without records, although something says that there are more. */
export class EmptyPageError extends UnlikelyPageError {
  /** @param page number of it; 1 for the first */
  constructor(page: number) {
    super('The API sent a page without records, although there may be more.', 'transient_error', {
      internalMessage: `page ${page} has no records, though more were to be expected`,
    });
  }
}

/** One whose records are none of the list's, going by their key. */
export class KeylessPageError extends UnlikelyPageError {
  /** @param page number of it; 1 for the first */
  constructor(page: number) {
    super('The API sent records without their key.', 'transient_error', {
      internalMessage: `page ${page} holds nothing with a key, as an error would`,
    });
  }
}

/** What is known of a list when a page of it has come. */
interface Standing {
  /** Number of the page. */
  readonly number: number;
  readonly ending: Ending;
  /** Records that the page says the list has; undefined if it does not. */
  readonly total: number | undefined;
  /** Different records so far. */
  readonly distinct: number;
  /** Records of the page. */
  readonly count: number;
  /** Each of them has come before. */
  readonly hasCome: boolean;
  /** The page is as the one before it. */
  readonly isSame: boolean;
}

/** Pages of one list that came again although they were asked for again, and what that says of it. */
export class RepeatedPages {
  #inRow = 0;
  #uselessInRow = 0;
  /** What the last page has stated that brought something new, and the first one. */
  #totalOfNew: number | undefined;
  #firstTotal: number | undefined;
  #hasCome = false;

  /**
   * With each page that is read in its order, and behind which another one would be asked for.
   * @returns whether the list ends with it: it has no pages, or promises more for ever
   * @throws TracedError (transient_error) if it does not end, and records are missing
   */
  isEnd({ number, ending, total, distinct, count, hasCome, isSame }: Standing): boolean {
    if (!hasCome) {
      if (distinct === 0) this.#firstTotal = total;
      this.#totalOfNew = total;
      this.#inRow = 0;
      this.#uselessInRow = 0;
      return false;
    }
    this.#inRow++;
    // A list without pages sends all that it has each time; one that has only moved on sends a part of it.
    const isUseless = isSame || count === distinct;
    this.#uselessInRow = isUseless ? this.#uselessInRow + 1 : 0;
    if (this.#inRow >= MANY_IN_ROW && (ending !== 'guessed' || total !== undefined)) {
      throw transientError('The API sent the same records again and again, so the list would never end.', {
        internalMessage: `${this.#inRow} pages in a row without a new record`,
      });
    }
    // A token leads on by itself.
    if (ending === 'certain') return false;
    if (total === undefined) {
      if (this.#uselessInRow < MAX_IN_ROW && this.#inRow < MANY_IN_ROW) return false;
      if (ending !== 'guessed') throw transientError(SENT_TWICE, sameRecords(number));
      return true;
    }
    // As many new records as pages hold take others to the place of the next ones. They show in the count.
    const isSteady = total === this.#totalOfNew;
    const isMissing = ending === 'guessed' ? total > distinct : total !== distinct;
    const goesOn = isMissing || !isSteady;
    // Behind its end an API may send the last page for ever. Whether anything is missing, the count shows then. One that
    // sends the first page for each number has others.
    if (ending === 'guessed' && isSame && count < distinct)
      return !goesOn || this.#uselessInRow >= MAX_IN_ROW;
    if (isMissing && isSteady) throw transientError(SENT_TWICE, sameRecords(number));
    if (goesOn) return false;
    return ending === 'guessed' || this.#inRow >= MAX_IN_ROW;
  }

  /**
   * With a page that came again, of pages that are read beside each other. One of two with the same records may be the
   * wrong one: what is missing then is found by counting.
   * @throws TracedError (transient_error) for another one, unless the list has shifted since its first page
   */
  addBeside(number: number, total: number | undefined): void {
    if (this.#hasCome && total === this.#firstTotal) throw transientError(SENT_TWICE, sameRecords(number));
    this.#hasCome = true;
  }
}
