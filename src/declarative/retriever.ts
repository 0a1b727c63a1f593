import type { FieldPath, SimpleRetriever } from './components.js';
import { VanishedListError } from './list.js';
import type { FetchPage, ListOptions, ListReading, UsePage } from './list.js';
import { readList, readListInTurn } from './list-reader.js';
import { countAt } from './page-walk.js';
import type { PageParameters } from './page-walk.js';
import { PagingContainer } from './paging-container.js';
import { onePage, withSmallerPages } from './paginator.js';
import { recordSelector } from './record-selector.js';
import { createRequester, RefusedRequestError } from './requester.js';
import type { PageRequest, RequestContext, Requester, RequestListener, UseResponse } from './requester.js';
import { NO_PARTITION } from './stream-slice.js';
import type { StreamPartition } from './stream-slice.js';

/** What is told about the lists that a retriever reads. */
export interface ListListener extends RequestListener {
  /** @param path of the list, without the host */
  listRead(reading: ListReading, path: string): void;
}

/** One list: the partition it belongs to, and the request parameters of the slice. */
export interface List {
  readonly partition: StreamPartition;
  readonly parameters: PageParameters;
  /** Requests for lists of a smaller one go first. @default 0 */
  readonly rank?: number;
}

export interface ListOutcome extends ListReading {
  /** Records are missing, going by counts that have not proven inexact. */
  readonly isShort: boolean;
}

/** One page of a list, for what it says of the list. */
export interface Glance {
  /** Records of the page. */
  readonly count: number;
  /** Raw JSON of the values wanted from each. */
  readonly captured: readonly (string | undefined)[];
  /** Records of the list, as the API counts them; undefined if it does not. */
  readonly total: number | undefined;
}

