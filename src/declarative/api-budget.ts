import type { HTTPAPIBudget, KeyMode, MovingWindowCallRatePolicy } from './components.js';
import { fixedDuration } from './datetime.js';

export interface Clock {
  /** Unix ms */
  readonly now: () => number;
  /** Ends early, with an error, once the process is asked to stop. */
  readonly sleep: (ms: number) => Promise<void>;
}

interface ApiBudgetOptions {
  /** Unix ms */
  readonly now: () => number;
  readonly budget: HTTPAPIBudget;
  readonly keyMode: KeyMode;
  /** Requests per minute and endpoint that the user set instead of the vendor's documented limit. */
  readonly requestsPerMinute: number | undefined;
}

/** Times of the last calls to one endpoint, in a ring. */
interface Window {
  /** 0 for no limit */
  readonly limit: number;
  /** ms */
  readonly interval: number;
  readonly calls: number[];
  next: number;
  /** Unix ms until which the API wants no call. */
  pausedUntil: number;
}

const MINUTE_MS = 60_000;

/**
 * A call may take longer on its way than one that left before it, so the vendor sees them closer together
 * than they were sent: a little more than the interval is kept.
 */
const SLACK_SHARE = 0.02;
const SLACK_MS = 25;

/**
 * Keeps each endpoint below the vendor's limit: never more than `limit` calls in any span of `interval`,
 * which holds wherever the vendor's own window begins.
 */
export class ApiBudget {
  readonly #options: ApiBudgetOptions;
  readonly #windows = new Map<string, Window>();

  constructor(options: ApiBudgetOptions) {
    this.#options = options;
  }

  /**
   * Counts a call that is made now, if it may be made.
   * @param endpoint a path template
   * @returns 0, or the ms after which to ask again
   */
  tryAcquire(endpoint: string): number {
    const window = this.#windowOf(endpoint);
    const now = this.#options.now();
    const oldest = window.calls[window.next];
    const free = Math.max(oldest === undefined ? 0 : oldest + window.interval, window.pausedUntil);
    if (free > now) return free - now;
    if (window.limit > 0) {
      window.calls[window.next] = now;
      window.next = (window.next + 1) % window.limit;
    }
    return 0;
  }

  /** Lets nobody call this endpoint for a while. @param ms from now */
  pause(endpoint: string, ms: number): void {
    const window = this.#windowOf(endpoint);
    window.pausedUntil = Math.max(window.pausedUntil, this.#options.now() + ms);
  }

  #windowOf(endpoint: string): Window {
    const { budget, keyMode } = this.#options;
    const policy = budget.policies.find(
      ({ matchers, extensions }) =>
        (extensions?.key_mode ?? keyMode) === keyMode &&
        matchers.some(
          ({ url_path_pattern: pattern }) => pattern === undefined || new RegExp(pattern).test(endpoint),
        ),
    );
    const isShared = policy !== undefined && policy.extensions?.per_endpoint !== true;
    const key = isShared ? JSON.stringify(policy.matchers) : endpoint;
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = this.#newWindow(policy);
      this.#windows.set(key, window);
    }
    return window;
  }

  #newWindow(policy: MovingWindowCallRatePolicy | undefined): Window {
    const { keyMode, requestsPerMinute } = this.#options;
    if (policy === undefined) return { limit: 0, interval: 0, calls: [], next: 0, pausedUntil: 0 };
    const [rate] = policy.rates;
    const documented = typeof rate.limit === 'number' ? rate.limit : rate.limit[keyMode];
    const interval = requestsPerMinute === undefined ? fixedDuration(rate.interval) : MINUTE_MS;
    return {
      limit: requestsPerMinute ?? documented,
      interval: interval * (1 + SLACK_SHARE) + SLACK_MS,
      calls: [],
      next: 0,
      pausedUntil: 0,
    };
  }
}
