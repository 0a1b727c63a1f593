import type { DefaultPaginator, FieldPath, NoPagination, SimpleRetriever } from '../components.js';
import type { CapturedValues } from '../extractors/captured-values.js';
import { recordSelector } from '../extractors/record-selector.js';
import { countAt } from '../paginators/page-walk.js';
import type { PageParameters } from '../paginators/page-walk.js';
import { onePage, withPagesOf, withSmallerPages } from '../paginators/paginator.js';
import type { RequestContext, RequestListener } from '../requesters/request-context.js';
import { RefusedRequestError } from '../requesters/requester.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import { CountHabits } from './count-habits.js';
import type { ListOptions, ListReading, ReadAgain, UsePage } from './list.js';
import { readList, readListInTurn } from './list-reader.js';
import { PageFetcher } from './page-fetcher.js';
import type { List } from './page-fetcher.js';

/** What is told about the lists that a retriever reads. */
export interface ListListener extends RequestListener {
  /** @param path of the list, without the host */
  listRead(outcome: ListOutcome, path: string): void;
}

export interface ListOutcome extends ListReading {
  /** Records are missing, going by counts that have not proven inexact, or may be, going by a page without any. */
  readonly isShort: boolean;
  /** It is empty, and the API has not counted it, though it counts others. */
  readonly isUncounted: boolean;
}

/** One page of a list, for what it says of the list. */
export interface Glance {
  /** Records of the page. */
  readonly count: number;
  /** The values wanted from each. */
  readonly captured: CapturedValues;
  /** Records of the list, as the API counts them; undefined if it does not. */
  readonly total: number | undefined;
}

/**
 * How records of a list are missing: going by the API's count, or by one that has proven inexact, or the whole list is
 * not there, for all that the answer says.
 */
export type Shortage = 'short' | 'doubtful' | 'absent';

/** Told of records that are missing. */
export interface ShortListener {
  /** Before the list is read again. */
  again(why: ReadAgain): void;
  /** They still are at the end. */
  ended(how: Shortage): void;
}

export function shortageOf({
  exists,
  isUncounted,
  isShort,
  completeness,
}: ListOutcome): Shortage | undefined {
  if (!exists || isUncounted) return 'absent';
  if (isShort) return 'short';
  return completeness === 'short' ? 'doubtful' : undefined;
}

/** Reads lists. */
export interface Retriever {
  /** Reads a whole list; pages may come in any order. */
  read(list: List, use: UsePage, mayEndEarly: boolean): Promise<ListOutcome>;
  /**
   * Reads a list page by page, each when the loop comes back for it.
   * @returns the number of each page
   */
  readInTurn(list: List, use: UsePage, onShort?: ShortListener): AsyncGenerator<number, void, void>;
  /**
   * Fetches one page by its number, without reading the list; an answer that does not count is asked for again.
   * @param number 1 for the first page
   * @returns undefined if the list has no numbers, or is not there
   */
  glance(parameters: PageParameters, number: number, size: number): Promise<Glance | undefined>;
  /** The path of a partition's list, without the host. */
  pathOf(partition: StreamPartition): string;
  /** Records of a page that are asked for; undefined if all come at once. */
  readonly pageSize: number | undefined;
}

interface RetrieverOptions {
  readonly definition: SimpleRetriever;
  /** Paths of the values wanted from each record. */
  readonly capture: readonly FieldPath[];
  /** Which of them are the primary key, without what is added to it. */
  readonly keyPlaces: readonly number[];
  /** Pages of a list at a time. */
  readonly pagesAtATime: number;
}

/** Records of a page where one of more is too large to be read, and where one of so many is. */
const FEW = 10;
const ONE = 1;

/** Answers that a parameter may be wrong; which of them is meant for it, each API sees in its own way. */
const BAD_REQUEST: readonly number[] = [400, 412, 422];

/** Times that one page is asked for until it says how many records the list has. */
const MAX_GLANCES = 4;
/** ms before the second time; twice as long before each further one. */
const GLANCE_WAIT = 200;

type Paginator = DefaultPaginator | NoPagination;

/** The reading of a list, as long as it may begin anew. */
interface Beginning {
  readonly options: ListOptions;
  /** Whether anything was used: after that it cannot. */
  readonly isBegun: () => boolean;
}

class ListRetriever implements Retriever {
  readonly #options: RetrieverOptions;
  readonly #context: RequestContext;
  readonly #listener: ListListener;
  readonly #pages: PageFetcher;
  #paginator: Paginator;
  readonly #counts = new CountHabits();

  constructor(options: RetrieverOptions, context: RequestContext, listener: ListListener) {
    const { definition, capture } = options;
    this.#options = options;
    this.#context = context;
    this.#listener = listener;
    this.#paginator = definition.paginator;
    const select = recordSelector(definition.record_selector, capture);
    this.#pages = new PageFetcher(definition, select, context, listener);
  }