/** Told of records that are missing, going by counts that have not proven inexact. */
export interface ShortListener {
  /** Before the list is read again. */
  again(): void;
  /** They still are at the end. */
  ended(): void;
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

const BAD_REQUEST = 400;

/**
 * Lists in a row that came short although they were read twice, after which the API's counts are no longer taken for
 * exact: those that follow are read once.
 */
const MAX_FRUITLESS = 3;

/** Answers that a list is not there, or not for this key. */
const GONE: readonly number[] = [403, 404, 410];
/** Times that a page is asked for again whose list is said to be gone after it has sent others. */
const MAX_GONE = 3;
/** ms before the first of them; twice as long before each further one. */
const GONE_WAIT = 500;

/** Times that one page is asked for until it says how many records the list has. */
const MAX_GLANCES = 4;
/** ms before the second time; twice as long before each further one. */
const GLANCE_WAIT = 200;

/** Warnings about answers that are asked for again because they say nothing of their list. */
const MAX_TOLD = 3;

export function createRetriever(
  options: RetrieverOptions,
  context: RequestContext,
  listener: ListListener,
): Retriever {
  const { definition, capture, keyPlaces, pagesAtATime } = options;
  const select = recordSelector(definition.record_selector, capture);
  const { alternative_path } = definition.requester.extensions;
  // The paths at which a list may be, in the order in which they are tried: the one that was first to have records
  // comes first from then on. One that has none for a list that is not there says nothing.
  let requesters: Requester[] = [
    definition.requester,
    ...(alternative_path === undefined ? [] : [{ ...definition.requester, path: alternative_path }]),
  ].map((requester) => createRequester(requester, context, listener));
  let isDecided = false;
  let paginator = definition.paginator;
  const container = new PagingContainer(paginator);
  let fruitless = 0;
  let told = 0;

  function prefer(requester: Requester): void {
    if (isDecided) return;
    isDecided = true;
    requesters = [requester, ...requesters.filter((one) => one !== requester)];
  }

  /** As `fetch`, but a list that has sent pages does not vanish: an answer that says so is not believed. */
  async function insist<T>(
    isKnown: boolean,
    requester: Requester,
    request: PageRequest,
    use: UseResponse<T>,
  ): Promise<T | undefined> {
    for (let gone = 0; ; gone++) {
      let detail: string | undefined;
      try {
        const used = await requester.fetch(request, select, use);
        if (used !== undefined || !isKnown) return used;
      } catch (error) {
        const isGone = error instanceof RefusedRequestError && GONE.includes(error.status);
        if (!isKnown || !isGone) throw error;
        detail = error.internalMessage;
      }
      if (gone === MAX_GONE) {
        throw new VanishedListError(detail);
      }
      listener.warn(`${detail ?? 'a page'}: the list was there before; asking again`);
      await context.clock.sleep(GONE_WAIT * 2 ** gone);
    }
  }

  function fetchOf({ partition, parameters, rank = 0 }: List): FetchPage {
    /** Where this list is. */
    let place: Requester | undefined;
    return async <T>(page: PageParameters, use: UseResponse<T>): Promise<T | undefined> => {
      for (const requester of place === undefined ? requesters : [place]) {
        const request = { partition, parameters: { ...parameters, ...page }, rank };
        const isKnown = place !== undefined;
        for (let asked = 1; ; asked++) {
          const used = await insist(isKnown, requester, request, async (selected, headers) => {
            place = requester;
            const wait = container.doubts(selected, asked);
            if (wait !== undefined) return { wait };
            if (selected.ranges.length > 0) prefer(requester);
            return { of: await use(selected, headers) };
          });
          if (used === undefined) break;
          if ('of' in used) return used.of;
          if (asked === 1 && told++ < MAX_TOLD) {
            listener.warn(
              `an answer of ${requester.pathOf(partition)} has no ${container.names.map((name) => `"${name}"`).join(' and no ')}; asking again`,
            );
          }
          await context.clock.sleep(used.wait);
        }
      }
      return undefined;
    };
  }

  interface Attempt {
    readonly options: ListOptions;
    /** Whether anything was used: after that a list cannot begin anew. */
    readonly isBegun: () => boolean;
  }

  function begin(list: List, use: UsePage, mayEndEarly: boolean, onAgain?: () => void): Attempt {
    let isBegun = false;
    const options: ListOptions = {
      paginator,
      fetchPage: fetchOf(list),
      use(page, info) {
        isBegun = true;
        return use(page, info);
      },
      width: capture.length,
      keyPlaces,
      pagesAtATime,
      mayEndEarly,
      readsAgain: fruitless < MAX_FRUITLESS,
      onAgain,
    };
    return { options, isBegun: () => isBegun };
  }

  /** The way to begin anew, if what the API refused may be the size of the pages. @throws the error if not */
  function withSmaller(error: unknown, { options, isBegun }: Attempt): ListOptions {
    const isRefused = error instanceof RefusedRequestError && error.status === BAD_REQUEST;
    const smaller = withSmallerPages(options.paginator);
    if (!isRefused || isBegun() || smaller === undefined) throw error;
    listener.warn('the API refused the request; trying again with smaller pages');
    paginator = smaller;
    return { ...options, paginator: smaller };
  }

  function ended({ partition }: List, reading: ListReading): ListOutcome {
    if (reading.completeness === 'short') fruitless++;
    else if (reading.completeness === 'verified') fruitless = 0;
    listener.listRead(reading, requesters[0]?.pathOf(partition) ?? '');
    return { ...reading, isShort: reading.completeness === 'short' && fruitless <= MAX_FRUITLESS };
  }

  return {
    async read(list, use, mayEndEarly) {
      const attempt = begin(list, use, mayEndEarly);
      const reading = await readList(attempt.options).catch((error: unknown) =>
        readList(withSmaller(error, attempt)),
      );
      return ended(list, reading);
    },
    async *readInTurn(list, use, onShort) {
      const attempt = begin(list, use, false, () => onShort?.again());
      let reading: ListReading;
      try {
        reading = yield* readListInTurn(attempt.options);
      } catch (error) {
        reading = yield* readListInTurn(withSmaller(error, attempt));
      }
      if (ended(list, reading).isShort) onShort?.ended();
    },
    async glance(parameters, number, size) {
      const [requester] = requesters;
      const page = onePage(paginator, number, size);
      if (requester === undefined || page === undefined) return undefined;
      const request = { partition: NO_PARTITION, parameters: { ...parameters, ...page.parameters } };
      for (let asked = 1; ; asked++) {
        const glance = await requester.fetch(request, select, async ({ captured, ranges, envelope }) => ({
          count: ranges.length / 2,
          captured,
          total: countAt(envelope, page.total),
        }));
        if (glance?.total !== undefined || asked === MAX_GLANCES) return glance;
        await context.clock.sleep(GLANCE_WAIT * 2 ** (asked - 1));
      }
    },
    get pageSize() {
      return paginator.type === 'NoPagination' ? undefined : paginator.pagination_strategy.page_size;
    },
  };
}
