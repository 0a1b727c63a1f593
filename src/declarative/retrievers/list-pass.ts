import { TracedError } from '../../protocol/errors.js';
import { forEachConcurrently } from '../concurrency.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { MAX_EMPTY_PAGES } from '../paginators/page-walk.js';
import type { PageParameters, PagesAhead, PageWalk } from '../paginators/page-walk.js';
import { paginate, withOtherPages } from '../paginators/paginator.js';
import { VanishedListError } from './list.js';
import type { ListOptions, ListReading, PageUse } from './list.js';
import type { ListTally } from './list-tally.js';
import { PageIntake } from './page-intake.js';
import { isRefusal, liesBehindEnd } from './refused-page.js';

/** One fetched page, used and done with. */
interface Step {
  /** The page to go on with. */
  readonly following?: PageParameters;
  readonly number: number;
  /** That page, already on its way. */
  readonly next?: Promise<Step | undefined>;
  readonly ahead?: PagesAhead;
  readonly isEnough?: true;
}

/** One way through a list, from its first page to its end. */
export class ListPass {
  readonly #options: ListOptions;
  readonly #walk: PageWalk;
  readonly #intake: PageIntake;
  /** What stands behind the last page has been looked at. */
  #hasLooked = false;
  /** There was a page with new records: the list does not end where the API says. */
  #hasFound = false;
  /** The page behind the last one that could not be looked at, and why. */
  #lookFailure: { readonly number: number; readonly error: TracedError } | undefined;

  /** @param before what the pass that is repeated has counted */
  constructor(options: ListOptions, before: ListTally | undefined) {
    this.#options = options;
    this.#walk = paginate(options.paginator);
    this.#intake = new PageIntake(options, this.#walk, before);
  }

  get tally(): ListTally {
    return this.#intake.tally;
  }

  get hasBroughtNew(): boolean {
    return this.#intake.hasBroughtNew;
  }

