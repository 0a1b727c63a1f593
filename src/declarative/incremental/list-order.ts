/** How the cursors of one page lie; Unix ms. */
export interface PageOrder {
  /** -Infinity if no record has a cursor. */
  newest: number;
  /** Cursor of the last record that has one. */
  last: number;
  /** Some record has no cursor. */
  hasUndated: boolean;
  /** Each record is as old as the one before it, or older. */
  isNewestFirst: boolean;
  /** Each record is as new as the one before it, or newer. */
  isOldestFirst: boolean;
}

export function emptyPage(): PageOrder {
  return { newest: -Infinity, last: Infinity, hasUndated: false, isNewestFirst: true, isOldestFirst: true };
}

/**
 * Takes in the next record of a page.
 * @param time undefined if it has no cursor
 * @param tolerance ms by which a record may be newer than the one before it, and the list newest first all the same
 */
export function addToOrder(page: PageOrder, time: number | undefined, tolerance = 0): void {
  if (time === undefined) {
    page.hasUndated = true;
    return;
  }
  if (time > page.last + tolerance) page.isNewestFirst = false;
  if (time < page.last && page.last !== Infinity) page.isOldestFirst = false;
  page.last = time;
  page.newest = Math.max(page.newest, time);
}

/** Whether the records of a page come oldest first; those of one time show no order. */
export function comesOldestFirst({ isOldestFirst, isNewestFirst }: PageOrder): boolean {
  return isOldestFirst && !isNewestFirst;
}

/**
 * Proves that a list comes newest first, page by page, so that its reading may stop before its end. Pages may
 * arrive in any order; only what has arrived without a gap from the first page counts.
 */
export class ListOrder {
  readonly #waiting = new Map<number, PageOrder>();
  #next = 1;
  #isProven = true;
  #newest = -Infinity;
  #last = Infinity;
  #newestOfPage = -Infinity;

  /** @param page 1 for the first page */
  add(page: number, order: PageOrder): void {
    if (page < this.#next) return;
    this.#waiting.set(page, order);
    for (let next = this.#waiting.get(this.#next); next !== undefined;) {
      this.#waiting.delete(this.#next);
      if (!next.isNewestFirst || next.newest > this.#last) this.#isProven = false;
      this.#newest = Math.max(this.#newest, next.newest);
      if (next.newest !== -Infinity) {
        this.#last = next.last;
        this.#newestOfPage = next.newest;
      }
      if (next.hasUndated) this.#newestOfPage = Infinity;
      next = this.#waiting.get(++this.#next);
    }
  }

  /** Whether all that may still come is older than this time. @param time Unix ms */
  isPast(time: number): boolean {
    return this.#isProven && this.#newestOfPage < time && this.#newestOfPage > -Infinity && this.#hasOrder();
  }

  /** Unix ms: everything newer has come, if the order is kept; undefined if nothing shows that there is one. */
  get readDownTo(): number | undefined {
    return this.#isProven && this.#hasOrder() ? this.#last : undefined;
  }

  /** All at one time proves no order. */
  #hasOrder(): boolean {
    return this.#newest > this.#last;
  }
}
