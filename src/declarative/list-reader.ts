import { TracedError } from '../protocol/errors.js';
import { forEachConcurrently } from './concurrency.js';
import { VanishedListError } from './list.js';
import type { ListOptions, ListReading, PageUse } from './list.js';
import { ListTally } from './list-tally.js';
import { PageSizes } from './page-sizes.js';
import type { PageParameters, PagesAhead, PageWalk } from './page-walk.js';
import { paginate } from './paginator.js';
import type { SelectedPage } from './record-selector.js';
import { RefusedRequestError } from './requester.js';

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

/**
 * Reads one list: each next page is on its way while one is written, and where the first answer says how
 * many pages there are, they are asked for beside each other.
 *
 * Pages that shift while they are read can hide a record. So the records are counted, and if fewer came than
 * the API itself counts, the list is read a second time, for what is new in it.
 *
 * @throws TracedError, StoppedError, and whatever `use` throws
 */
export async function readList(options: ListOptions): Promise<ListReading> {
  const first = new ListPass(options, undefined);
  const reading = await first.read();
  if (!isToBeReadAgain(reading, options)) return reading;
  options.onAgain?.();
  return worse(reading, await new ListPass(options, first.tally).read());
}

/**
 * The same, one page after the other: the next one is asked for when the loop over this comes back for it.
 * @returns the number of each page that was used, and at the end the reading
 */
export async function* readListInTurn(options: ListOptions): AsyncGenerator<number, ListReading, void> {
  const first = new ListPass(options, undefined);
  const reading = yield* first.readInTurn();
  if (!isToBeReadAgain(reading, options)) return reading;
  options.onAgain?.();
  return worse(reading, yield* new ListPass(options, first.tally).readInTurn());
}

/** A second reading that says nothing of the number of records does not take back what the first one said. */
function worse(first: ListReading, second: ListReading): ListReading {
  return second.completeness === 'unknown' ? first : second;
}

function isToBeReadAgain({ completeness }: ListReading, { readsAgain }: ListOptions): boolean {
  return completeness === 'short' && readsAgain;
}

/** One way through a list, from its first page to its end. */
class ListPass {
  readonly tally: ListTally;
  readonly #options: ListOptions;
  readonly #walk: PageWalk;
  readonly #isRepeated: boolean;
  readonly #sizes: PageSizes;
  /** What stands behind the last page has been looked at. */
  #hasLooked = false;

  /** @param before what the pass that is repeated has counted */
  constructor(options: ListOptions, before: ListTally | undefined) {
    this.#options = options;
    this.#walk = paginate(options.paginator);
    this.#sizes = new PageSizes(options.paginator);
    this.#isRepeated = before !== undefined;
    this.tally = new ListTally(options.width, options.keyPlaces, before);
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
      if (this.#sizes.lastNumber > 0) yield this.#sizes.lastNumber;
      if (step.isEnough === true) return this.#reading('enough');
      if (step.following === undefined) break;
      step = await this.#step(step.following, step.number + 1, 'in turn');
      if (step === undefined) throw vanished();
    }
    if (await this.#readBeyond()) yield this.#sizes.lastNumber;
    return this.#reading('end');
  }

  #reading(how: 'end' | 'enough' | 'gone'): ListReading {
    const { distinct, total, missing } = this.tally;
    const completeness = how === 'end' ? this.tally.completeness : 'unknown';
    return { exists: how !== 'gone', completeness, distinct, total, missing };
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
      if (number === 1 || !this.#isBehindEnd(error)) throw error;
      return { number: number - 1 };
    }
  }

  /**
   * Some APIs refuse a page behind the last one rather than send an empty one. Where nothing says that there is another
   * page, that is the end of the list if as many records have come as the API counts; or, where it does not count them,
   * if the last page was not full. A fault that may pass is no end: the count may be of pages.
   */
  #isBehindEnd(error: unknown): boolean {
    const isRefused = error instanceof RefusedRequestError || error instanceof VanishedListError;
    if (!isRefused || this.#walk.isGuessing?.() !== true) return false;
    const { total, distinct } = this.tally;
    if (total !== undefined && distinct <= total) return distinct === total;
    return !this.#sizes.isLastFull;
  }

  /** Whether the API says that the list has ended, but its last page has no room left to show it. */
  #mayGoOn(): boolean {
    if (this.#hasLooked || this.#walk.isGuessing?.() !== false) return false;
    return this.#sizes.mayGoOn;
  }

