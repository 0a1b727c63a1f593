import { TracedError } from '../../protocol/errors.js';
import type { DefaultPaginator, NoPagination } from '../components.js';
import type { SelectRecords } from '../extractors/record-selector.js';
import { PagingContainer } from '../paginators/paging-container.js';
import type { Doubt } from '../paginators/paging-container.js';
import type { RequestContext, RequestListener } from '../requesters/request-context.js';
import type { PageRequest, Requester, UseResponse } from '../requesters/requester.js';
import { NO_PARTITION } from '../stream-slice.js';
import { VanishedListError } from './list.js';
import { isForbidden, isGone, RefusedLists } from './refused-lists.js';
import { EmptyPageError, MAX_ASKED_AGAIN, UnlikelyPageError } from './repeated-pages.js';

/** Lines about answers that are asked for again, because they say nothing of their list or have come before. */
const MAX_TOLD = 3;
/** ms before a page is asked for again; twice as long before each further time. */
const REPEAT_WAIT = 500;

/** @param times that were waited before @returns ms */
export function waitBefore(times: number): number {
  return REPEAT_WAIT * 2 ** times;
}

/** What an answer is worth that says nothing, or no. */
export interface Trust {
  /** The list has sent pages: it does not vanish. */
  readonly isKnown: boolean;
  /** Nothing says that there is such a page. */
  readonly isBeyond: boolean;
  /** Times that a page is asked for again whose list is said not to be there. */
  readonly refusals: number;
}

/** What became of asking for a page once. */
type Answer<T> =
  | { readonly used: T }
  /** Nothing in it says that it is whole. */
  | { readonly doubt: Doubt }
  /** It has come before, or has no records. */
  | { readonly unlikely: UnlikelyPageError }
  /** Why there is none; undefined if the API does not know the list. */
  | { readonly failed: TracedError | undefined };

/**
 * Fetches pages, but does not believe at once an answer that says nothing of its list, that has come before, that has no
 * records though it was promised, or that says that a list is gone which was there, or that a key is refused which was
 * accepted. One object for each stream.
 */
export class Disbelief {
  readonly #select: SelectRecords;
  readonly #context: RequestContext;
  readonly #listener: RequestListener;
  readonly #container: PagingContainer;
  readonly #refused: RefusedLists;
  #doubtsTold = 0;
  #unlikelyTold = 0;

  constructor(
    paginator: DefaultPaginator | NoPagination,
    select: SelectRecords,
    context: RequestContext,
    listener: RequestListener,
  ) {
    this.#select = select;
    this.#context = context;
    this.#listener = listener;
    this.#container = new PagingContainer(paginator);
    this.#refused = new RefusedLists(context.key);
  }

  /**
   * As the requester's `fetch`.
   * @returns undefined if there is no such list
   * @throws TracedError; VanishedListError for one that has sent pages before
   */
  async fetch<T>(
    requester: Requester,
    request: PageRequest,
    trust: Trust,
    use: UseResponse<T>,
  ): Promise<T | undefined> {
    const { clock } = this.#context;
    const path = requester.pathOf(request.partition);
    for (let doubted = 0, unlikely = 0, refusals = 0; ;) {
      const answer = await this.#ask(requester, request, trust, doubted + 1, use);
      if ('used' in answer) {
        if (refusals > 0) this.#refused.cameBack();
        return answer.used;
      }
      if ('doubt' in answer) {
        if (doubted++ === 0) this.#tellDoubt(path, answer.doubt);
        await clock.sleep(answer.doubt.wait);
      } else if ('unlikely' in answer) {
        if (unlikely >= MAX_ASKED_AGAIN) throw answer.unlikely;
        this.#tellUnlikely(path, answer.unlikely);
        await clock.sleep(waitBefore(unlikely++));
      } else {
        if (!this.#mayPass(answer.failed, request, trust, refusals)) return undefined;
        this.#tellGone(answer.failed, trust);
        await clock.sleep(waitBefore(refusals++));
      }
    }
  }

  async #ask<T>(
    requester: Requester,
    request: PageRequest,
    { isBeyond }: Trust,
    asked: number,
    use: UseResponse<T>,
  ): Promise<Answer<T>> {
    try {
      const answer = await requester.fetch(
        request,
        this.#select,
        async (page, headers): Promise<Answer<T>> => {
          this.#refused.pageCame();
          const doubt = isBeyond ? undefined : this.#container.doubts(page, asked);
          return doubt === undefined ? { used: await use(page, headers) } : { doubt };
        },
      );
      return answer ?? { failed: undefined };
    } catch (error) {
      if (error instanceof UnlikelyPageError) return { unlikely: error };
      if (error instanceof TracedError) return { failed: error };
      throw error;
    }
  }

  /**
   * @param refusals times that it was so before
   * @returns whether to ask again; if not, there is no such list
   * @throws TracedError if it is something else
   */
  #mayPass(
    failed: TracedError | undefined,
    { partition }: PageRequest,
    { isKnown, refusals: max }: Trust,
    refusals: number,
  ): boolean {
    if (isKnown) {
      if (failed !== undefined && !isGone(failed)) throw failed;
      if (refusals < max) return true;
      throw new VanishedListError(failed?.internalMessage, failed !== undefined && isForbidden(failed));
    }
    if (failed === undefined) return false;
    if (max === 0 || !this.#refused.mayPass(failed, partition === NO_PARTITION)) throw failed;
    if (refusals < max) return true;
    throw this.#refused.stayed(failed);
  }

  #tellDoubt(path: string, { what }: Doubt): void {
    if (this.#doubtsTold++ >= MAX_TOLD) return;
    this.#listener.info?.(`an answer of ${path} ${what}; asking again, in case it was cut short`);
  }

  #tellUnlikely(path: string, error: UnlikelyPageError): void {
    if (this.#unlikelyTold++ >= MAX_TOLD) return;
    const line = `${path}: ${error.internalMessage ?? ''}; asking again`;
    // Some lists do end so.
    if (error instanceof EmptyPageError) this.#listener.info?.(line);
    else this.#listener.warn(line);
  }

  #tellGone(failed: TracedError | undefined, { isKnown }: Trust): void {
    const why = isKnown
      ? 'the list was there before; asking again'
      : 'asking again, in case it is gone for a moment only';
    this.#listener.warn(`${failed?.internalMessage ?? 'a page'}: ${why}`);
  }
}
