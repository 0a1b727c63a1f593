/**
 * Airbyte's low-code vocabulary as types: the same names, keys and `type` tags as in a manifest, so that a
 * definition reads like one.
 * https://docs.airbyte.com/platform/connector-development/config-based/understanding-the-yaml-file/reference
 *
 * What the language does not have stands under `extensions`, each with a comment; nothing else is ours.
 */
import type { FailureType } from '../protocol/messages.js';

/** Keys from the root of a JSON document down to a value. */
export type FieldPath = readonly string[];

/** A value of the user's config: `{{ config['provider']['secret_key'] }}` in a manifest. */
export interface ConfigReference {
  readonly type: 'ConfigReference';
  readonly path: FieldPath;
}

export interface RequestOption {
  readonly type: 'RequestOption';
  readonly inject_into: 'request_parameter';
  readonly field_name: string;
}

export interface BearerAuthenticator {
  readonly type: 'BearerAuthenticator';
  readonly api_token: ConfigReference;
}

/** The password is empty: both vendors that use Basic auth take the key as the user name. */
export interface BasicHttpAuthenticator {
  readonly type: 'BasicHttpAuthenticator';
  readonly username: ConfigReference;
}

export type ResponseAction = 'SUCCESS' | 'FAIL' | 'RETRY' | 'IGNORE' | 'RATE_LIMITED';

export interface HttpResponseFilter {
  readonly type: 'HttpResponseFilter';
  readonly action: ResponseAction;
  readonly http_codes?: readonly number[];
  /** Matches when the answer's error message contains this text, in any case. */
  readonly error_message_contains?: string;
  readonly failure_type?: FailureType;
  /** Sentence for the user; the API's own message is added behind it. */
  readonly error_message?: string;
  readonly extensions?: {
    /** Matches by the start of the answer's Content-Type. A manifest says it with a `predicate` on `headers`. */
    readonly content_type?: string;
    /** Matches by a value in the answer's body. A manifest says it with a `predicate` on `response`. */
    readonly body_value?: { readonly path: FieldPath; readonly equals: string | number | boolean };
    /** The key or the way to the API is at fault, so a connection check need not try other lists. */
    readonly concerns_all_streams?: true;
  };
}

export interface WaitTimeFromHeader {
  readonly type: 'WaitTimeFromHeader';
  /** Header that holds a number of seconds to wait. */
  readonly header: string;
  /** Seconds; a longer wait fails the stream instead, so that the platform can come back later. */
  readonly max_waiting_time_in_seconds?: number;
}

export interface ExponentialBackoffStrategy {
  readonly type: 'ExponentialBackoffStrategy';
  /** Seconds; the wait is factor · 2^(attempt − 1), plus up to a quarter of it by chance. */
  readonly factor: number;
}

export type BackoffStrategy = WaitTimeFromHeader | ExponentialBackoffStrategy;

export interface DefaultErrorHandler {
  readonly type: 'DefaultErrorHandler';
  /** Tries after the first one. Waits for the API's rate limit do not count. @default 5 */
  readonly max_retries?: number;
  /** The first that matches decides; then the defaults of error-handler.ts. */
  readonly response_filters: readonly HttpResponseFilter[];
  readonly backoff_strategies: readonly BackoffStrategy[];
}

export interface HttpRequester {
  readonly type: 'HttpRequester';
  readonly url_base: string;
  /** May hold `{{ stream_partition.NAME }}`, the one interpolation that there is. */
  readonly path: string;
  /** Nothing else can be sent: by this type, and by a check in http-transport.ts. */
  readonly http_method: 'GET';
  readonly authenticator: BearerAuthenticator | BasicHttpAuthenticator;
  readonly request_parameters?: Readonly<Record<string, string>>;
  readonly error_handler: DefaultErrorHandler;
  readonly extensions: {
    /** Environment variable that replaces `url_base`, for tests and demos. */
    readonly url_base_variable: string;
    /** Tried when the API does not know `path`, where the vendor's sources disagree on it. */
    readonly alternative_path?: string;
  };
}

/** Where the records are. */
export interface DpathExtractor {
  readonly type: 'DpathExtractor';
  readonly field_path: FieldPath;
  readonly extensions?: {
    /** A list of plain strings becomes records with this one field. A manifest cannot say it. */
    readonly wrap_as?: string;
    /** The answer may also be a list itself, where the vendor's sources disagree. */
    readonly or_root_list?: true;
    /** null in place of the list is an empty list. */
    readonly or_null?: true;
    /** One object stands in place of a list; it is the only record, and it has this field. */
    readonly single_object?: { readonly with_field: string };
  };
}

export interface RecordSelector {
  readonly type: 'RecordSelector';
  readonly extractor: DpathExtractor;
}

