import type { SelectedPage } from '../extractors/record-selector.js';
import { PageSizes } from '../paginators/page-sizes.js';
import type { PageWalk } from '../paginators/page-walk.js';
import type { ListOptions, PageUse } from './list.js';
import { ListTally } from './list-tally.js';
import {
  EmptyPageError,
  KeylessPageError,
  MAX_ASKED_AGAIN,
  RepeatedPageError,
  RepeatedPages,
} from './repeated-pages.js';

/** Pages without records in a list that were asked for again in vain, after which further ones are not. */
const MAX_EMPTY_IN_VAIN = 3;

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
  /** The pass before this one has brought records. */
  readonly #hadRecords: boolean;
  /** Pages without records that were asked for again in vain. */
  #emptyInVain = 0;
  /** A page whose records have no key came, though it was asked for again. */
  #hasKeyless = false;
  readonly #repeated = new RepeatedPages();

  /** @param before what the pass that is repeated has counted */
  constructor(options: ListOptions, walk: PageWalk, before: ListTally | undefined) {
    this.#options = options;
    this.#walk = walk;
    this.#isRepeated = before !== undefined;
    this.#hadRecords = (before?.distinct ?? 0) > 0;
    this.sizes = new PageSizes(walk);
    this.tally = new ListTally(options.width, options.keyPlaces, before);
  }

  /**
   * @param asked times that the page has come
   * @param isExpected something says that there is such a page
   * @throws UnlikelyPageError for the page to be asked for again; once more it is believed
   */
  requireNew(page: SelectedPage, number: number, asked: number, isExpected: boolean): void {
    if (number === 1) this.#requireAny(page, asked);
    this.#requireKeys(page, number, asked);
    if (!isExpected) return;
    this.requireRecords(page, number, asked);
    if (asked <= MAX_ASKED_AGAIN && this.tally.hasCome(page)) throw new RepeatedPageError(number);
  }

  /** The same, of a page that is to have records, whichever. */
  requireRecords(page: SelectedPage, number: number, asked: number): void {
    if (!this.#isDoubtfullyEmpty(page)) return;
    const isHopeful = this.#options.doubtsEmpty && this.#emptyInVain < MAX_EMPTY_IN_VAIN;
    if (asked <= MAX_ASKED_AGAIN && isHopeful) throw new EmptyPageError(number);
    if (isHopeful) this.#emptyInVain++;
    this.hasEmptyPage = true;
  }

  /** @throws KeylessPageError; after one that was believed in the end, others are at once */
  #requireKeys(page: SelectedPage, number: number, asked: number): void {
    if (this.#hasKeyless || !this.tally.isKeyless(page)) return;
    if (asked <= MAX_ASKED_AGAIN) throw new KeylessPageError(number);
    this.#hasKeyless = true;
  }

  /** @throws EmptyPageError for the first page of a list that has none */
  #requireAny(page: SelectedPage, asked: number): void {
    const isDoubted = this.#options.doubtsNone && !this.#isRepeated && asked <= MAX_ASKED_AGAIN;
    if (isDoubted && page.recordCount === 0) throw new EmptyPageError(1);
  }

  /**
   * Whether a page has no records, though it stands behind one that has, or in a list that had some, and no count says that
   * these are all.
   */
  #isDoubtfullyEmpty(page: SelectedPage): boolean {
    const hadRecords = this.sizes.lastNumber > 0 ? !this.sizes.isLastEmpty : this.#hadRecords;
    if (page.recordCount > 0 || !hadRecords) return false;
    const { distinct, total } = this.tally;
    return distinct !== total;
  }

  /** The same, of pages that are read beside each other. @throws TracedError, too, if it is not to be believed */
  requireNewBeside(page: SelectedPage, number: number, asked: number): void {
    this.#requireKeys(page, number, asked);
    // That one has no records, the count shows.
    if (!this.tally.hasCome(page)) return;
    if (asked <= MAX_ASKED_AGAIN) throw new RepeatedPageError(number);
    this.#repeated.addBeside(number, this.#walk.total(page));
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
    // A page between others has records, too.
    if (this.sizes.lastNumber > 0 && this.sizes.isLastEmpty && page.recordCount > 0) this.hasEmptyPage = true;
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
