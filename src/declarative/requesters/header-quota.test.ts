/** A budget that follows what the headers of answers say is left of it. */
import { describe, expect, test } from '@jest/globals';
import { PER_ENDPOINT, policy } from '../../test-support/call-rates.fixture.js';
import { HeldClock } from '../../test-support/fake-clock.fixture.js';
import { HOUR_MS } from '../durations.js';
import { ApiBudget } from './api-budget.js';
import type { Headers } from './http.js';

describe('what headers say about the quota', () => {
  const HEADERS = {
    ratelimit_remaining_header: 'x-left',
    ratelimit_reset_header: 'x-reset',
    extensions: { ratelimit_limit_header: 'x-limit' },
  };
  const START = 1_700_000_000_000;

  function budgetOf(limit: number, requestsPerMinute?: number, interval = 'PT1M') {
    const clock = {
      time: START,
      /** ms by which the time of day is ahead. */
      ahead: 0,
      now: () => clock.time + clock.ahead,
      elapsed: () => clock.time,
    };
    const budget = new ApiBudget({
      clock,
      budget: {
        type: 'HTTPAPIBudget',
        policies: [policy(limit, interval, undefined, PER_ENDPOINT)],
        ...HEADERS,
      },
      keyMode: 'live',
      requestsPerMinute,
    });
    const call = (): number => budget.tryAcquire('/a').call;
    const wait = (): number => budget.tryAcquire('/a').wait;
    const answer = (one: number, headers: Headers): void => {
      budget.ended('/a', one, 'answered', headers);
    };
    return { clock, budget, call, wait, answer };
  }

  test('stops the calls when somebody else has used it up, until it is full again', () => {
    const { clock, budget, call, wait, answer } = budgetOf(100);
    answer(call(), { 'x-left': '0', 'x-reset': '7' });
    expect(wait()).toBe(7000);
    expect(budget.tryAcquire('/b').wait).toBe(0);
    clock.time += 7000;
    expect(wait()).toBe(0);
  });

  test('is not believed for ever where nothing is left after the first call of each', () => {
    const { clock, call, wait, answer } = budgetOf(100);
    const empty = { 'x-left': '0', 'x-reset': '60' };
    answer(call(), empty);
    expect(wait()).toBe(60_000);
    clock.time += 60_000;
    for (let made = 0; made < 99; made++) {
      const one = call();
      expect(one).toBeGreaterThan(0);
      answer(one, empty);
    }
    // The documented limit still holds.
    expect(wait()).toBeGreaterThan(0);
  });

  test('is believed again and again where it lasts for some calls', () => {
    const { clock, call, wait, answer } = budgetOf(100);
    for (let minute = 0; minute < 5; minute++) {
      answer(call(), { 'x-left': '1', 'x-reset': '60' });
      answer(call(), { 'x-left': '0', 'x-reset': '60' });
      expect(wait()).toBe(60_000);
      clock.time += 60_000;
    }
  });

  test('may name the time of its end instead of the seconds', () => {
    const { call, wait, answer } = budgetOf(100);
    answer(call(), { 'x-left': '0', 'x-reset': String(START / 1000 + 7) });
    expect(wait()).toBe(7000);
  });

  test.each([undefined, 300, 500, 600])(
    'counts where it is of a second, with %s requests a minute',
    (perMinute) => {
      const { call, wait, answer } = budgetOf(10, perMinute, 'PT1S');
      answer(call(), { 'x-left': '0', 'x-reset': '1' });
      expect(wait()).toBe(1000);
    },
  );

  test('ends when it was to end, also if the clock is set back meanwhile', () => {
    const { clock, call, wait, answer } = budgetOf(100);
    clock.ahead = 5_000_000;
    const until = (START + clock.ahead) / 1000 + 7;
    answer(call(), { 'x-left': '0', 'x-reset': String(until) });
    clock.ahead = -HOUR_MS;
    expect(wait()).toBe(7000);
    clock.time += 7000;
    expect(wait()).toBe(0);
  });

  test('counts the calls that are under way, until they are answered', () => {
    const { call, wait, answer } = budgetOf(100);
    const [first, second, third] = [call(), call(), call()];
    answer(first, { 'x-left': '3', 'x-reset': '7' });
    const fourth = call();
    expect([fourth, wait()]).toEqual([4, 50]);
    for (const [one, left] of [
      [second, 2],
      [third, 1],
      [fourth, 0],
    ] as const) {
      answer(one, { 'x-left': String(left), 'x-reset': '7' });
    }
    expect(wait()).toBe(7000);
  });

  test('is as low as any answer says, in whatever order they come', () => {
    const { call, wait, answer } = budgetOf(100);
    const [first, second, third] = [call(), call(), call()];
    answer(second, { 'x-left': '1', 'x-reset': '7' });
    answer(first, { 'x-left': '0', 'x-reset': '7' });
    answer(third, { 'x-left': '2', 'x-reset': '7' });
    expect(wait()).toBe(7000);
  });

  test('is not taken from an answer of the one before', () => {
    const { clock, call, wait, answer } = budgetOf(100);
    const [first, second] = [call(), call()];
    clock.time += 7000;
    answer(second, { 'x-left': '50', 'x-reset': '60' });
    answer(first, { 'x-left': '0', 'x-reset': '1' });
    expect(wait()).toBe(0);
  });

  test.each(['answered', 'unanswered'] as const)(
    'leaves less with a call that is %s without headers',
    (how) => {
      const { budget, call, wait, answer } = budgetOf(100);
      const [first, second] = [call(), call()];
      answer(first, { 'x-left': '1', 'x-reset': '7' });
      budget.ended('/a', second, how);
      expect(wait()).toBe(7000);
    },
  );

  test('raises the limit of an account that has a larger one, unless the user named another', () => {
    for (const [own, allowed] of [
      [undefined, 5],
      [2, 2],
    ] as const) {
      const { call, answer } = budgetOf(2, own);
      answer(call(), { 'x-left': '100', 'x-reset': '7', 'x-limit': '5' });
      let calls = 1;
      while (call() > 0) calls++;
      expect(calls).toBe(allowed);
    }
  });

  test('raises no limit where it is of a longer quota, not in the last minute of that one either', () => {
    const { call, answer } = budgetOf(2);
    answer(call(), { 'x-left': '8000', 'x-reset': '3000', 'x-limit': '10000' });
    answer(call(), { 'x-left': '7999', 'x-reset': '30', 'x-limit': '10000' });
    expect(call()).toBe(0);
  });

  test.each([
    [{}],
    [{ 'x-left': 'none', 'x-reset': '7' }],
    [{ 'x-left': '-1', 'x-reset': '7' }],
    [{ 'x-left': '0' }],
    [{ 'x-left': '0', 'x-reset': '0' }],
    [{ 'x-left': '0', 'x-reset': '3600' }],
    [{ 'x-left': '0', 'x-reset': '1800000000' }],
    [{ 'x-left': '', 'x-reset': '' }],
  ])('means nothing where it makes no sense or is of another window: %j', (headers) => {
    const { call, wait, answer } = budgetOf(100);
    answer(call(), headers);
    expect(wait()).toBe(0);
  });
});