export interface PageIncrement {
  readonly type: 'PageIncrement';
  readonly page_size: number;
  readonly start_from_page: number;
  readonly inject_on_first_request: true;
  readonly extensions?: {
    /** Where an answer says how many pages there are; reading stops there, never at a short page. */
    readonly page_count?: FieldPath;
    /** Where an answer says how many records there are. An estimate only: reading never stops by it. */
    readonly total?: FieldPath;
    /**
     * Where an answer names the next page: null means the end; if it is missing, reading goes on to an
     * empty page. What it says is never called.
     */
    readonly next_page?: FieldPath;
    /** Page size to go on with when the API refuses the larger one (HTTP 400). */
    readonly fallback_page_size?: number;
  };
}

export interface CursorPagination {
  readonly type: 'CursorPagination';
  readonly page_size: number;
  /** Where an answer holds the next token; null, missing, "" and "null" mean the end. */
  readonly cursor_value: { readonly response: FieldPath } | { readonly headers: string };
  readonly extensions?: {
    readonly total?: FieldPath;
    /**
     * A full page without the first key of the token's path (not even null behind it) is refused: the list
     * might go on.
     */
    readonly required?: true;
  };
}

export interface DefaultPaginator {
  readonly type: 'DefaultPaginator';
  readonly pagination_strategy: PageIncrement | CursorPagination;
  readonly page_size_option: RequestOption;
  readonly page_token_option: RequestOption;
  readonly extensions?: {
    /**
     * Taken up when an answer has no page count but this token: some vendors answer in cursor style
     * although pages were asked for.
     */
    readonly cursor_fallback?: {
      readonly pagination_strategy: CursorPagination;
      readonly page_token_option: RequestOption;
      readonly request_parameters: Readonly<Record<string, string>>;
    };
    /**
     * Taken up, from its first page, when the first answer has no token but this path, or a full page: where
     * the vendor's sources disagree on how a list is paged.
     */
    readonly page_fallback?: { readonly when: FieldPath; readonly paginator: DefaultPaginator };
  };
}

export interface NoPagination {
  readonly type: 'NoPagination';
}

export interface ParentStreamConfig {
  readonly type: 'ParentStreamConfig';
  readonly stream: DeclarativeStream;
  /** Field of the parent record that identifies it. */
  readonly parent_key: string;
  /** Name under which the path template and AddFields refer to that value. */
  readonly partition_field: string;
  /**
   * True: the parents are read incrementally, and the state is the parents'. False: all parents are read,
   * and the children's own date decides.
   */
  readonly incremental_dependency: boolean;
  readonly extensions?: {
    /**
     * The date by which the parents' list comes newest first. As far as it really does, a sync that is taken
     * up again need not read the children of the same parents a second time.
     */
    readonly newest_first_by?: string;
  };
}

export interface SubstreamPartitionRouter {
  readonly type: 'SubstreamPartitionRouter';
  readonly parent_stream_configs: readonly [ParentStreamConfig];
}

/** One partition for each value; `cursor_field` names the partition's value. */
export interface ListPartitionRouter {
  readonly type: 'ListPartitionRouter';
  readonly values: readonly string[];
  readonly cursor_field: string;
  readonly request_option?: RequestOption;
}

export type PartitionRouter = SubstreamPartitionRouter | ListPartitionRouter;

export interface SimpleRetriever {
  readonly type: 'SimpleRetriever';
  readonly requester: HttpRequester;
  readonly record_selector: RecordSelector;
  readonly paginator: DefaultPaginator | NoPagination;
  readonly partition_router?: PartitionRouter;
}

export interface DatetimeBasedCursor {
  readonly type: 'DatetimeBasedCursor';
  readonly cursor_field: string;
  /** Format of the request's bounds, in strftime tokens and `%_ms` (milliseconds). */
  readonly datetime_format: string;
  /** Left out where the API has no date filter that can be relied on: the list is then read whole. */
  readonly start_time_option?: RequestOption;
  readonly end_time_option?: RequestOption;
  /** ISO 8601 duration of a slice where the API does not say how many pages a range has. */
  readonly step?: string;
  /**
   * ISO 8601 duration: the grain of the API's filter. Requests reach one grain further on both sides, and
   * records outside of the slice are dropped by their own date, so bounds may be inclusive or exclusive.
   */
  readonly cursor_granularity?: string;
  /**
   * The list is newest first. Reading stops once a page is older than the slice, but only if every record
   * so far really came in that order.
   */
  readonly is_data_feed?: boolean;
  readonly extensions?: {
    /** Other names under which the API may send the cursor field. */
    readonly cursor_field_aliases?: readonly string[];
    /**
     * The API can also be asked for what has changed, although the records do not say when: in a sync with
     * state, older records that changed since then are read first, before the new ones.
     */
    readonly changed_since?: {
      readonly start_time_option: RequestOption;
      readonly end_time_option: RequestOption;
    };
    /** ISO 8601 duration that a sync reaches beyond now, for records that carry a date to come. */
    readonly look_ahead?: string;
    /** Slices are never longer than `step`, because the API limits the range of a request. */
    readonly limited_range?: true;
    /**
     * Paths of further dates that move when a record changes. A record is read again when any of them is
     * new, although the state speaks of the cursor field only.
     */
    readonly change_fields?: readonly FieldPath[];
  };
}

