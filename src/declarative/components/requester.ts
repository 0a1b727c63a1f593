/** How a page is asked for, and what is done when the API refuses it. */
import type { FailureType } from '../../protocol/messages.js';
import type { ConfigReference, FieldPath } from './values.js';

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
    /**
     * Matches an answer whose body is something else than JSON; an empty one is not. Where the API answers with
     * JSON only, somebody else has answered in its place.
     */
    readonly not_json?: true;
    /** Matches by a value in the answer's body. A manifest says it with a `predicate` on `response`. */
    readonly body_value?: { readonly path: FieldPath; readonly equals: string | number | boolean };
    /** The key or the way to the API is at fault, so a connection check need not try other lists. */
    readonly concerns_all_streams?: true;
  };
}

export interface WaitTimeFromHeader {
  readonly type: 'WaitTimeFromHeader';
  /** Header that holds the seconds to wait, or the time to wait for: Unix seconds, or a date as HTTP writes it. */
  readonly header: string;
  /** Seconds; a longer wait fails the stream instead, so that the platform can come back later. */
  readonly max_waiting_time_in_seconds?: number;
  readonly extensions?: {
    /** The header is about the rate limit: on an answer that failed for another reason it means nothing. */
    readonly of_rate_limit?: true;
  };
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
