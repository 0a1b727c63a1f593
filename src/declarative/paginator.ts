import { transientError } from '../protocol/errors.js';
import type { JsonValue } from '../protocol/messages.js';
import type {
  CursorPagination,
  DefaultPaginator,
  FieldPath,
  NoPagination,
  PageIncrement,
} from './components.js';
import { valueAt } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';
import { tokenText } from './stream-slice.js';

/** The request parameters that fetch one page. */
export type PageParameters = Readonly<Record<string, string>>;

/** Walks through the pages of one list. One object for each walk. */
export interface Paginator {
  readonly first: PageParameters;
  /**
   * @returns undefined at the end of the list, which the API says itself; a short page is no sign of it,
   *   since page sizes may be clamped
   * @throws TracedError (transient_error) if the API sends the same page or token again
   */
  next(page: SelectedPage): PageParameters | undefined;
  /** How many pages the API says there are; undefined if it does not. */
  pageCount(page: SelectedPage): number | undefined;
}

/** A count as a number or, as some APIs echo it, as text. */
function countAt(envelope: JsonValue, path: FieldPath | undefined): number | undefined {
  const value = path === undefined ? undefined : valueAt(envelope, path);
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined;
}

function recordsOf(page: SelectedPage): Buffer {
  return page.bytes.subarray(page.ranges[0] ?? 0, page.ranges.at(-1) ?? 0);
}

/** Whether an answer's metadata is of the cursor kind: it has the token's key, whatever its value. */
function isCursorStyle(envelope: JsonValue, path: FieldPath): boolean {
  return valueAt(envelope, path) !== undefined;
}

function tokenWalk(
  strategy: CursorPagination,
  parameters: (token: string | undefined) => PageParameters,
  start?: { token: string },
): Paginator {
  let last = start?.token;
  return {
    first: parameters(last),
    next(page) {
      const token = tokenText(valueAt(page.envelope, strategy.cursor_value.response));
      if (token === undefined) return undefined;
      if (token === last) {
        throw transientError('The API sent the same page token twice, so the list would never end.', {
          internalMessage: `token ${strategy.cursor_value.response.join('.')} did not change`,
        });
      }
      last = token;
      return parameters(token);
    },
    pageCount(page) {
      const total = countAt(page.envelope, strategy.extensions?.total);
      return total === undefined ? undefined : Math.ceil(total / strategy.page_size);
    },
  };
}

function pageWalk(definition: DefaultPaginator, strategy: PageIncrement): Paginator {
  const { page_size_option, page_token_option, extensions } = definition;
  const fallback = extensions?.cursor_fallback;
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  const parameters = (page: number) => ({ ...size, [page_token_option.field_name]: String(page) });
  let number = strategy.start_from_page;
  let previous: Buffer | undefined;
  let tokens: Paginator | undefined;

  function pageCount(page: SelectedPage): number | undefined {
    const count = countAt(page.envelope, strategy.extensions?.page_count);
    if (count !== undefined) return count;
    const total = countAt(page.envelope, strategy.extensions?.total);
    return total === undefined ? undefined : Math.ceil(total / strategy.page_size);
  }

  function nextByToken(page: SelectedPage): PageParameters | undefined {
    if (fallback === undefined) return undefined;
    const { pagination_strategy, page_token_option: option, request_parameters } = fallback;
    const token = tokenText(valueAt(page.envelope, pagination_strategy.cursor_value.response));
    if (token === undefined) return undefined;
    tokens = tokenWalk(
      pagination_strategy,
      (one) => ({
        ...size,
        ...request_parameters,
        ...(one === undefined ? {} : { [option.field_name]: one }),
      }),
      { token },
    );
    return tokens.first;
  }

  return {
    first: parameters(number),
    pageCount,
    next(page) {
      if (tokens !== undefined) return tokens.next(page);
      const known = countAt(page.envelope, strategy.extensions?.page_count);
      if (known === undefined && fallback !== undefined) {
        const path = fallback.pagination_strategy.cursor_value.response;
        if (isCursorStyle(page.envelope, path)) return nextByToken(page);
      }
      const records = recordsOf(page);
      const isRepeated = previous !== undefined && records.length > 0 && records.equals(previous);
      const read = number - strategy.start_from_page + 1;
      if (known === undefined ? records.length === 0 || isRepeated : read >= known) return undefined;
      if (isRepeated) {
        throw transientError('The API sent the same page twice, although it says that there are more.', {
          internalMessage: `page ${number} equals page ${number - 1}`,
        });
      }
      previous = records;
      number++;
      return parameters(number);
    },
  };
}

/** Begins a walk through a list. */
export function paginate(definition: DefaultPaginator | NoPagination): Paginator {
  if (definition.type === 'NoPagination') {
    return { first: {}, next: () => undefined, pageCount: () => 1 };
  }
  const { pagination_strategy: strategy, page_size_option, page_token_option } = definition;
  if (strategy.type === 'PageIncrement') return pageWalk(definition, strategy);
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  return tokenWalk(strategy, (token) => ({
    ...size,
    ...(token === undefined ? {} : { [page_token_option.field_name]: token }),
  }));
}