  get pageSize(): number | undefined {
    return this.#paginator.type === 'NoPagination'
      ? undefined
      : this.#paginator.pagination_strategy.page_size;
  }

  pathOf(partition: StreamPartition): string {
    return this.#pages.pathOf(partition);
  }

  async read(list: List, use: UsePage, mayEndEarly: boolean): Promise<ListOutcome> {
    for (let beginning = this.#begin(list, use, mayEndEarly); ;) {
      try {
        return this.#ended(list, await readList(beginning.options));
      } catch (error) {
        beginning = this.#withSmaller(error, beginning);
      }
    }
  }

  async *readInTurn(list: List, use: UsePage, onShort?: ShortListener): AsyncGenerator<number, void, void> {
    let reading: ListReading | undefined;
    for (
      let beginning = this.#begin(list, use, false, (why) => onShort?.again(why));
      reading === undefined;
    ) {
      try {
        reading = yield* readListInTurn(beginning.options);
      } catch (error) {
        beginning = this.#withSmaller(error, beginning);
      }
    }
    const how = shortageOf(this.#ended(list, reading));
    if (how !== undefined) onShort?.ended(how);
  }

  async glance(parameters: PageParameters, number: number, size: number): Promise<Glance | undefined> {
    const page = onePage(this.#paginator, number, size);
    if (page === undefined) return undefined;
    const request = { partition: NO_PARTITION, parameters: { ...parameters, ...page.parameters } };
    for (let asked = 1; ; asked++) {
      const glance = await this.#pages.fetchOnce(request, async ({ captured, recordCount, envelope }) => ({
        count: recordCount,
        captured: captured.copy(),
        total: countAt(envelope, page.total),
      }));
      if (glance?.total !== undefined || asked === MAX_GLANCES) return glance;
      await this.#context.clock.sleep(GLANCE_WAIT * 2 ** (asked - 1));
    }
  }

  #begin(list: List, use: UsePage, mayEndEarly: boolean, onAgain?: (why: ReadAgain) => void): Beginning {
    const { capture, keyPlaces, pagesAtATime } = this.#options;
    const { lanes } = this.#context;
    let isBegun = false;
    const counts = this.#counts;
    const options: ListOptions = {
      paginator: this.#paginator,
      fetchPage: this.#pages.of(list),
      use(page, info) {
        isBegun = true;
        counts.addPage(info.total);
        return use(page, info);
      },
      width: capture.length,
      keyPlaces,
      pagesAtATime,
      isCrowded: () => (lanes?.waitingBefore(list.rank ?? 0) ?? 0) >= pagesAtATime,
      mayEndEarly,
      readsAgain: counts.areExact,
      doubtsEmpty: counts.areEmptyEndsRare,
      doubtsNone: list.isPart === true && counts.areEmptyListsRare,
      onAgain,
    };
    return { options, isBegun: () => isBegun };
  }

  /**
   * The way to begin anew, if what the API refused may be the size of the pages, or one of them is too large to be read;
   * what has come of the list comes again then. @throws the error if not
   */
  #withSmaller(error: unknown, { options, isBegun }: Beginning): Beginning {
    if (!(error instanceof RefusedRequestError)) throw error;
    // Somebody waits for a check.
    const isTooLarge = error.status === 0 && this.#context.patience === undefined;
    const isRefused = BAD_REQUEST.includes(error.status) && !isBegun();
    const { paginator: before } = options;
    let paginator: Paginator | undefined;
    if (isTooLarge) paginator = withPagesOf(FEW, before) ?? withPagesOf(ONE, before);
    else if (isRefused) paginator = withSmallerPages(before);
    if (paginator === undefined) throw error;
    const smaller = paginator;
    const isAnew = isBegun();
    const why = isTooLarge ? 'the answer is too large to be read' : 'the API refused the request';
    this.#listener.warn(`${why}; trying again with smaller pages`);
    const use: UsePage = (page, info) => {
      // Not before: it may have been for something else. And one large page says nothing of other lists.
      if (!isTooLarge) this.#paginator = smaller;
      return options.use(page, isAnew ? { ...info, isFirst: false } : info);
    };
    return { options: { ...options, paginator: smaller, use }, isBegun };
  }

  #ended({ partition }: List, reading: ListReading): ListOutcome {
    const outcome = { ...reading, ...this.#counts.addList(reading, partition === NO_PARTITION) };
    this.#listener.listRead(outcome, this.#pages.pathOf(partition));
    return outcome;
  }
}

export function createRetriever(
  options: RetrieverOptions,
  context: RequestContext,
  listener: ListListener,
): Retriever {
  return new ListRetriever(options, context, listener);
}
