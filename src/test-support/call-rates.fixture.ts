/** Call rates of an endpoint, as definitions name them. */
import type { MovingWindowCallRatePolicy, Rate } from '../declarative/components.js';

export function policy(
  limit: Rate['limit'],
  interval: string,
  pattern?: string,
  extensions?: MovingWindowCallRatePolicy['extensions'],
): MovingWindowCallRatePolicy {
  return {
    type: 'MovingWindowCallRatePolicy',
    rates: [{ type: 'Rate', limit, interval }],
    matchers: [
      { type: 'HttpRequestRegexMatcher', ...(pattern === undefined ? {} : { url_path_pattern: pattern }) },
    ],
    ...(extensions === undefined ? {} : { extensions }),
  };
}

export const PER_ENDPOINT = { per_endpoint: true } as const;
