import type { BackoffStrategy } from '../components.js';
import { secondsIn } from './header-values.js';
import type { Headers } from './http.js';

/**
 * ms beyond which no wait grows by itself. Windows of rate limits are short, one call asks for each endpoint, and what
 * it sleeps beyond the end of one is lost.
 */
const MAX_EXPONENTIAL_WAIT = 60_000;
const MAX_RATE_LIMIT_WAIT = 15_000;

export interface FailedTry {
  /** 1 for the wait after the first try */
  readonly attempt: number;
  readonly headers: Headers | undefined;
  /** Whether it was the API's rate limit. */
  readonly isRateLimited: boolean;
  /** Unix ms */
  readonly now: number;
  /** in [0, 1) */
  readonly random: () => number;
}

/** @param factor seconds */
function exponentialWait(factor: number, { attempt, isRateLimited }: FailedTry): number {
  return Math.min(
    factor * 1000 * 2 ** (attempt - 1),
    isRateLimited ? MAX_RATE_LIMIT_WAIT : MAX_EXPONENTIAL_WAIT,
  );
}

/**
 * How long to wait before another try: the first strategy that has an answer decides.
 * @returns ms; undefined if the API wants a longer wait than the strategy allows
 */
export function backoffTime(strategies: readonly BackoffStrategy[], failed: FailedTry): number | undefined {
  const { headers, isRateLimited, now, random } = failed;
  let isTooLong = false;
  for (const strategy of strategies) {
    if (strategy.type === 'ExponentialBackoffStrategy') {
      if (isTooLong) return undefined;
      return Math.round(exponentialWait(strategy.factor, failed) * (1 + random() / 4));
    }
    if (strategy.extensions?.of_rate_limit === true && !isRateLimited) continue;
    // A malformed header only loses its timing.
    const seconds = secondsIn(headers, strategy.header, now);
    if (seconds === undefined) continue;
    if (seconds > (strategy.max_waiting_time_in_seconds ?? Infinity)) {
      // Another header may know better: of a day's quota, or in another unit than that of this one.
      isTooLong = true;
      continue;
    }
    // A window that is said to end soon, and has not: ask less and less often.
    return Math.max(Math.ceil(seconds * 1000), exponentialWait(seconds < 1 ? 1 : 0.125, failed));
  }
  return isTooLong ? undefined : 1000;
}
