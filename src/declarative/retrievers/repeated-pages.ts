/** Pages that come again, under another number or token. */
import { TracedError, transientError } from '../../protocol/errors.js';
import type { Ending } from '../paginators/page-walk.js';

/** Times that a page is asked for again of which all records have come before: a cache may take one page for another. */
export const MAX_ASKED_AGAIN = 2;
/** Pages in a row that came again with which a list ends that does not count, or whose records have all come. */
const MAX_IN_ROW = 2;
/** The same for a list that goes on by its own word, or shifts by whole pages; it fails then. */
const MANY_IN_ROW = 20;

/** The API sent a page that it had sent before, although it says that there are more. */
export class RepeatedPageError extends TracedError {
  /** @param page number of it; 1 for the first */
  constructor(page: number) {
    super('The API sent the same page twice, although it says that there are more.', 'transient_error', {
      internalMessage: `page ${page} holds the same records as one before it`,
    });
  }
}

/** What is known of a list when a page of it has come again. */
interface Standing {
  /** Number of the page. */
  readonly number: number;
  readonly ending: Ending;
  /** Records that the page says the list has; undefined if it does not. */
  readonly total: number | undefined;
  /** Different records so far. */
  readonly distinct: number;
}

/** Pages of one list that came again although they were asked for again, and what that says of it. */
export class RepeatedPages {
  #inRow = 0;
  /** What the last page has stated; of pages read beside each other, the last one that came again. */
  #total: number | undefined;
  #hasCome = false;

  /**
   * With each page that is read in its order, and behind which another one would be asked for.
   * @param hasCome each record of it has come before
   * @returns whether the list ends with it: it has no pages, or promises more for ever
   * @throws TracedError (transient_error) if it does not end, and records are missing
   */
  isEnd({ number, ending, total, distinct }: Standing, hasCome: boolean): boolean {
    const isSteady = total === this.#total;
    this.#total = total;
    this.#inRow = hasCome ? this.#inRow + 1 : 0;
    if (!hasCome) return false;
    if (this.#inRow >= MANY_IN_ROW) {
      throw transientError('The API sent the same records again and again, so the list would never end.', {
        internalMessage: `${this.#inRow} pages in a row without a new record`,
      });
    }
    // A token leads on by itself.
    if (ending === 'certain') return false;
    const isMissing = total !== undefined && (ending === 'guessed' ? total > distinct : total !== distinct);
    // As many new records as a page holds take every page to the place of the next one. They show in the count.
    if (isMissing && isSteady) throw new RepeatedPageError(number);
    if (isMissing) return false;
    if (ending === 'guessed' && total !== undefined) return true;
    if (this.#inRow < MAX_IN_ROW) return false;
    if (ending === 'counted' && total === undefined) throw new RepeatedPageError(number);
    return true;
  }

  /**
   * With a page that came again, of pages that are read beside each other. One of two with the same records may be the
   * wrong one: what is missing then is found by counting.
   * @throws RepeatedPageError for another one, unless the list has shifted between the two
   */
  addBeside(number: number, total: number | undefined): void {
    if (this.#hasCome && total === this.#total) throw new RepeatedPageError(number);
    this.#hasCome = true;
    this.#total = total;
  }
}
