import type { BackoffStrategy } from './components.js';
import { secondsIn } from './header-values.js';
import type { Headers } from './http-transport.js';

/** ms beyond which no wait grows by itself. */
const MAX_EXPONENTIAL_WAIT = 60_000;

export interface Wait {
  /** ms */
  readonly ms: number;
  /** Whether the API itself named the time. */
  readonly fromApi: boolean;
}

export interface FailedTry {
  /** 1 for the wait after the first try */
  readonly attempt: number;
  readonly headers: Headers | undefined;
  /** Whether it was the API's rate limit; other answers may carry its headers too, which then mean nothing. */
  readonly isRateLimited: boolean;
  /** Unix ms */
  readonly now: number;
  /** in [0, 1) */
  readonly random: () => number;
}

/** @param factor seconds */
function exponentialWait(factor: number, attempt: number): number {
  return Math.min(factor * 1000 * 2 ** (attempt - 1), MAX_EXPONENTIAL_WAIT);
}

/**
 * How long to wait before another try: the first strategy that has an answer decides.
 * @returns undefined if the API wants a longer wait than the strategy allows
 */
export function backoffTime(strategies: readonly BackoffStrategy[], failed: FailedTry): Wait | undefined {
  const { attempt, headers, isRateLimited, now, random } = failed;
  for (const strategy of strategies) {
    if (strategy.type === 'WaitTimeFromHeader' && !isRateLimited && strategy.header !== 'retry-after')
      continue;
    if (strategy.type === 'ExponentialBackoffStrategy') {
      const base = exponentialWait(strategy.factor, attempt);
      return { ms: Math.round(base * (1 + random() / 4)), fromApi: false };
    }
    // A malformed header only loses its timing.
    const seconds = secondsIn(headers, strategy.header, now);
    if (seconds === undefined) continue;
    if (seconds > (strategy.max_waiting_time_in_seconds ?? Infinity)) return undefined;
    // A window that is said to end at once has not: ask less and less often.
    return {
      ms: Math.max(Math.ceil(seconds * 1000), seconds < 1 ? exponentialWait(1, attempt) : 0),
      fromApi: true,
    };
  }
  return { ms: 1000, fromApi: false };
}
