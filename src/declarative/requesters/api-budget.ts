import { callRatePolicy } from '../call-rate-policy.js';
import type { HTTPAPIBudget, KeyMode, MovingWindowCallRatePolicy } from '../components.js';
import { fixedDuration } from '../datetime.js';
import { MINUTE_MS } from '../durations.js';
import { HeaderQuota } from './header-quota.js';
import { numberIn, secondsIn } from './header-values.js';
import type { Headers } from './http.js';
import { RefusedCalls } from './refused-calls.js';
import type { CallOutcome } from './refused-calls.js';

export interface Clock {
  /** Unix ms, which may jump back and forth. */
  readonly now: () => number;
  /** Whole ms since some beginning; never goes back. Spans are measured by it. */
  readonly elapsed: () => number;
  /** Ends early, with an error, once the process is asked to stop. */
  readonly sleep: (ms: number) => Promise<void>;
}

interface ApiBudgetOptions {
  readonly clock: Omit<Clock, 'sleep'>;
  readonly budget: HTTPAPIBudget;
  readonly keyMode: KeyMode;
  /** Requests per minute and endpoint that the user set instead of the vendor's documented limit. */
  readonly requestsPerMinute: number | undefined;
}

/** The calls to one endpoint. All times are by `Clock.elapsed`. */
interface Window {
  /** 0 for no limit */
  limit: number;
  /** ms, with the slack */
  interval: number;
  /** The same, of the vendor's own window. Where the user has set a limit, the calls are spread over shorter ones. */
  readonly documentedInterval: number;
  /** Times that the slack has grown. */
  grown: number;
  /** Times of the last calls, at most `limit` of them, oldest first. */
  calls: number[];
  /** Calls ever made. */
  count: number;
  /** Times for which callers were told to come back: those who came back too early, and the others. */
  readonly returning: number[];
  readonly promised: number[];
  /** Time until which the API wants no call. */
  pausedUntil: number;
  readonly quota: HeaderQuota;
  /** Headers have told of a quota that is longer than the documented one: what they say is not of this one. */
  hasLongerQuota: boolean;
  readonly refused: RefusedCalls;
}

/** Leave to make a call, or the time to wait for it. */
export interface Turn {
  /** 0, or the ms after which to ask again. */
  readonly wait: number;
  /** Number of the call, for `ended`. */
  readonly call: number;
  /** ms for which the API wants no call; part of `wait`. */
  readonly pausedFor: number;
}

/** ms after which to ask again whether others have been answered. */
const LOOK_AGAIN = 50;

/** ms by which a pause may be prolonged without a word. */
const SAME_PAUSE = 5000;

/**
 * A call may take longer on its way than one that left before it, so the vendor sees them closer together
 * than they were sent: a little more than the interval is kept.
 */
const SLACK_SHARE = 0.02;
const SLACK_MS = 10;
/** ms by which that grows where the vendor refuses a call all the same, and how often: short windows know no more. */
const MORE_SLACK_MS = 50;
const MAX_MORE_SLACK = 4;

/**
 * Keeps each endpoint below the vendor's limit: never more than `limit` calls in any span of `interval`,
 * which holds wherever the vendor's own window begins. Where answers say how much of a quota is left, because
 * somebody else uses the same key or the account has a limit of its own, that counts.
 */
export class ApiBudget {
  readonly #options: ApiBudgetOptions;
  /** By endpoint. Those of one policy may have one together. */
  readonly #windows = new Map<string, Window>();
  readonly #shared = new Map<MovingWindowCallRatePolicy, Window>();

  constructor(options: ApiBudgetOptions) {
    this.#options = options;
  }

  /**
   * Counts a call that is made now, if it may be made. Callers that have to wait are told different times,
   * so that not all of them come back at once.
   * @param endpoint a path template
   * @param hasWaited the caller comes back. If calls were made later than was thought, so that it is not its turn
   *   yet, it stays before those who have not waited: behind them its turn would be nobody's
   */
  tryAcquire(endpoint: string, hasWaited = false): Turn {
    const window = this.#windowOf(endpoint);
    const now = this.#options.clock.elapsed();
    if (window.pausedUntil <= now) {
      const next = window.count + 1;
      window.refused.goOn(next);
      if (window.refused.isCrowded(next)) return { wait: LOOK_AGAIN, call: 0, pausedFor: 0 };
      if (window.limit === 0) return letThrough(window);
    }
    const { returning, promised } = window;
    for (const times of [returning, promised]) {
      while ((times[0] ?? Infinity) <= now) times.shift();
    }
    const { quota, refused } = window;
    quota.renew(now, window.count + 1);
    const usedUpUntil = quota.usedUpUntil(refused.underWay);
    const free = Math.max(window.pausedUntil, usedUpUntil, freeTime(window, []));
    // The answers to those under way may leave more than was feared.
    if (usedUpUntil > 0 && refused.underWay > 0 && free === usedUpUntil) {
      return { wait: Math.min(LOOK_AGAIN, free - now), call: 0, pausedFor: 0 };
    }
    if (free <= now) {
      window.calls.push(now);
      if (window.calls.length > window.limit) window.calls.shift();
      return letThrough(window);
    }
    const before = hasWaited ? returning : [...returning, ...promised];
    const turn = Math.max(free, freeTime(window, before));
    (hasWaited ? returning : promised).push(turn);
    return { wait: turn - now, call: 0, pausedFor: Math.max(0, window.pausedUntil - now) };
  }

