import type { FieldPath, SimpleRetriever } from './components.js';
import { paginate } from './paginator.js';
import type { PageParameters, Paginator } from './paginator.js';
import { recordSelector } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';
import { createRequester } from './requester.js';
import type { PageRequest, RequestContext, RequestListener } from './requester.js';
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

/** @param capture paths of the values wanted from each record */
export function createRetriever(
  definition: SimpleRetriever,
  capture: readonly FieldPath[],
  context: RequestContext,
  listener: RequestListener,
): Retriever {
  const requester = createRequester(definition.requester, context, listener);
  const select = recordSelector(definition.record_selector, capture);

  return {
    async *pages<T>(
      partition: StreamPartition,
      parameters: Readonly<Record<string, string>>,
      use: UsePage<T>,
    ): AsyncGenerator<T, void, void> {
      const paginator: Paginator = paginate(definition.paginator);
      let page: PageParameters | undefined = paginator.first;
      let isFirst = true;
      while (page !== undefined) {
        const request: PageRequest = { partition, parameters: { ...parameters, ...page } };
        const info = { isFirst };
        const read: { next: PageParameters | undefined; used: T } | undefined = await requester.fetch(
          request,
          select,
          async (selected) => {
            const next = paginator.next(selected);
            const pageCount = paginator.pageCount(selected);
            return { next, used: await use(selected, { ...info, pageCount, hasMore: next !== undefined }) };
          },
        );
        if (read === undefined) return;
        isFirst = false;
        page = read.next;
        yield read.used;
      }
    },
  };
}
