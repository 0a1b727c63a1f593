/** A made-up vendor, so that tests of the runtime do not depend on a provider's definition. */
import { requestParameter } from '../declarative/components.js';
import type {
  DatetimeBasedCursor,
  DeclarativeStream,
  DefaultErrorHandler,
  DefaultPaginator,
  HttpRequester,
} from '../declarative/components.js';
import { ApiBudget } from '../declarative/requesters/api-budget.js';
import type { RequestContext } from '../declarative/requesters/request-context.js';
import { Slots } from '../declarative/requesters/slots.js';
import { FakeClock } from './fake-clock.fixture.js';

export const API = 'https://api.vendor.test';
export const KEY = 'sk_test_s3cretKeyOfTheTests';

export const errorHandler: DefaultErrorHandler = {
  type: 'DefaultErrorHandler',
  max_retries: 3,
  response_filters: [
    {
      type: 'HttpResponseFilter',
      action: 'RETRY',
      failure_type: 'transient_error',
      error_message: 'The vendor said no.',
      extensions: { body_value: { path: ['status'], equals: false } },
    },
  ],
  backoff_strategies: [
    {
      type: 'WaitTimeFromHeader',
      header: 'x-ratelimit-reset',
      max_waiting_time_in_seconds: 900,
      extensions: { of_rate_limit: true },
    },
    { type: 'WaitTimeFromHeader', header: 'retry-after', max_waiting_time_in_seconds: 900 },
    { type: 'ExponentialBackoffStrategy', factor: 2 },
  ],
};

export function requesterOf(path: string, changes: Partial<HttpRequester> = {}): HttpRequester {
  return {
    type: 'HttpRequester',
    url_base: API,
    path,
    http_method: 'GET',
    authenticator: {
      type: 'BearerAuthenticator',
      api_token: { type: 'ConfigReference', path: ['provider', 'secret_key'] },
    },
    error_handler: errorHandler,
    extensions: { url_base_variable: 'VENDOR_API_URL' },
    ...changes,
  };
}

export const byPage = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'PageIncrement',
    page_size: 10,
    start_from_page: 1,
    inject_on_first_request: true,
    extensions: { page_count: ['meta', 'pageCount'] },
  },
  page_size_option: requestParameter('perPage'),
  page_token_option: requestParameter('page'),
} as const satisfies DefaultPaginator;

/** The same where the API says how many records there are, so that pages are read beside each other. */
export const byCountedPage: DefaultPaginator = {
  ...byPage,
  pagination_strategy: {
    ...byPage.pagination_strategy,
    extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
  },
};

export const createdBetween: DatetimeBasedCursor = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'createdAt',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
  start_time_option: requestParameter('from'),
  end_time_option: requestParameter('to'),
  step: 'P1M',
  cursor_granularity: 'PT1S',
};

/** A stream of the list `/NAME`. Full refresh only, unless the changes say otherwise. */
export function streamOf(name: string, changes: Partial<DeclarativeStream> = {}): DeclarativeStream {
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: ['id'],
    retriever: {
      type: 'SimpleRetriever',
      requester: requesterOf(`/${name}`),
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ['data'] },
      },
      paginator: byPage,
    },
    schema_loader: { type: 'JsonFileSchemaLoader', file_path: `${name}.json` },
    ...changes,
  };
}

/** The children of each parent, at `/PARENT/ID/NAME`; a parent that has gone (404) is skipped. */
export function childStreamOf(name: string, parent: DeclarativeStream): DeclarativeStream {
  const { retriever } = streamOf(name);
  return streamOf(name, {
    retriever: {
      ...retriever,
      requester: requesterOf(`/${parent.name}/{{ stream_partition.parent_id }}/${name}`, {
        error_handler: {
          ...errorHandler,
          response_filters: [
            { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] },
            ...errorHandler.response_filters,
          ],
        },
      }),
      partition_router: {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [
          {
            type: 'ParentStreamConfig',
            stream: parent,
            parent_key: 'id',
            partition_field: 'parent_id',
            incremental_dependency: true,
          },
        ],
      },
    },
    transformations: [
      {
        type: 'AddFields',
        fields: [
          {
            type: 'AddedFieldDefinition',
            path: ['parent_id'],
            value: { type: 'stream_partition', field: 'parent_id' },
          },
          { type: 'AddedFieldDefinition', path: ['parent_createdAt'], value: { type: 'parent_cursor' } },
        ],
      },
    ],
    incremental_sync: {
      type: 'DatetimeBasedCursor',
      cursor_field: 'parent_createdAt',
      datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
      extensions: { cursor_field_aliases: ['createdAt'] },
    },
  });
}

/** What requests need, without any limit of requests per time. */
export function requestContext(
  changes: Partial<RequestContext> & Pick<RequestContext, 'http'>,
): RequestContext {
  const clock = changes.clock ?? new FakeClock();
  return {
    config: { provider: { name: 'vendor', secret_key: KEY } },
    clock,
    random: () => 0,
    budget: new ApiBudget({
      clock,
      budget: { type: 'HTTPAPIBudget', policies: [] },
      keyMode: 'test',
      requestsPerMinute: undefined,
    }),
    key: { isAccepted: false },
    slots: new Slots(4),
    signal: new AbortController().signal,
    environment: {},
    title: 'Vendor',
    userAgent: 'source-payments/tests',
    ...changes,
  };
}
