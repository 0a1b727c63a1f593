import type { SelectedPage } from '../extractors/record-selector.js';
import type { PageWalk } from './page-walk.js';

/** Records of a page that is smaller than asked for, from which on it may be as large as the API makes them. */
const LEAST_FULL = 10;

/** APIs that ignore the size that is asked for send a round number: a page of a multiple of it may be one of many. */
const ROUND = 100;

/** Whether the only page of a list may be the first one of a longer list. @param asked records that were asked for */
export function mayBeCut(size: number, asked: number): boolean {
  return size > asked ? size % ROUND === 0 : size >= Math.min(asked, LEAST_FULL);
}

/** How large the pages of one list are: whether the last one of them shows by its size that it is the last. */
export class PageSizes {
  readonly #walk: Pick<PageWalk, 'pageSize'>;
  #first = 0;
  #lastOne = 0;
  #last = 0;

  /** @param walk through the list, which may turn out to have pages of another size */
  constructor(walk: Pick<PageWalk, 'pageSize'>) {
    this.#walk = walk;
  }

  /** Records of a page, if there is more than one. */
  get size(): number | undefined {
    return this.#last > 1 && this.#first > 0 ? this.#first : undefined;
  }

  /** Records of the first page; undefined if it had none. */
  get first(): number | undefined {
    return this.#first > 0 ? this.#first : undefined;
  }

  /** Number of the last page that came; 0 before the first one. */
  get lastNumber(): number {
    return this.#last;
  }

  /** @param number 1 for the first page */
  add(page: SelectedPage, number: number): void {
    const size = page.recordCount;
    if (this.#last === 0) this.#first = size;
    if (number <= this.#last) return;
    this.#last = number;
    this.#lastOne = size;
  }

  /** Whether there is none, or the last one that came has no records. */
  get isLastEmpty(): boolean {
    return this.#lastOne === 0;
  }

  /** Whether the first page may be as large as the API makes them. */
  get mayBeFull(): boolean {
    return this.#mayBeFull(this.#first);
  }

  /** Whether the last page is full. Pages may be smaller than asked for; the first one shows it, if there is another. */
  get isLastFull(): boolean {
    return this.#lastOne >= (this.#last > 1 ? this.#first : this.#walk.pageSize);
  }

  /** The same, where the only page may be smaller than asked for. */
  get mayLastBeFull(): boolean {
    return this.#last > 1 ? this.isLastFull : this.mayBeCut;
  }

  /** Whether there is one page, and it may be the first one of several. */
  get mayBeCut(): boolean {
    return this.#last === 1 && mayBeCut(this.#first, this.#walk.pageSize);
  }

  /** Whether it may be that there is another one for all that the last page shows. */
  get mayGoOn(): boolean {
    return this.isLastFull && this.#mayBeFull(this.#lastOne);
  }

  #mayBeFull(size: number): boolean {
    return size >= Math.min(this.#walk.pageSize, LEAST_FULL);
  }
}
