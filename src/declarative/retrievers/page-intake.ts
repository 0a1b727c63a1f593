import type { SelectedPage } from '../extractors/record-selector.js';
import { PageSizes } from '../paginators/page-sizes.js';
import type { PageWalk } from '../paginators/page-walk.js';
import type { ListOptions, PageUse } from './list.js';
import { ListTally } from './list-tally.js';
import { EmptyPageError, MAX_ASKED_AGAIN, RepeatedPageError, RepeatedPages } from './repeated-pages.js';

/** Takes in the pages of one pass through a list, in whatever order: what they bring, and what they show of the list. */
export class PageIntake {
  readonly tally: ListTally;
  readonly sizes: PageSizes;
  /** Anything came that no pass before this one had brought. */
  hasBroughtNew = false;
  /** A page that was promised had no records, and no count says that all had come. */
  hasEmptyPage = false;
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
   * @throws UnlikelyPageError for the page to be asked for again; once more it is believed
   */
  requireNew(page: SelectedPage, number: number, asked: number, isExpected: boolean): void {
    if (!isExpected) return;
    this.requireRecords(page, number, asked);
    if (asked <= MAX_ASKED_AGAIN && this.tally.hasCome(page)) throw new RepeatedPageError(number);
  }

  /** The same, of a page that is to have records, whichever. */
  requireRecords(page: SelectedPage, number: number, asked: number): void {
    if (!this.#isDoubtfullyEmpty(page)) return;
    if (asked <= MAX_ASKED_AGAIN && this.#options.doubtsEmpty) throw new EmptyPageError(number);
    this.hasEmptyPage = true;
  }

  /** Whether a page has no records, though it stands behind one that has, and no count says that these are all. */
  #isDoubtfullyEmpty(page: SelectedPage): boolean {
    if (page.recordCount > 0 || this.sizes.isLastEmpty) return false;
    const { distinct, total } = this.tally;
    return distinct !== total;
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
