import { describe, expect, test } from '@jest/globals';
import { backoffTime } from './backoff.js';
import type { FailedTry, Wait } from './backoff.js';
import type { BackoffStrategy, WaitTimeFromHeader } from './components.js';

const NOW = Date.parse('2024-06-15T12:00:00Z');
const reset: WaitTimeFromHeader = {
  type: 'WaitTimeFromHeader',
  header: 'x-reset',
  max_waiting_time_in_seconds: 900,
};
const retryAfter: WaitTimeFromHeader = { type: 'WaitTimeFromHeader', header: 'retry-after' };
const exponential: BackoffStrategy = { type: 'ExponentialBackoffStrategy', factor: 0.5 };

function wait(strategies: readonly BackoffStrategy[], failed: Partial<FailedTry> = {}): Wait | undefined {
  const base = { attempt: 1, headers: undefined, isRateLimited: true, now: NOW, random: () => 0 };
  return backoffTime(strategies, { ...base, ...failed });
}

describe('backoffTime', () => {
  test('doubles with each try, up to a minute', () => {
    const waits = [1, 2, 3, 7, 8, 50].map((attempt) => wait([exponential], { attempt })?.ms);
    expect(waits).toEqual([500, 1000, 2000, 32_000, 60_000, 60_000]);
  });

  test('adds up to a quarter by chance', () => {
    expect(wait([exponential], { attempt: 2, random: () => 0.5 })).toEqual({ ms: 1125, fromApi: false });
    expect(wait([exponential], { attempt: 2, random: () => 0.999 })?.ms).toBeLessThanOrEqual(1250);
  });

  test('is what the API says in seconds, in the order of the strategies', () => {
    const headers = { 'retry-after': '30', 'x-reset': '1.5' };
    expect(wait([reset, retryAfter, exponential], { headers })).toEqual({ ms: 1500, fromApi: true });
    expect(wait([retryAfter, reset, exponential], { headers })).toEqual({ ms: 30_000, fromApi: true });
    // A window that has not ended when it should have is asked about less and less often.
    const atOnce = { headers: { 'x-reset': '0' } };
    expect(wait([reset, exponential], atOnce)).toEqual({ ms: 1000, fromApi: true });
    expect(wait([reset, exponential], { ...atOnce, attempt: 4 })).toEqual({ ms: 8000, fromApi: true });
  });

  test('takes a number as large as Unix seconds for a time', () => {
    const at = (seconds: number) => ({ headers: { 'x-reset': String(NOW / 1000 + seconds) } });
    expect(wait([reset], at(12))).toEqual({ ms: 12_000, fromApi: true });
    expect(wait([reset], at(-5))).toEqual({ ms: 1000, fromApi: true });
    expect(wait([reset], at(901))).toBeUndefined();
  });

  test('is undefined where the API wants more than is allowed', () => {
    expect(wait([reset, exponential], { headers: { 'x-reset': '901' } })).toBeUndefined();
    expect(wait([reset, exponential], { headers: { 'x-reset': '900' } })?.ms).toBe(900_000);
    expect(wait([retryAfter], { headers: { 'retry-after': '5000' } })?.ms).toBe(5_000_000);
  });

  test.each(['', ' ', 'soon', '-5', 'NaN', 'Infinity', undefined])('passes over the header %j', (value) => {
    const headers: Record<string, string> = value === undefined ? {} : { 'x-reset': value };
    expect(wait([reset, exponential], { headers })).toEqual({ ms: 500, fromApi: false });
  });

  test('passes over the rate limit of an answer that failed for another reason, but not over retry-after', () => {
    const headers = { 'x-reset': '700', 'retry-after': '3' };
    expect(wait([reset, exponential], { headers, isRateLimited: false })).toEqual({
      ms: 500,
      fromApi: false,
    });
    expect(wait([reset, retryAfter], { headers, isRateLimited: false })).toEqual({ ms: 3000, fromApi: true });
  });

  test('is a second where no strategy has an answer', () => {
    expect(wait([])).toEqual({ ms: 1000, fromApi: false });
    expect(wait([reset, retryAfter], { headers: {} })).toEqual({ ms: 1000, fromApi: false });
  });
});