  #readPage(
    parameters: PageParameters,
    number: number,
    mode: 'prefetch' | 'in turn',
  ): Promise<Step | undefined> {
    const totalBefore = this.tally.total;
    return this.#options.fetchPage(parameters, async (page, headers): Promise<Step> => {
      const following = this.#walk.next(page, headers);
      const hasRestarted = this.#walk.hasRestarted === true;
      const step = { number: hasRestarted ? number - 1 : number };
      const used = hasRestarted
        ? NOTHING_USED
        : this.#use(page, number, following !== undefined, totalBefore);
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

  #use(page: SelectedPage, number: number, hasMore: boolean, totalBefore: number | undefined): PageUse {
    const isFirst = this.#sizes.lastNumber === 0 && !this.#isRepeated;
    this.#sizes.add(page, number);
    const total = this.#walk.total(page);
    this.tally.count(total, totalBefore, number);
    const fresh = this.tally.add(page);
    return this.#options.use(page, {
      number,
      isFirst,
      mayHide: this.tally.hasFallen,
      pageCount: this.#walk.pageCount(page),
      total,
      hasMore,
      fresh,
    });
  }

  /** Reads the pages whose number is known, in any order. @returns the last of them, and what follows it */
  async #readAhead(ahead: PagesAhead): Promise<Step> {
    const { pagesAtATime, mayEndEarly, fetchPage } = this.#options;
    let number = 2;
    let last = ahead.last;
    let done = 1;
    let isEnough = false;
    let following: PageParameters | undefined;
    // Beside the others, so that it takes no time of its own.
    const isFull = ahead.isLastFull && this.#sizes.mayBeFull();
    const behind = isFull && !mayEndEarly ? this.#look(ahead.parameters(last + 1), last + 1) : undefined;
    // Whoever awaits it meets the error; until then nobody may be there.
    behind?.catch(() => undefined);
    const readOne = async (one: number): Promise<void> => {
      const totalBefore = this.tally.total;
      const isThere = await fetchPage(ahead.parameters(one), async (page) => {
        ahead.requireNew(page, one);
        // The list may have grown since the first page.
        if (page.ranges.length > 0) {
          last = Math.max(last, Math.min(ahead.lastBy(page), last + pagesAtATime));
        }
        if (one === last) following = ahead.behind(page, one);
        const used = this.#use(page, one, one < last, totalBefore);
        if (used.isEnough) isEnough = true;
        await used.done;
        return true;
      });
      if (isThere === undefined) throw vanished();
      done++;
    };
    await forEachConcurrently(
      () => (isEnough || ahead.isExhausted() || number > last ? undefined : number++),
      () => (mayEndEarly ? Math.min(pagesAtATime, done) : pagesAtATime),
      readOne,
    );
    if (isEnough) return { number: last, isEnough };
    if ((await behind) === true && following === undefined) this.#walk.beyond?.();
    return { number: last, ...(following === undefined ? {} : { following }) };
  }

  /**
   * The API ended the list, but had counted more records, or its last page is full, so that the count may be an old
   * one: what stands behind its end is looked at.
   * @returns whether there was anything
   */
  async #readBeyond(): Promise<boolean> {
    const last = this.#sizes.lastNumber;
    while (this.tally.missing > 0 || this.#mayGoOn()) {
      const parameters = this.#walk.beyond?.();
      if (parameters === undefined || !(await this.#look(parameters, this.#sizes.lastNumber + 1))) break;
    }
    return this.#sizes.lastNumber > last;
  }

  /** Reads a page of which nothing says that it is there. @returns whether it had new records */
  async #look(parameters: PageParameters, number: number): Promise<boolean> {
    this.#hasLooked = true;
    const use = async (page: SelectedPage): Promise<boolean> => {
      if (page.ranges.length === 0 || this.#sizes.isFirstAgain(page)) return false;
      this.#hasLooked = false;
      const before = this.tally.distinct;
      const { done } = this.#use(page, number, true, undefined);
      const isNew = this.tally.distinct > before;
      await done;
      return isNew;
    };
    try {
      return (await this.#options.fetchPage(parameters, use, true)) === true;
    } catch (error) {
      // What is missing, if anything, is told of all the same.
      if (!(error instanceof TracedError)) throw error;
      return false;
    }
  }
}

const NOTHING_USED: PageUse = { isEnough: false, done: Promise.resolve() };

function vanished(): Error {
  return new VanishedListError();
}
