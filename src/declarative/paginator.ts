import { systemError, transientError } from '../protocol/errors.js';
import type { JsonValue } from '../protocol/messages.js';
import type {
  CursorPagination,
  DefaultPaginator,
  FieldPath,
  NoPagination,
  PageIncrement,
} from './components.js';
import type { Headers } from './http-transport.js';
import { valueAt } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';
import { tokenText } from './stream-slice.js';

/** The request parameters that fetch one page. */
export type PageParameters = Readonly<Record<string, string>>;

/** Walks through the pages of one list. One object for each walk. */
export interface Paginator {
  readonly first: PageParameters;
  /**
   * @param headers of the answer
   * @returns undefined at the end of the list, which the API says itself; a short page is no sign of it,
   *   since page sizes may be clamped
   * @throws TracedError (transient_error) if the API sends the same page or token again
   */
  next(page: SelectedPage, headers?: Headers): PageParameters | undefined;
  /**
   * Whether the last call of `next` began the list anew, in another way; the records of that page come again
   * and are not to be used.
   */
  readonly hasRestarted?: boolean;
  /** How many pages the API says there are; undefined if it does not. An estimate where pages are clamped. */
  pageCount(page: SelectedPage): number | undefined;
}

/** A count as a number or, as some APIs echo it, as text. */
function countAt(envelope: JsonValue, path: FieldPath | undefined): number | undefined {
  const value = path === undefined ? undefined : valueAt(envelope, path);
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined;
}

/** Pages that a number of records makes, going by the size of the first page, which may be clamped. */
function pagesOf(total: number | undefined, pageSize: number, page: SelectedPage): number | undefined {
  if (total === undefined) return undefined;
  const received = page.ranges.length / 2;
  return Math.ceil(total / (received === 0 ? pageSize : Math.min(received, pageSize)));
}

function recordsOf(page: SelectedPage): Buffer {
  return page.bytes.subarray(page.ranges[0] ?? 0, page.ranges.at(-1) ?? 0);
}

function tokenOf(
  { cursor_value }: CursorPagination,
  page: SelectedPage,
  headers: Headers,
): string | undefined {
  return tokenText(
    'headers' in cursor_value ? headers[cursor_value.headers] : valueAt(page.envelope, cursor_value.response),
  );
}

/** @throws TracedError (system_error) if a full page without a token does not say that the list ends either */
function requireEnd({ page_size, cursor_value, extensions }: CursorPagination, page: SelectedPage): void {
  const isFull = page.ranges.length / 2 >= page_size;
  if (extensions?.required !== true || 'headers' in cursor_value || !isFull) return;
  const [container = ''] = cursor_value.response;
  if (valueAt(page.envelope, [container]) !== undefined) return;
  throw systemError(
    `The API's answer has no "${container}", so it does not say whether the list goes on. Please report it; the API may have changed.`,
  );
}

function tokenWalk(
  strategy: CursorPagination,
  parameters: (token: string | undefined) => PageParameters,
  start?: { token: string },
): Paginator {
  // Brent's cycle detection: a token is held against the one at the last power of two, so that a loop of
  // any length is found without remembering all of them.
  let held = start?.token;
  let steps = 0;
  let power = 1;
  return {
    first: parameters(held),
    next(page, headers = {}) {
      const token = tokenOf(strategy, page, headers);
      if (token === undefined) {
        requireEnd(strategy, page);
        return undefined;
      }
      if (token === held) {
        throw transientError('The API sent the same page token twice, so the list would never end.', {
          internalMessage: `the token at ${JSON.stringify(strategy.cursor_value)} came before`,
        });
      }
      if (++steps === power) {
        held = token;
        power *= 2;
        steps = 0;
      }
      return parameters(token);
    },
    pageCount: (page) =>
      pagesOf(countAt(page.envelope, strategy.extensions?.total), strategy.page_size, page),
  };
}

/** What an answer says about whether there is another page. */
type Outlook = 'more' | 'end' | 'unknown';

function outlook({ extensions }: PageIncrement, page: SelectedPage, pagesRead: number): Outlook {
  const known = countAt(page.envelope, extensions?.page_count);
  if (known !== undefined) return pagesRead < known ? 'more' : 'end';
  const next = extensions?.next_page === undefined ? undefined : valueAt(page.envelope, extensions.next_page);
  if (next === undefined) return 'unknown';
  return tokenText(next) === undefined || page.ranges.length === 0 ? 'end' : 'more';
}

