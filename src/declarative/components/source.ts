/** An API as a whole: its streams, and the limits of the rate of requests. */
import type { DeclarativeStream } from './stream.js';
import type { KeyMode } from './values.js';

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
  /** Requests at a time when the user sets no `num_workers`. How many there may be in a time is the budget's. */
  readonly default_concurrency: Readonly<Record<KeyMode, number>>;
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
