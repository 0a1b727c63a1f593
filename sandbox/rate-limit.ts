/** A fixed window per key: the first request of a key opens its window, the window's end empties the count. */

export interface RateLimitOptions {
  /** Requests per window and key. */
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateLimitVerdict {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimiter {
  take(key: string): RateLimitVerdict;
}

export function createRateLimiter(options: RateLimitOptions, clock: () => number): RateLimiter {
  const windows = new Map<string, { start: number; used: number }>();
  return {
    take(key) {
      const now = clock();
      let window = windows.get(key);
      if (window === undefined || now >= window.start + options.windowMs) {
        window = { start: now, used: 0 };
        windows.set(key, window);
      }
      const allowed = window.used < options.limit;
      if (allowed) window.used += 1;
      const resetMs = window.start + options.windowMs - now;
      return {
        allowed,
        headers: {
          'x-ratelimit-limit': String(options.limit),
          'x-ratelimit-remaining': String(options.limit - window.used),
          'x-ratelimit-reset': String(Math.ceil(resetMs / 1000)), // seconds until the window ends
        },
      };
    },
  };
}
