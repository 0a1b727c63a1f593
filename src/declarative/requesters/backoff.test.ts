import { describe, expect, test } from '@jest/globals';
import type { BackoffStrategy, WaitTimeFromHeader } from '../components.js';
import { backoffTime } from './backoff.js';
import type { FailedTry } from './backoff.js';

const NOW = Date.parse('2024-06-15T12:00:00Z');
const reset: WaitTimeFromHeader = {
  type: 'WaitTimeFromHeader',
  header: 'x-reset',
  max_waiting_time_in_seconds: 900,
  extensions: { of_rate_limit: true },
};
const retryAfter: WaitTimeFromHeader = { type: 'WaitTimeFromHeader', header: 'retry-after' };
const exponential: BackoffStrategy = { type: 'ExponentialBackoffStrategy', factor: 0.5 };

function wait(strategies: readonly BackoffStrategy[], failed: Partial<FailedTry> = {}): number | undefined {
  const base = { attempt: 1, headers: undefined, isRateLimited: true, now: NOW, random: () => 0 };
  return backoffTime(strategies, { ...base, ...failed });
}

describe('backoffTime', () => {
  test('doubles with each try, up to a minute, and to a quarter of it for the rate limit', () => {
    const waits = (isRateLimited: boolean) =>
      [1, 2, 3, 7, 8, 50].map((attempt) => wait([exponential], { attempt, isRateLimited }));
    expect(waits(false)).toEqual([500, 1000, 2000, 32_000, 60_000, 60_000]);
    expect(waits(true)).toEqual([500, 1000, 2000, 15_000, 15_000, 15_000]);
  });

  test('adds up to a quarter by chance', () => {
    expect(wait([exponential], { attempt: 2, random: () => 0.5 })).toBe(1125);
    expect(wait([exponential], { attempt: 2, random: () => 0.999 })).toBeLessThanOrEqual(1250);
  });

  test('is what the API says in seconds, in the order of the strategies', () => {
    const headers = { 'retry-after': '30', 'x-reset': '1.5' };
    expect(wait([reset, retryAfter, exponential], { headers })).toBe(1500);
    expect(wait([retryAfter, reset, exponential], { headers })).toBe(30_000);
    // A window that has not ended when it should have is asked about less and less often.
    const soon = { headers: { 'x-reset': '1' } };
    expect([1, 2, 3, 4, 5, 8, 99].map((attempt) => wait([reset], { ...soon, attempt }))).toEqual([
      ...[1000, 1000, 1000, 1000, 2000, 15_000, 15_000],
    ]);
    const atOnce = { headers: { 'x-reset': '0' } };
    expect(wait([reset, exponential], atOnce)).toBe(1000);
    expect(wait([reset, exponential], { ...atOnce, attempt: 4 })).toBe(8000);
  });

  test.each([
    ['seconds', 1000],
    ['ms', 1],
  ])('takes a number as large as Unix %s for a time', (_, unit) => {
    const at = (seconds: number) => ({ headers: { 'x-reset': String((NOW + seconds * 1000) / unit) } });
    expect(wait([reset], at(12))).toBe(12_000);
    expect(wait([reset], at(-5))).toBe(1000);
    expect(wait([reset], at(901))).toBeUndefined();
  });

  test.each([
    'Sat, 15 Jun 2024 12:10:00 GMT',
    'Saturday, 15-Jun-24 12:10:00 GMT',
    'Sat Jun 15 12:10:00 2024',
    ' Sat, 15 Jun 2024 12:10:00 GMT ',
  ])('takes the date %j for the time to wait for', (date) => {
    expect(wait([retryAfter, exponential], { headers: { 'retry-after': date } })).toBe(600_000);
  });

  test('keeps to the same bounds where the header holds a date', () => {
    const until = (date: string) => wait([reset, exponential], { headers: { 'x-reset': date } });
    expect(until('Sat, 15 Jun 2024 12:15:01 GMT')).toBeUndefined();
    expect(until('Wed, 21 Oct 2099 07:28:00 GMT')).toBeUndefined();
    // It is over, so asking goes on less and less often.
    expect(until('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(1000);
    expect(until('Sat, 15 Jun 2024 12:00:00 GMT')).toBe(1000);
  });

  test('goes by the clock of the API where the header holds a date', () => {
    const headers = { date: 'Sat, 15 Jun 2024 12:20:00 GMT', 'x-reset': 'Sat, 15 Jun 2024 12:20:05 GMT' };
    expect(wait([reset, exponential], { headers })).toBe(5000);
    const seconds = String(Date.parse('2024-06-15T12:20:07Z') / 1000);
    expect(wait([reset, exponential], { headers: { ...headers, 'x-reset': seconds } })).toBe(7000);
  });

  test('is what another header says where one wants more than is allowed', () => {
    const headers = { 'x-reset': '3600', 'retry-after': '2' };
    expect(wait([reset, retryAfter, exponential], { headers })).toBe(2000);
  });

  test('is undefined where the API wants more than is allowed', () => {
    expect(wait([reset, exponential], { headers: { 'x-reset': '901' } })).toBeUndefined();
    expect(wait([reset, exponential], { headers: { 'x-reset': '900' } })).toBe(900_000);
    expect(wait([retryAfter], { headers: { 'retry-after': '5000' } })).toBe(5_000_000);
  });

  test.each([
    ...['', ' ', 'soon', '-5', '+5', 'NaN', 'Infinity', '0x10', '0b1', '1e2', '5.', '.5', '5 s', '1, 2'],
    ...['2024-06-15T12:10:00Z', 'Sat, 15 Jun 2024 12:10:00', 'Sat, 45 Jun 2024 12:10:00 GMT'],
    ...['Sat, 15 Jun 2024 12:10:00 GMT, 5', '9'.repeat(400)],
    undefined,
  ])('passes over the header %j', (value) => {
    const headers: Record<string, string> = value === undefined ? {} : { 'x-reset': value };
    expect(wait([reset, exponential], { headers })).toBe(500);
  });

  test('passes over a header of the rate limit on an answer that failed for another reason, but over no other', () => {
    const headers = { 'x-reset': '700', 'retry-after': '3' };
    expect(wait([reset, exponential], { headers, isRateLimited: false })).toBe(500);
    expect(wait([reset, retryAfter], { headers, isRateLimited: false })).toBe(3000);
  });

  test('is a second where no strategy has an answer', () => {
    expect(wait([])).toBe(1000);
    expect(wait([reset, retryAfter], { headers: {} })).toBe(1000);
  });
});
