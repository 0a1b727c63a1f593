import type { SelectedPage } from '../extractors/record-selector.js';
import { PageSizes } from '../paginators/page-sizes.js';
import type { PageWalk } from '../paginators/page-walk.js';
import type { ListOptions, PageUse } from './list.js';
import { ListTally } from './list-tally.js';
import { MAX_ASKED_AGAIN, RepeatedPageError, RepeatedPages } from './repeated-pages.js';

/** Takes in the pages of one pass through a list, in whatever order: what they bring, and what they show of the list. */
export class PageIntake {
  readonly tally: ListTally;
  readonly sizes: PageSizes;
  /** Anything came that no pass before this one had brought. */
  hasBroughtNew = false;
  readonly #options: ListOptions;
  readonly #walk: PageWalk;
  readonly #isRepeated: boolean;
  readonly #repeated = new RepeatedPages();

  /** @param before what the pass that is repeated has counted */
  constructor(options: ListOptions, walk: PageWalk, before: ListTally | undefined) {
    this.#options = options;
    this.#walk = walk;
    this.#isRepeated = before !== undefined;
    this.sizes = new PageSizes(options.paginator);
    this.tally = new ListTally(options.width, options.keyPlaces, before);
  }

  /**
   * @param asked times that the page has come
   * @param isExpected something says that there is such a page
   * @throws RepeatedPageError for the page to be asked for again; once more it is believed
   */
  requireNew(page: SelectedPage, number: number, asked: number, isExpected: boolean): void {
    if (!isExpected || asked > MAX_ASKED_AGAIN) return;
    if (this.tally.hasCome(page)) throw new RepeatedPageError(number);
  }

  /** The same, of pages that are read beside each other. @throws TracedError, too, if it is not to be believed */
  requireNewBeside(page: SelectedPage, number: number, asked: number): void {
    this.requireNew(page, number, asked, true);
    if (asked > MAX_ASKED_AGAIN && this.tally.hasCome(page)) {
      this.#repeated.addBeside(number, this.#walk.total(page));
    }
  }

  /** Whether a page shows that there are none behind it, though another one would be asked for. */
  isEnd(page: SelectedPage, number: number): boolean {
    const { ending } = this.#walk;
    const { distinct } = this.tally;
    const total = this.#walk.total(page);
    const count = page.recordCount;
    const hasCome = this.tally.hasCome(page);
    const isSame = this.tally.isLast(page);
    return this.#repeated.isEnd({ number, ending, total, distinct, count, hasCome, isSame });
  }

  /** @param totalBefore what the list had counted when the page was asked for */
  use(page: SelectedPage, number: number, hasMore: boolean, totalBefore: number | undefined): PageUse {
    const isFirst = this.sizes.lastNumber === 0 && !this.#isRepeated;
    this.sizes.add(page, number);
    const total = this.#walk.total(page);
    // Behind the last record some APIs count none: of the page, or of what stands behind it.
    const isOfPage = total === 0 && number > 1 && page.recordCount === 0;
    if (!isOfPage) this.tally.count(total, totalBefore, number);
    const fresh = this.tally.add(page);
    if (fresh.includes(true)) this.hasBroughtNew = true;
    const used = this.#options.use(page, {
      number,
      isFirst,
      pageCount: this.#walk.pageCount(page),
      total,
      hasMore,
      mayBeLong: hasMore && (this.#walk.ending !== 'guessed' || this.sizes.isLastFull),
      fresh,
    });
    if (used.isOldestFirst === true) this.tally.noteOldestFirst();
    return used;
  }
}