  /** Lets nobody call this endpoint for a while. @param ms from now. @returns whether that is news: no pause was on, or a shorter one */
  pause(endpoint: string, ms: number): boolean {
    const window = this.#windowOf(endpoint);
    const now = this.#options.clock.elapsed();
    const isFirst = window.pausedUntil <= now;
    if (isFirst && window.grown < MAX_MORE_SLACK) {
      window.grown++;
      window.interval += MORE_SLACK_MS;
    }
    const isNews = now + ms > window.pausedUntil + SAME_PAUSE;
    window.pausedUntil = Math.max(window.pausedUntil, now + ms);
    window.refused.pause();
    return isFirst || isNews;
  }

  /**
   * A call is over.
   * @param call its number
   * @param headers of the answer, for what they say about the quota
   */
  ended(endpoint: string, call: number, outcome: CallOutcome, headers?: Headers): void {
    const window = this.#windowOf(endpoint);
    window.refused.ended(call, outcome);
    this.#correct(window, call, headers);
  }

  /** Times in a row that the API has refused all calls to this endpoint, the last one included. */
  refusalsInRow(endpoint: string): number {
    return this.#windowOf(endpoint).refused.inRow;
  }

  /** Takes in what the headers of an answer say about the quota; without any, the API may have counted the call all the same. */
  #correct(window: Window, call: number, headers: Headers | undefined): void {
    const { budget, requestsPerMinute, clock } = this.#options;
    const { ratelimit_remaining_header, ratelimit_reset_header, extensions } = budget;
    const remaining = numberIn(headers, ratelimit_remaining_header);
    const reset = (secondsIn(headers, ratelimit_reset_header, clock.now()) ?? 0) * 1000;
    const isLonger = reset > window.documentedInterval;
    if (isLonger) window.hasLongerQuota = true;
    // A window that is longer than the documented one is of another limit, whose end is for a 429 to say.
    if (window.limit === 0 || remaining === undefined || reset <= 0 || isLonger) {
      return window.quota.count();
    }
    if (!window.quota.take({ call, remaining, until: clock.elapsed() + reset })) return;
    const limit = numberIn(headers, extensions?.ratelimit_limit_header) ?? 0;
    const isOfWindow = requestsPerMinute === undefined && !window.hasLongerQuota;
    if (isOfWindow && limit > window.limit) window.limit = limit;
  }

  #windowOf(endpoint: string): Window {
    let window = this.#windows.get(endpoint);
    if (window === undefined) {
      const { budget, keyMode } = this.#options;
      const policy = callRatePolicy(budget, endpoint, keyMode);
      const isShared = policy !== undefined && policy.extensions?.per_endpoint !== true;
      window = (isShared ? this.#shared.get(policy) : undefined) ?? this.#newWindow(policy);
      this.#windows.set(endpoint, window);
      if (isShared) this.#shared.set(policy, window);
    }
    return window;
  }

  #newWindow(policy: MovingWindowCallRatePolicy | undefined): Window {
    const { keyMode, requestsPerMinute } = this.#options;
    const [rate] = policy?.rates ?? [];
    const documented = typeof rate?.limit === 'object' ? rate.limit[keyMode] : (rate?.limit ?? 0);
    const interval = rate === undefined ? MINUTE_MS : fixedDuration(rate.interval);
    const { limit, ms } =
      rate === undefined || requestsPerMinute === undefined
        ? { limit: documented, ms: interval }
        : perInterval(requestsPerMinute, interval);
    return {
      limit,
      interval: withSlack(ms),
      documentedInterval: withSlack(interval),
      grown: 0,
      calls: [],
      count: 0,
      returning: [],
      promised: [],
      pausedUntil: 0,
      quota: new HeaderQuota(),
      hasLongerQuota: false,
      refused: new RefusedCalls(),
    };
  }
}

function withSlack(ms: number): number {
  return ms * (1 + SLACK_SHARE) + SLACK_MS;
}

/**
 * As many calls a minute, in intervals that are no longer than the vendor's: a minute's calls at once would be too many
 * for a second. Where that is less than one call, one in a longer interval.
 */
function perInterval(requestsPerMinute: number, interval: number): { limit: number; ms: number } {
  const limit = Math.max(1, Math.floor((requestsPerMinute * interval) / MINUTE_MS));
  return { limit, ms: (limit / requestsPerMinute) * MINUTE_MS };
}

function letThrough(window: Window): Turn {
  window.refused.sent();
  return { wait: 0, call: ++window.count, pausedFor: 0 };
}

/** Time at which a call may be made, when others are made `before` it at those times; 0 for at once. */
function freeTime({ calls, limit, interval }: Window, before: readonly number[]): number {
  if (limit === 0) return 0;
  // The call that must be out of sight by then.
  const place = calls.length + before.length - limit;
  if (place < 0) return 0;
  const last = place < calls.length ? calls[place] : before[place - calls.length];
  return (last ?? 0) + interval;
}
