/**
 * What the lists of Pagar.me's API (v5) have in common. Streams are made of these parts and a path.
 * https://docs.pagar.me/reference/
 */
import { requestParameter } from '../../declarative/components.js';
import type {
  AddFields,
  DatetimeBasedCursor,
  DeclarativeStream,
  DefaultPaginator,
  HttpRequester,
  JsonFileSchemaLoader,
  RecordSelector,
  SimpleRetriever,
  SubstreamPartitionRouter,
} from '../../declarative/components.js';
import { errorHandler, vanished } from './error-handler.js';

/** Records a page. The maximum is not published: it may be clamped, and one page of the docs says 30. */
const PAGE_SIZE = 100;
const DOCUMENTED_PAGE_SIZE = 30;

/** A GET request with the account's secret key as user name. https://docs.pagar.me/reference/autenticação-2 */
export function requester(path: string, request_parameters: Record<string, string> = {}): HttpRequester {
  return {
    type: 'HttpRequester',
    url_base: 'https://api.pagar.me/core/v5',
    path,
    http_method: 'GET',
    authenticator: {
      type: 'BasicHttpAuthenticator',
      username: { type: 'ConfigReference', path: ['provider', 'secret_key'] },
    },
    request_parameters,
    error_handler: errorHandler(),
    extensions: { url_base_variable: 'PAGARME_API_URL' },
  };
}

/**
 * `{data: […], paging: …}`; the SDK allows null for an empty list. Some lists are shown by one source without
 * anything around them.
 */
export const records: RecordSelector = {
  type: 'RecordSelector',
  extractor: {
    type: 'DpathExtractor',
    field_path: ['data'],
    extensions: { or_root_list: true, or_null: true },
  },
};

/**
 * `page` and `size`. `paging.next` says whether there is another page; where it is missing, reading goes on
 * to an empty one, because `paging.total` may count records or pages. https://docs.pagar.me/reference/paginação-1
 */
export const byPage: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'PageIncrement',
    page_size: PAGE_SIZE,
    start_from_page: 1,
    inject_on_first_request: true,
    extensions: {
      next_page: ['paging', 'next'],
      total: ['paging', 'total'],
      fallback_page_size: DOCUMENTED_PAGE_SIZE,
    },
  },
  page_size_option: requestParameter('size'),
  page_token_option: requestParameter('page'),
};

/** As `byPage`, with another page size and other names. */
export function byPageOf(page_size: number, size_parameter: string): DefaultPaginator {
  return {
    ...byPage,
    pagination_strategy: {
      type: 'PageIncrement',
      page_size,
      start_from_page: 1,
      inject_on_first_request: true,
      extensions: { next_page: ['paging', 'next'], total: ['paging', 'total'] },
    },
    page_size_option: requestParameter(size_parameter),
  };
}

/** The usual list. */
export function list(path: string): SimpleRetriever {
  return {
    type: 'SimpleRetriever',
    requester: requester(path),
    record_selector: records,
    paginator: byPage,
  };
}

/**
 * The list of each record of another stream. All parents are read in every sync, because the API does not
 * promise that a parent changes together with its children.
 */
export function listOfEach(
  stream: DeclarativeStream,
  partition_field: string,
  path: string,
): SimpleRetriever & { readonly partition_router: SubstreamPartitionRouter } {
  return {
    ...list(path),
    requester: { ...requester(path), error_handler: errorHandler(vanished) },
    partition_router: {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        {
          type: 'ParentStreamConfig',
          stream,
          parent_key: 'id',
          partition_field,
          incremental_dependency: false,
          // As all lists with a date of creation; it is made use of only as far as the pages show it.
          extensions: { newest_first_by: 'created_at' },
        },
      ],
    },
  };
}

/** As `listOfEach`, where one source writes the path with a slash at its end and another one without. */
export function listOfEachWithSlash(
  stream: DeclarativeStream,
  partition_field: string,
  path: string,
): SimpleRetriever {
  const retriever = listOfEach(stream, partition_field, path);
  const { extensions } = retriever.requester;
  return {
    ...retriever,
    requester: {
      ...retriever.requester,
      error_handler: errorHandler([
        { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [301, 302, 307, 308] },
        ...vanished,
      ]),
      extensions: { ...extensions, alternative_path: `${path}/` },
    },
  };
}

/** The parents' ids as fields of their children. */
export function addParentIds(...partition_fields: readonly string[]): AddFields {
  return {
    type: 'AddFields',
    fields: partition_fields.map((field) => ({
      type: 'AddedFieldDefinition',
      path: [field],
      value: { type: 'stream_partition', field },
    })),
  };
}

/** Slices by date of creation, for lists with `created_since` and `created_until`. Times have whole seconds. */
export function createdBetween(extensions: DatetimeBasedCursor['extensions'] = {}): DatetimeBasedCursor {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field: 'created_at',
    datetime_format: '%Y-%m-%dT%H:%M:%SZ',
    start_time_option: requestParameter('created_since'),
    end_time_option: requestParameter('created_until'),
    step: 'P1M',
    cursor_granularity: 'PT1S',
    extensions,
  };
}

/** For lists without a date filter: read whole, and filtered by the date of the last change. */
export function wholeListBy(cursor_field: string, ...cursor_field_aliases: string[]): DatetimeBasedCursor {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field,
    datetime_format: '%Y-%m-%dT%H:%M:%SZ',
    extensions: { cursor_field_aliases },
  };
}

/**
 * As `wholeListBy` the last change, for records that say when they were deleted or cancelled: whether that counts as a
 * change, no source says.
 */
export function wholeListByChange(...change_fields: string[]): DatetimeBasedCursor {
  const cursor = wholeListBy('updated_at', 'created_at');
  const paths = change_fields.map((field) => [field]);
  return {
    ...cursor,
    extensions: { ...cursor.extensions, change_fields: paths, change_moves_cursor: true },
  };
}

/** As `wholeListBy`, for records whose other dates show that they changed. */
export function wholeListOf(cursor_field: string, ...change_fields: string[][]): DatetimeBasedCursor {
  return { ...wholeListBy(cursor_field), extensions: { change_fields } };
}

export function schema(name: string): JsonFileSchemaLoader {
  return { type: 'JsonFileSchemaLoader', file_path: `${name}.json` };
}