function pageWalk(definition: DefaultPaginator, strategy: PageIncrement): Paginator {
  const { page_size_option, page_token_option, extensions } = definition;
  const fallback = extensions?.cursor_fallback;
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  const parameters = (page: number) => ({ ...size, [page_token_option.field_name]: String(page) });
  let number = strategy.start_from_page;
  let previous: Buffer | undefined;
  let received = 0;
  let tokens: Paginator | undefined;

  /** The walk by tokens, if this answer has a place for one, whatever stands there. */
  function byTokens(page: SelectedPage): Paginator | 'end' | undefined {
    if (fallback === undefined) return undefined;
    const { pagination_strategy, page_token_option: option, request_parameters } = fallback;
    const { cursor_value } = pagination_strategy;
    if ('headers' in cursor_value || valueAt(page.envelope, cursor_value.response) === undefined)
      return undefined;
    const token = tokenOf(pagination_strategy, page, {});
    if (token === undefined) return 'end';
    return tokenWalk(
      pagination_strategy,
      (one) => ({
        ...size,
        ...request_parameters,
        ...(one === undefined ? {} : { [option.field_name]: one }),
      }),
      { token },
    );
  }

  return {
    first: parameters(number),
    pageCount(page) {
      const { page_count, total } = strategy.extensions ?? {};
      return (
        countAt(page.envelope, page_count) ?? pagesOf(countAt(page.envelope, total), strategy.page_size, page)
      );
    },
    next(page) {
      if (tokens !== undefined) return tokens.next(page);
      const says = outlook(strategy, page, number - strategy.start_from_page + 1);
      if (says === 'end') return undefined;
      const walk = says === 'unknown' ? byTokens(page) : undefined;
      if (walk === 'end') return undefined;
      if (walk !== undefined) return (tokens = walk).first;

      const records = recordsOf(page);
      const isRepeated = previous !== undefined && records.length > 0 && records.equals(previous);
      const total = countAt(page.envelope, strategy.extensions?.total) ?? 0;
      // A list that has no pages sends the same one again; but not if it has more records than it sent.
      if (says === 'unknown' && (records.length === 0 || (isRepeated && total <= received))) return undefined;
      if (isRepeated) {
        throw transientError('The API sent the same page twice, although it says that there are more.', {
          internalMessage: `page ${number} equals page ${number - 1}`,
        });
      }
      previous = records;
      received += page.ranges.length / 2;
      number++;
      return parameters(number);
    },
  };
}

/** A walk by tokens that becomes one by pages when an answer turns out to be of that kind. */
function withPageFallback(walk: Paginator, pageSize: number, { when, paginator }: PageFallback): Paginator {
  let pages: Paginator | undefined;
  let hasToken = false;
  let hasRestarted = false;
  return {
    first: walk.first,
    get hasRestarted() {
      return hasRestarted;
    },
    pageCount: (page) => (pages ?? walk).pageCount(page),
    next(page, headers = {}) {
      hasRestarted = false;
      if (pages !== undefined) return pages.next(page, headers);
      const next = walk.next(page, headers);
      // A list that has gone by tokens so far ends where there is none.
      if (next !== undefined || hasToken) {
        hasToken = true;
        return next;
      }
      if (valueAt(page.envelope, when) === undefined && page.ranges.length / 2 < pageSize) return undefined;
      pages = paginate(paginator);
      hasRestarted = true;
      return pages.first;
    },
  };
}

type PageFallback = NonNullable<NonNullable<DefaultPaginator['extensions']>['page_fallback']>;

/** Begins a walk through a list. */
export function paginate(definition: DefaultPaginator | NoPagination): Paginator {
  if (definition.type === 'NoPagination') {
    return { first: {}, next: () => undefined, pageCount: () => 1 };
  }
  const { pagination_strategy: strategy, page_size_option, page_token_option, extensions } = definition;
  if (strategy.type === 'PageIncrement') return pageWalk(definition, strategy);
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  const walk = tokenWalk(strategy, (token) => ({
    ...size,
    ...(token === undefined ? {} : { [page_token_option.field_name]: token }),
  }));
  const fallback = extensions?.page_fallback;
  return fallback === undefined ? walk : withPageFallback(walk, strategy.page_size, fallback);
}

/** The same walk with the smaller page size that the definition names; undefined if it names none. */
export function withSmallerPages(definition: DefaultPaginator | NoPagination): DefaultPaginator | undefined {
  if (definition.type === 'NoPagination') return undefined;
  const { pagination_strategy: strategy } = definition;
  if (strategy.type !== 'PageIncrement') return undefined;
  const { fallback_page_size: page_size, ...extensions } = strategy.extensions ?? {};
  if (page_size === undefined) return undefined;
  return { ...definition, pagination_strategy: { ...strategy, page_size, extensions } };
}