test('a smaller quota that headers tell of is used up, and hardly ever exceeded, in whatever order calls arrive', async () => {
  const [LIMIT, WINDOW, CALLS] = [100, 15_000, 500];
  for (const isCountedLate of [false, true]) {
    const clock = new HeldClock();
    const start = clock.time;
    const budget = new ApiBudget({
      clock,
      budget: {
        type: 'HTTPAPIBudget',
        policies: [policy(1000, 'PT1M', undefined, PER_ENDPOINT)],
        ratelimit_remaining_header: 'x-left',
        ratelimit_reset_header: 'x-reset',
      },
      keyMode: 'live',
      requestsPerMinute: undefined,
    });
    const counted = new Map<number, number>();
    const count = () => {
      const window = Math.floor((clock.time - start) / WINDOW);
      const sum = (counted.get(window) ?? 0) + 1;
      counted.set(window, sum);
      const reset = Math.ceil(((window + 1) * WINDOW - (clock.time - start)) / 1000);
      return { sum, headers: { 'x-left': String(Math.max(0, LIMIT - sum)), 'x-reset': String(reset) } };
    };
    let [left, refused, ended] = [CALLS, 0, 0];
    const worker = async (): Promise<void> => {
      while (left > 0) {
        const { wait, call } = budget.tryAcquire('/a');
        if (wait > 0) {
          await clock.sleep(wait);
          continue;
        }
        left--;
        // On its way for up to 40 ms, so that calls overtake each other; answered after 100.
        const way = (call * 37) % 40;
        await clock.sleep(isCountedLate ? 100 : way);
        const { sum, headers } = count();
        await clock.sleep(isCountedLate ? way : 100 - way);
        if (sum > LIMIT) refused++;
        budget.ended('/a', call, 'answered', headers);
      }
      ended = Math.max(ended, clock.time - start);
    };
    const workers = Array.from({ length: 40 }, worker);
    await clock.advance(HOUR_MS);
    await Promise.all(workers);
    expect(refused / CALLS).toBeLessThanOrEqual(0.01);
    // Five windows, of the last one the beginning.
    expect(ended).toBeLessThan(4 * WINDOW + 4000);
  }
});
