import { transientError } from '../protocol/errors.js';
import type { FieldPath, SimpleRetriever } from './components.js';
import { paginate, withSmallerPages } from './paginator.js';
import type { PageParameters } from './paginator.js';
import { recordSelector } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';
import { createRequester, RefusedRequestError } from './requester.js';
import type { PageRequest, RequestContext, Requester, RequestListener, UseResponse } from './requester.js';
import type { StreamPartition } from './stream-slice.js';

/** What `use` is told about a page. */
export interface PageInfo {
  readonly isFirst: boolean;
  /** How many pages the list has, where the API says so. */
  readonly pageCount: number | undefined;
  /** Whether the list goes on behind this page. */
  readonly hasMore: boolean;
}

export type UsePage<T> = (page: SelectedPage, info: PageInfo) => Promise<T>;

/** Reads lists page by page. */
export interface Retriever {
  /**
   * @param parameters the request parameters of the slice
   * @param use runs while the page is counted as in memory; what it returns is passed on afterwards
   */
  pages<T>(
    partition: StreamPartition,
    parameters: Readonly<Record<string, string>>,
    use: UsePage<T>,
  ): AsyncGenerator<T, void, void>;
}

const BAD_REQUEST = 400;

/** @param capture paths of the values wanted from each record */
export function createRetriever(
  definition: SimpleRetriever,
  capture: readonly FieldPath[],
  context: RequestContext,
  listener: RequestListener,
): Retriever {
  const select = recordSelector(definition.record_selector, capture);
  const { alternative_path } = definition.requester.extensions;
  // The paths at which the list may be; what has answered once is tried first from then on.
  let requesters: Requester[] = [
    definition.requester,
    ...(alternative_path === undefined ? [] : [{ ...definition.requester, path: alternative_path }]),
  ].map((requester) => createRequester(requester, context, listener));
  let paginator = definition.paginator;

  async function fetch<T>(request: PageRequest, use: UseResponse<T>): Promise<T | undefined> {
    for (const requester of requesters) {
      const read = await requester.fetch(request, select, use);
      if (read === undefined) continue;
      requesters = [requester, ...requesters.filter((one) => one !== requester)];
      return read;
    }
    return undefined;
  }

  async function* walk<T>(
    partition: StreamPartition,
    parameters: PageParameters,
    use: UsePage<T>,
    definition: SimpleRetriever['paginator'],
  ): AsyncGenerator<T, void, void> {
    const pages = paginate(definition);
    let next: PageParameters | undefined = pages.first;
    for (let isFirst = true; next !== undefined; isFirst = false) {
      const request: PageRequest = { partition, parameters: { ...parameters, ...next } };
      const info = { isFirst };
      const read: { next: PageParameters | undefined; used?: T } | undefined = await fetch(
        request,
        async (page, headers) => {
          const following = pages.next(page, headers);
          if (pages.hasRestarted === true) return { next: following };
          const hasMore = following !== undefined;
          const used = await use(page, { ...info, pageCount: pages.pageCount(page), hasMore });
          return { next: following, used };
        },
      );
      if (read === undefined) {
        if (isFirst) return;
        throw transientError('The API no longer knew a list whose first pages it had sent.');
      }
      next = read.next;
      if ('used' in read) yield read.used;
    }
  }

  return {
    async *pages<T>(
      partition: StreamPartition,
      parameters: PageParameters,
      use: UsePage<T>,
    ): AsyncGenerator<T, void, void> {
      const smaller = withSmallerPages(paginator);
      let isFirst = true;
      try {
        for await (const used of walk(partition, parameters, use, paginator)) {
          isFirst = false;
          yield used;
        }
      } catch (error) {
        const isRefused = error instanceof RefusedRequestError && error.status === BAD_REQUEST;
        if (!isRefused || !isFirst || smaller === undefined) throw error;
        listener.warn('the API refused the request; trying again with smaller pages');
        for await (const used of walk(partition, parameters, use, smaller)) {
          paginator = smaller;
          yield used;
        }
      }
    },
  };
}
