/**
 * What the lists of Paystack's API have in common. Streams are made of these parts and a path.
 * https://paystack.com/docs/api/
 */
import { requestParameter } from '../../declarative/components.js';
import type {
  CursorPagination,
  DatetimeBasedCursor,
  DefaultPaginator,
  HttpRequester,
  JsonFileSchemaLoader,
  RecordSelector,
  SimpleRetriever,
} from '../../declarative/components.js';
import { errorHandler } from './error-handler.js';

/** What answers that have pages say of them. */
const PAGED = [
  ['meta', 'page'],
  ['meta', 'pageCount'],
] as const;

/** Records a page: the only documented maximum (of /bank), and what a larger value may be clamped to. */
const PAGE_SIZE = 100;

/** A GET request with the account's secret key. https://paystack.com/docs/api/authentication/ */
export function requester(path: string, request_parameters: Record<string, string> = {}): HttpRequester {
  return {
    type: 'HttpRequester',
    url_base: 'https://api.paystack.co',
    path,
    http_method: 'GET',
    authenticator: {
      type: 'BearerAuthenticator',
      api_token: { type: 'ConfigReference', path: ['provider', 'secret_key'] },
    },
    request_parameters,
    error_handler: errorHandler(),
    extensions: { url_base_variable: 'PAYSTACK_API_URL' },
  };
}

/** For a list that belongs to a parent record, which may vanish between the two requests. */
export function childRequester(path: string): HttpRequester {
  return {
    ...requester(path),
    error_handler: errorHandler([{ type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] }]),
  };
}

const records: RecordSelector = {
  type: 'RecordSelector',
  extractor: { type: 'DpathExtractor', field_path: ['data'] },
};

/** https://paystack.com/docs/api/pagination/#cursor-pagination */
const byToken: CursorPagination = {
  type: 'CursorPagination',
  page_size: PAGE_SIZE,
  cursor_value: { response: ['meta', 'next'] },
};

/**
 * Pages by number, because only these answers say how many there are (`meta.pageCount`, `meta.total`). Some
 * lists answer in cursor style all the same; then the token is followed.
 * https://paystack.com/docs/api/pagination/
 */
export const byPage: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'PageIncrement',
    page_size: PAGE_SIZE,
    start_from_page: 1,
    inject_on_first_request: true,
    extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
  },
  page_size_option: requestParameter('perPage'),
  page_token_option: requestParameter('page'),
  extensions: {
    cursor_fallback: {
      pagination_strategy: byToken,
      page_token_option: requestParameter('next'),
      request_parameters: { use_cursor: 'true' },
    },
  },
};

/** For lists that are whole unless the request asks for cursors; if there are pages in their place, those are read. */
export const byCursor: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: byToken,
  page_size_option: requestParameter('perPage'),
  page_token_option: requestParameter('next'),
  extensions: { page_fallback: { when: PAGED, paginator: byPage } },
};

/** For lists that one source describes with cursors and the other one with pages. */
export const byCursorOrPage: DefaultPaginator = {
  ...byCursor,
  extensions: { page_fallback: { when: PAGED, at_full_page: true, paginator: byPage } },
};

/** The usual list: `data` with pages. */
export function list(path: string, request_parameters: Record<string, string> = {}): SimpleRetriever {
  return {
    type: 'SimpleRetriever',
    requester: requester(path, request_parameters),
    record_selector: records,
    paginator: byPage,
  };
}

/** A short list that comes in one answer. */
export function singlePage(path: string): SimpleRetriever {
  return { ...list(path), paginator: { type: 'NoPagination' } };
}

/**
 * Slices by date of creation, for lists whose `from` and `to` are documented by both of the vendor's
 * sources. Timestamps of records have whole seconds, so a second is the grain. Which of a record's dates the bounds
 * are held against, neither source says; the payment's would leave out what was never paid.
 */
export function createdBetween(cursor_field: string, ...cursor_field_aliases: string[]): DatetimeBasedCursor {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field,
    datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
    start_time_option: requestParameter('from'),
    end_time_option: requestParameter('to'),
    step: 'P1M',
    cursor_granularity: 'PT1S',
    extensions: { cursor_field_aliases, prove_filter: true },
  };
}

/** As `createdBetween`, for lists whose documented bounds are days without a time. */
export function createdBetweenDays(
  cursor_field: string,
  ...cursor_field_aliases: string[]
): DatetimeBasedCursor {
  return {
    ...createdBetween(cursor_field, ...cursor_field_aliases),
    datetime_format: '%Y-%m-%d',
    cursor_granularity: 'P1D',
  };
}

/**
 * For lists without a date filter that can be relied on: read whole, and filtered by the records' own date.
 * With the date of the last change as cursor, no change is missed, however old the record.
 */
export function wholeListBy(
  cursor_field: string,
  extensions: DatetimeBasedCursor['extensions'] = {},
): DatetimeBasedCursor {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field,
    datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
    extensions,
  };
}

export function schema(name: string): JsonFileSchemaLoader {
  return { type: 'JsonFileSchemaLoader', file_path: `${name}.json` };
}
