import { MINUTE_MS } from '../durations.js';

/** How the cursors of one page lie; Unix ms. */
export interface PageOrder {
  /** -Infinity if no record has a cursor. */
  newest: number;
  /** Infinity if no record has a cursor. */
  oldest: number;
  /** Some record has no cursor. */
  hasUndated: boolean;
  /** ms by which a record is newer than one before it, at most; 0 if they come newest first. */
  rise: number;
  /** Each record is as new as the ones before it, or newer. */
  isOldestFirst: boolean;
}

export function emptyPage(): PageOrder {
  return { newest: -Infinity, oldest: Infinity, hasUndated: false, rise: 0, isOldestFirst: true };
}

/**
 * Takes in the next record of a page.
 * @param time undefined if it has no cursor
 */
export function addToOrder(page: PageOrder, time: number | undefined): void {
  if (time === undefined) {
    page.hasUndated = true;
    return;
  }
  page.rise = Math.max(page.rise, time - page.oldest);
  if (time < page.newest) page.isOldestFirst = false;
  page.oldest = Math.min(page.oldest, time);
  page.newest = Math.max(page.newest, time);
}

/** Whether the records of a page come oldest first; those of one time show no order. */
export function comesOldestFirst({ isOldestFirst, rise }: PageOrder): boolean {
  return isOldestFirst && rise > 0;
}

/**
 * ms by which a record may be newer than one before it in a list that is newest first all the same: those of the same
 * moments stand as their ids do, or as they were written. What has come counts as far as this before its end.
 */
const DISORDER = 10 * MINUTE_MS;

/**
 * Proves that a list comes newest first, page by page, so that its reading may stop before its end. Pages may
 * arrive in any order; only what has arrived without a gap from the first page counts.
 */
export class ListOrder {
  readonly #waiting = new Map<number, PageOrder>();
  #next = 1;
  #isProven = true;
  #newest = -Infinity;
  #oldest = Infinity;
  #newestOfPage = -Infinity;

  /** @param page 1 for the first page */
  add(page: number, order: PageOrder): void {
    if (page < this.#next) return;
    this.#waiting.set(page, order);
    for (let next = this.#waiting.get(this.#next); next !== undefined;) {
      this.#waiting.delete(this.#next);
      if (Math.max(next.rise, next.newest - this.#oldest) > DISORDER) this.#isProven = false;
      this.#newest = Math.max(this.#newest, next.newest);
      this.#oldest = Math.min(this.#oldest, next.oldest);
      if (next.newest !== -Infinity) this.#newestOfPage = next.newest;
      if (next.hasUndated) this.#newestOfPage = Infinity;
      next = this.#waiting.get(++this.#next);
    }
  }

  /** Whether all that may still come is older than this time. @param time Unix ms */
  isPast(time: number): boolean {
    const newest = this.#newestOfPage;
    return this.#isProven && newest > -Infinity && newest + DISORDER < time && this.#hasOrder();
  }

  /** Unix ms: everything newer has come, if the order is kept; undefined if nothing shows that there is one. */
  get readDownTo(): number | undefined {
    return this.#isProven && this.#hasOrder() ? this.#oldest + DISORDER : undefined;
  }

  /** All at one time proves no order. */
  #hasOrder(): boolean {
    return this.#newest > this.#oldest + DISORDER;
  }
}