/** A value for a new field: from the partition, from the parent record, or the time of the request. */
export type AddedValue =
  | { readonly type: 'stream_partition'; readonly field: string }
  | { readonly type: 'parent_cursor' }
  | { readonly type: 'now_utc' };

export interface AddedFieldDefinition {
  readonly type: 'AddedFieldDefinition';
  readonly path: readonly [string];
  readonly value: AddedValue;
}

export interface AddFields {
  readonly type: 'AddFields';
  readonly fields: readonly AddedFieldDefinition[];
}

export interface JsonFileSchemaLoader {
  readonly type: 'JsonFileSchemaLoader';
  /** Relative to the provider's `schemas` folder. */
  readonly file_path: string;
}

export interface DeclarativeStream {
  readonly type: 'DeclarativeStream';
  readonly name: string;
  readonly primary_key: readonly string[];
  readonly retriever: SimpleRetriever;
  readonly incremental_sync?: DatetimeBasedCursor;
  readonly transformations?: readonly AddFields[];
  readonly schema_loader: JsonFileSchemaLoader;
}

/** Requests per interval; by the key's mode where the vendor's limits differ. */
export interface Rate {
  readonly type: 'Rate';
  readonly limit: number | Readonly<Record<KeyMode, number>>;
  /** ISO 8601 duration. */
  readonly interval: string;
}

export interface HttpRequestRegexMatcher {
  readonly type: 'HttpRequestRegexMatcher';
  /** Matched against the path template of the requester. Left out: every path. */
  readonly url_path_pattern?: string;
}

export interface MovingWindowCallRatePolicy {
  readonly type: 'MovingWindowCallRatePolicy';
  readonly rates: readonly [Rate];
  readonly matchers: readonly HttpRequestRegexMatcher[];
  readonly extensions?: {
    /** Applies to keys of this mode only. */
    readonly key_mode?: KeyMode;
    /** Each path template has a window of its own. A manifest needs one policy for each path instead. */
    readonly per_endpoint?: true;
  };
}

export interface HTTPAPIBudget {
  readonly type: 'HTTPAPIBudget';
  /** The first whose matchers fit. */
  readonly policies: readonly MovingWindowCallRatePolicy[];
  /** Header of every answer that says how many calls are left, and the one that says for how many seconds. */
  readonly ratelimit_remaining_header?: string;
  readonly ratelimit_reset_header?: string;
  readonly extensions?: {
    /** Header that states the limit of the account: a larger one than documented replaces it. */
    readonly ratelimit_limit_header?: string;
  };
}

export interface ConcurrencyLevel {
  readonly type: 'ConcurrencyLevel';
  /** Requests at a time when the user sets no `num_workers`; by the key's mode where the limits differ. */
  readonly default_concurrency: number | Readonly<Record<KeyMode, number>>;
  readonly max_concurrency: number;
}

export interface CheckStream {
  readonly type: 'CheckStream';
  /** They are tried first; a key that all of them refuse does not work. */
  readonly stream_names: readonly string[];
}

export interface DeclarativeSource {
  readonly type: 'DeclarativeSource';
  readonly check: CheckStream;
  readonly streams: readonly DeclarativeStream[];
  readonly concurrency_level: ConcurrencyLevel;
  readonly api_budget: HTTPAPIBudget;
}

export type KeyMode = 'test' | 'live';

/** How a vendor's API keys look. The first rule whose pattern matches decides. */
export interface KeyRule {
  readonly pattern: RegExp;
  /** The mode of a usable key … */
  readonly mode?: KeyMode;
  /** … or the sentence with which it is refused, before any request. */
  readonly refusal?: string;
}

/** A vendor: its API as a low-code source, and what the language has no word for. */
export interface Provider {
  /** Value of `provider.name` in the config. */
  readonly name: string;
  /** How sentences for the user name it. */
  readonly title: string;
  readonly source: DeclarativeSource;
  readonly key_rules: readonly KeyRule[];
  /** ISO timestamp before which the vendor has no records: the start of a config without `start_date`. */
  readonly earliest_date: string;
}

/** Shorthand for the one kind of request option that is used: `?name=value`. */
export function requestParameter(field_name: string): RequestOption {
  return { type: 'RequestOption', inject_into: 'request_parameter', field_name };
}