  /** The way to read the list once more. */
  again(): ListPass {
    const { size, first } = this.#intake.sizes;
    // What is in doubt behind a page that may be smaller than asked for, pages that are larger would not show.
    const isEndInDoubt = this.#lookFailure !== undefined || this.#walk.endDoubt !== undefined;
    const paginator = withOtherPages(this.#options.paginator, size ?? (isEndInDoubt ? first : undefined));
    return new ListPass({ ...this.#options, paginator }, this.tally);
  }

  async read(): Promise<ListReading> {
    let step = await this.#step(this.#walk.first, 1, 'prefetch');
    if (step === undefined) return this.#reading('gone');
    for (;;) {
      let next: Promise<Step | undefined> | undefined = step.next;
      if (step.ahead !== undefined) {
        const behind = await this.#readAhead(step.ahead);
        if (behind.isEnough === true) return this.#reading('enough');
        next =
          behind.following === undefined
            ? undefined
            : this.#step(behind.following, behind.number + 1, 'prefetch');
      }
      if (step.isEnough === true) return this.#reading('enough');
      if (next === undefined) break;
      step = await next;
      if (step === undefined) throw vanished();
    }
    await this.#readBeyond();
    return this.#reading('end');
  }

  async *readInTurn(): AsyncGenerator<number, ListReading, void> {
    let step = await this.#step(this.#walk.first, 1, 'in turn');
    if (step === undefined) return this.#reading('gone');
    for (;;) {
      if (this.#intake.sizes.lastNumber > 0) yield this.#intake.sizes.lastNumber;
      if (step.isEnough === true) return this.#reading('enough');
      if (step.following === undefined) break;
      step = await this.#step(step.following, step.number + 1, 'in turn');
      if (step === undefined) throw vanished();
    }
    if (await this.#readBeyond()) yield this.#intake.sizes.lastNumber;
    return this.#reading('end');
  }

  #reading(how: 'end' | 'enough' | 'gone'): ListReading {
    const { distinct, total, missing } = this.tally;
    const completeness = how === 'end' ? this.tally.completeness : 'unknown';
    // Records that are missing are told of in any case, and a page that came after all is known.
    const isUnknown = how === 'end' && missing === 0;
    const failure = isUnknown ? this.#lookFailure : undefined;
    const isRead = failure !== undefined && failure.number <= this.#intake.sizes.lastNumber;
    const endFailure = isRead ? undefined : (failure?.error ?? (isUnknown ? this.#walk.endDoubt : undefined));
    // A count that comes true says that nothing is missing.
    const hasEmptyPage = this.#intake.hasEmptyPage && completeness !== 'verified';
    const { lastNumber: pages } = this.#intake.sizes;
    return {
      exists: how !== 'gone',
      completeness,
      distinct,
      total,
      missing,
      pages,
      hasEmptyPage,
      endFailure,
    };
  }

  /** @returns undefined if the API does not know the list */
  async #step(
    parameters: PageParameters,
    number: number,
    mode: 'prefetch' | 'in turn',
  ): Promise<Step | undefined> {
    try {
      return await this.#readPage(parameters, number, mode);
    } catch (error) {
      if (number === 1 || !(error instanceof TracedError)) throw error;
      const { ending } = this.#walk;
      const isBehindEnd = liesBehindEnd(error, number, ending, this.tally, this.#intake.sizes);
      if (isBehindEnd === 'no') throw error;
      if (isBehindEnd === 'perhaps') this.#lookFailure = { number, error };
      return { number: number - 1 };
    }
  }

  /** Whether the API says that the list has ended, but its last page has no room left to show it. */
  #mayGoOn(): boolean {
    const { ending } = this.#walk;
    if (this.#hasLooked || ending === 'certain' || ending === 'guessed') return false;
    return this.#intake.sizes.mayGoOn || this.#isHunch();
  }

  /** Whether the pages that an answer counts may be of the size that was asked for, which the API has not kept to. */
  #isHunch(): boolean {
    return this.#walk.ending === 'counted' && this.tally.total === undefined && this.#intake.sizes.mayBeCut;
  }

  #readPage(
    parameters: PageParameters,
    number: number,
    mode: 'prefetch' | 'in turn',
  ): Promise<Step | undefined> {
    const totalBefore = this.tally.total;
    let asked = 0;
    return this.#options.fetchPage(parameters, async (page, headers): Promise<Step> => {
      // A list without pages sends the same one for each number.
      const isExpected =
        this.#walk.ending !== 'guessed' || this.#intake.sizes.mayGoOn || this.tally.missing > 0;
      this.#intake.requireNew(page, number, ++asked, isExpected);
      const told = this.#walk.next(page, headers);
      const following = told === undefined || this.#intake.isEnd(page, number) ? undefined : told;
      const hasRestarted = this.#walk.hasRestarted === true;
      const step = { number: hasRestarted ? number - 1 : number };
      const used = hasRestarted
        ? NOTHING_USED
        : this.#intake.use(page, number, following !== undefined, totalBefore);
      if (used.isEnough || following === undefined) {
        await used.done;
        return used.isEnough ? { ...step, isEnough: true } : step;
      }
      const ahead = mode === 'prefetch' && !hasRestarted ? this.#walk.ahead?.(page) : undefined;
      if (ahead !== undefined) {
        await used.done;
        return { ...step, ahead };
      }
      // Before the page is written: the next one comes meanwhile.
      const next = mode === 'prefetch' ? this.#step(following, step.number + 1, mode) : undefined;
      // Whoever awaits it meets the error; until then nobody may be there.
      next?.catch(() => undefined);
      await used.done;
      return { ...step, following, ...(next === undefined ? {} : { next }) };
    });
  }

  /** Reads the pages whose number is known, in any order. @returns the last of them, and what follows it */
  async #readAhead(ahead: PagesAhead): Promise<Step> {
    const { pagesAtATime, isCrowded, mayEndEarly, fetchPage } = this.#options;
    let number = 2;
    let last = ahead.last;
    let done = 1;
    let isEnough = false;
    let emptyInRow = 0;
    let refusal: TracedError | undefined;
    let following: PageParameters | undefined;
    // Beside the others, so that it takes no time of its own.
    const isFull = ahead.isLastFull && this.#intake.sizes.mayBeFull;
    const looked = last + 1;
    const behind = isFull && !mayEndEarly ? this.#look(ahead.parameters(looked), looked) : undefined;
    // Whoever awaits it meets the error; until then nobody may be there.
    behind?.catch(() => undefined);
    const readOne = async (one: number): Promise<void> => {
      // That it has come is no wonder then.
      const hasCome = one === looked && (await behind?.catch(() => false)) === true;
      const totalBefore = this.tally.total;
      let asked = 0;
      const isThere = await fetchPage(ahead.parameters(one), async (page): Promise<true> => {
        if (!hasCome) this.#intake.requireNewBeside(page, one, ++asked);
        emptyInRow = page.recordCount === 0 ? emptyInRow + 1 : 0;
        // The list may have grown since the first page.
        if (page.recordCount > 0) {
          last = Math.max(last, Math.min(ahead.lastBy(page), last + pagesAtATime));
        }
        if (one === last) following = ahead.behind(page, one);
        const used = this.#intake.use(page, one, one < last, totalBefore);
        if (used.isEnough) isEnough = true;
        await used.done;
        return true;
      });
      if (isThere === undefined) throw vanished();
      done++;
    };
    const isOver = (): boolean => isEnough || refusal !== undefined || emptyInRow >= MAX_EMPTY_PAGES;
    await forEachConcurrently(
      () => (isOver() || number > last ? undefined : number++),
      () => {
        if (isCrowded?.() === true) return 1;
        return mayEndEarly ? Math.min(pagesAtATime, done) : pagesAtATime;
      },
      (one) =>
        readOne(one).catch((error: unknown) => {
          if (!(error instanceof TracedError && isRefusal(error))) throw error;
          refusal ??= error;
        }),
    );
    // Where the count has fallen, the list may have come to end before that page. It is read once more in any case.
    if (refusal !== undefined && !this.tally.hasFallen) throw refusal;
    if (isEnough) return { number: last, isEnough };
    if ((await behind) === true && last < looked) {
      // That page has been read.
      last = looked;
      const next = this.#walk.beyond?.();
      if (following !== undefined) following = next;
    }
    return { number: last, ...(following === undefined ? {} : { following }) };
  }

  /**
   * The API ended the list, but had counted more records, or its last page is full, so that the count may be an old
   * one: what stands behind its end is looked at.
   * @returns whether there was anything
   */
  async #readBeyond(): Promise<boolean> {
    const last = this.#intake.sizes.lastNumber;
    while (this.tally.missing > 0 || this.#mayGoOn()) {
      const parameters = this.#walk.beyond?.();
      if (parameters === undefined || !(await this.#look(parameters, this.#intake.sizes.lastNumber + 1)))
        break;
    }
    return this.#intake.sizes.lastNumber > last;
  }

  /** Reads a page of which nothing says that it is there. @returns whether it had new records */
  async #look(parameters: PageParameters, number: number): Promise<boolean> {
    const isHunch = this.#isHunch();
    this.#hasLooked = true;
    let asked = 0;
    const use = async (page: SelectedPage): Promise<boolean> => {
      if (this.#hasFound) this.#intake.requireRecords(page, number, ++asked);
      if (page.recordCount === 0 || this.tally.hasCome(page)) return false;
      this.#hasLooked = false;
      const before = this.tally.distinct;
      const { done } = this.#intake.use(page, number, true, undefined);
      const isNew = this.tally.distinct > before;
      if (isNew) this.#hasFound = true;
      await done;
      return isNew;
    };
    try {
      return (await this.#options.fetchPage(parameters, use, true)) === true;
    } catch (error) {
      if (!(error instanceof TracedError)) throw error;
      if (!isRefusal(error) && !isHunch) this.#lookFailure = { number, error };
      return false;
    }
  }
}

const NOTHING_USED: PageUse = { isEnough: false, done: Promise.resolve() };

function vanished(): Error {
  return new VanishedListError();
}
