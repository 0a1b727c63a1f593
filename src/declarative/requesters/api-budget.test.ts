import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HTTPAPIBudget, KeyMode, MovingWindowCallRatePolicy } from '../components.js';
import { PER_ENDPOINT, policy } from '../../test-support/call-rates.fixture.js';
import { HeldClock } from '../../test-support/fake-clock.fixture.js';
import { HOUR_MS } from '../durations.js';
import { ApiBudget } from './api-budget.js';

/** How long a call is remembered: two hundredths and 10 ms longer than the vendor's interval. @param ms of it */
function kept(ms: number): number {
  return ms * 1.02 + 10;
}

function newBudget(
  clock: HeldClock,
  policies: readonly MovingWindowCallRatePolicy[],
  requestsPerMinute?: number,
  keyMode: KeyMode = 'test',
): ApiBudget {
  const budget: HTTPAPIBudget = { type: 'HTTPAPIBudget', policies };
  return new ApiBudget({ clock, budget, keyMode, requestsPerMinute });
}

/** A budget with a clock of its own, and the times (ms since the start) of the calls that it let through. */
class Harness {
  readonly clock = new HeldClock();
  readonly budget: ApiBudget;
  readonly calls: Record<string, number[]> = {};
  readonly #start = this.clock.time;

  constructor(
    policies: readonly MovingWindowCallRatePolicy[],
    requestsPerMinute?: number,
    keyMode?: KeyMode,
  ) {
    this.budget = newBudget(this.clock, policies, requestsPerMinute, keyMode);
  }

  call(endpoint: string, times = 1): void {
    for (let i = 0; i < times; i++) {
      void this.#acquire(endpoint).then(
        () => void (this.calls[endpoint] ??= []).push(this.clock.time - this.#start),
      );
    }
  }

  /** Asks again as long as the budget says so. */
  async #acquire(endpoint: string): Promise<void> {
    let hasWaited = false;
    for (;;) {
      const { wait, call } = this.budget.tryAcquire(endpoint, hasWaited);
      if (wait === 0) {
        this.budget.ended(endpoint, call, 'answered');
        return;
      }
      hasWaited = true;
      await this.clock.sleep(wait);
    }
  }
}

describe('ApiBudget', () => {
  test('never lets more than the limit through in any interval with its margin, and wastes no call beyond that', async () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 3000 })), {
      minLength: 1,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        steps,
        async (limit, seconds, all) => {
          const harness = new Harness([policy(limit, `PT${seconds}S`)]);
          const asked: number[] = [];
          let elapsed = 0;
          for (const [times, ms] of all) {
            harness.call('/a', times);
            for (let i = 0; i < times; i++) asked.push(elapsed);
            await harness.clock.advance(ms);
            elapsed += ms;
          }
          await harness.clock.advance(1_000_000);
          const calls = harness.calls['/a'] ?? [];
          expect(calls).toHaveLength(asked.length);
          calls.forEach((time, i) => {
            const earliest = i < limit ? 0 : (calls[i - limit] ?? 0) + kept(seconds * 1000);
            expect(time).toBe(Math.max(asked[i] ?? 0, earliest));
          });
        },
      ),
    );
  });

  test('lets all through where no policy matches', async () => {
    const harness = new Harness([policy(1, 'PT1H', '^/limited')]);
    harness.call('/free', 50);
    await harness.clock.advance(0);
    expect(harness.calls['/free']).toHaveLength(50);
  });

  test('takes the first policy that matches the path template', async () => {
    const harness = new Harness([policy(1, 'PT1S', '^/orders/\\{\\{'), policy(3, 'PT1S')]);
    harness.call('/orders/{{ stream_partition.id }}', 5);
    harness.call('/orders', 5);
    await harness.clock.advance(0);
    expect(harness.calls['/orders/{{ stream_partition.id }}']).toHaveLength(1);
    expect(harness.calls['/orders']).toHaveLength(3);
  });

  test('shares one window among the endpoints of a policy, unless each has its own', async () => {
    const shared = new Harness([policy(3, 'PT1S')]);
    const own = new Harness([policy(3, 'PT1S', undefined, PER_ENDPOINT)]);
    for (const harness of [shared, own]) {
      harness.call('/a', 2);
      harness.call('/b', 2);
      await harness.clock.advance(kept(1000) - 1);
    }
    expect(shared.calls).toEqual({ '/a': [0, 0], '/b': [0] });
    expect(own.calls).toEqual({ '/a': [0, 0], '/b': [0, 0] });
    await shared.clock.advance(1);
    expect(shared.calls['/b']).toEqual([0, kept(1000)]);
  });

  test.each<[KeyMode, number]>([
    ['test', 2],
    ['live', 5],
  ])('goes by the limit of a %s key', async (mode, limit) => {
    const harness = new Harness([policy({ test: 2, live: 5 }, 'PT1M')], undefined, mode);
    harness.call('/a', 9);
    await harness.clock.advance(59_999);
    expect(harness.calls['/a']).toHaveLength(limit);
  });

  test.each<[KeyMode, Record<string, number>]>([
    ['test', { '/a': 2, '/orders': 0 }],
    ['live', { '/a': 9, '/orders': 1 }],
  ])('passes over policies for keys of another mode than %s', async (mode, allowed) => {
    const policies = [
      policy(2, 'PT1M', undefined, { key_mode: 'test' }),
      policy(1, 'PT1M', '^/orders', { key_mode: 'live' }),
    ];
    const harness = new Harness(policies, undefined, mode);
    harness.call('/a', 9);
    harness.call('/orders', 9);
    await harness.clock.advance(59_999);
    expect(harness.calls['/a']).toHaveLength(allowed['/a'] ?? NaN);
    expect(harness.calls['/orders'] ?? []).toHaveLength(allowed['/orders'] ?? NaN);
  });

  test('keeps the windows of several policies apart, each shared by the endpoints that it is for', async () => {
    const harness = new Harness([policy(3, 'PT1M', '^/parents/'), policy(1, 'PT1M', '^/parents$')]);
    for (const endpoint of ['/parents/a', '/parents/b', '/parents', '/parents/a']) harness.call(endpoint, 2);
    await harness.clock.advance(59_999);
    expect(harness.calls).toEqual({ '/parents/a': [0, 0], '/parents/b': [0], '/parents': [0] });
  });

  test("takes the user's requests per minute instead of the documented limit", async () => {
    const harness = new Harness([policy({ test: 2, live: 5 }, 'PT1M', undefined, PER_ENDPOINT)], 4);
    harness.call('/a', 9);
    const minute = kept(60_000);
    await harness.clock.advance(minute - 1);
    expect(harness.calls['/a']).toEqual([0, 0, 0, 0]);
    await harness.clock.advance(minute + 1);
    expect(harness.calls['/a']?.slice(4)).toEqual([minute, minute, minute, minute, 2 * minute]);
  });

  test.each([
    [300, 5, 1000],
    [650, 10, (10 / 650) * 60_000],
    [60, 1, 1000],
    [40, 1, 1500],
    [1, 1, 60_000],
  ])('spreads %i requests per minute where the limit is of a second: %i in %f ms', (perMinute, calls, ms) => {
    const clock = new HeldClock();
    const budget = newBudget(clock, [policy(10, 'PT1S')], perMinute);
    for (let i = 0; i < calls; i++) expect(budget.tryAcquire('/a').wait).toBe(0);
    expect(budget.tryAcquire('/a').wait).toBeCloseTo(kept(ms), 3);
  });

  test('pauses an endpoint for as long as the API wants, also calls that wait already', async () => {
    const harness = new Harness([policy(1, 'PT1S', undefined, PER_ENDPOINT)]);
    harness.call('/a', 3);
    await harness.clock.advance(500);
    harness.budget.pause('/a', 5000);
    harness.budget.pause('/a', 10);
    harness.call('/b');
    await harness.clock.advance(10_000);
    expect(harness.calls).toEqual({ '/a': [0, 5500, 5500 + kept(1000) + 50], '/b': [500] });
  });

  test('keeps calls further apart where the API refuses them all the same: they may overtake each other on their way', () => {
    const clock = new HeldClock();
    const budget = newBudget(clock, [policy(1, 'PT1S')]);
    const apart: number[] = [];
    for (let pauses = 0; pauses < 6; pauses++) {
      budget.ended('/a', budget.tryAcquire('/a').call, 'answered');
      apart.push(budget.tryAcquire('/a').wait - kept(1000));
      budget.pause('/a', 1);
      // Those that were refused with it say nothing more.
      budget.pause('/a', 1);
      clock.time += 10_000;
    }
    expect(apart).toEqual([0, 50, 100, 150, 200, 200]);
  });

  test('pauses all endpoints of a shared window, and those without a limit', async () => {
    const harness = new Harness([policy(9, 'PT1S', '^/shared')]);
    harness.budget.pause('/shared/a', 2000);
    harness.budget.pause('/free', 3000);
    for (const endpoint of ['/shared/b', '/free', '/other']) harness.call(endpoint);
    await harness.clock.advance(10_000);
    expect(harness.calls).toEqual({ '/shared/b': [2000], '/free': [3000], '/other': [0] });
  });

  test('keeps a caller whose turn was taken before those who have not come back yet', () => {
    const clock = new HeldClock();
    const start = clock.time;
    const budget = newBudget(clock, [policy(1, 'PT1S')]);
    /** When the caller has its turn. @param time ms since the start */
    const turnAt = (time: number, hasWaited = false): number => {
      clock.time = start + time;
      return time + budget.tryAcquire('/a', hasWaited).wait;
    };
    const interval = kept(1000);
    expect(turnAt(0)).toBe(0);
    expect(turnAt(0)).toBe(interval);
    expect(turnAt(0)).toBe(2 * interval);
    // Somebody comes by just when the second caller would have had its turn.
    expect(turnAt(interval)).toBe(interval);
    expect(turnAt(interval + 1, true)).toBe(2 * interval);
    expect(turnAt(2 * interval, true)).toBe(2 * interval);
    expect(turnAt(2 * interval + 1, true)).toBe(3 * interval);
  });

  test('counts no call that it does not let through', () => {
    const clock = new HeldClock();
    const budget = newBudget(clock, [policy(1, 'PT1S')]);
    expect(budget.tryAcquire('/a').wait).toBe(0);
    expect(budget.tryAcquire('/a').wait).toBe(kept(1000));
    clock.time += kept(1000);
    expect(budget.tryAcquire('/a').wait).toBe(0);
  });
});

test('callers that have to wait are told different times, as the calls before them run out', () => {
  const clock = { time: 1_700_000_000_000, now: () => clock.time, elapsed: () => clock.time };
  const budget = new ApiBudget({
    clock,
    budget: { type: 'HTTPAPIBudget', policies: [policy(2, 'PT1S')] },
    keyMode: 'live',
    requestsPerMinute: undefined,
  });
  budget.tryAcquire('/a');
  clock.time += 400;
  budget.tryAcquire('/a');
  const times = Array.from({ length: 4 }, () => budget.tryAcquire('/a').wait);
  expect(times).toEqual([kept(1000) - 400, kept(1000), 2 * kept(1000) - 400, 2 * kept(1000)]);
});

test('a clock that is set back or forward makes no call wait longer, or too short', () => {
  const clock = { time: 0, day: 1_700_000_000_000, now: () => clock.day, elapsed: () => clock.time };
  const budget = new ApiBudget({
    clock,
    budget: { type: 'HTTPAPIBudget', policies: [policy(1, 'PT1S', '^/limited')] },
    keyMode: 'live',
    requestsPerMinute: undefined,
  });
  budget.tryAcquire('/limited');
  budget.pause('/paused', 5000);
  clock.time += 400;
  for (const hours of [-1, 2]) {
    clock.day += hours * HOUR_MS;
    expect(budget.tryAcquire('/paused').wait).toBe(4600);
  }
  expect(budget.tryAcquire('/limited').wait).toBe(kept(1000) - 400);
});

describe('a limit that is lower than the documented one', () => {
  const LATENCY = 100; // ms
  const CALLS = 600;

  /** An API that counts in fixed windows, read by many at a time until all calls have been answered. */
  async function read(limit: number, windowMs: number, tells: boolean) {
    const clock = new HeldClock();
    const start = clock.time;
    const budget = newBudget(clock, [policy(600, 'PT60S', undefined, PER_ENDPOINT)], 100_000);
    const counted = new Map<number, number>();
    let [left, refused, inRow, ended] = [CALLS, 0, 0, 0];
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left--;
        for (let isDone = false, hasWaited = false; !isDone;) {
          const { wait, call } = budget.tryAcquire('/a', hasWaited);
          hasWaited = wait > 0;
          if (wait > 0) {
            await clock.sleep(wait);
            continue;
          }
          await clock.sleep(LATENCY);
          const window = Math.floor(clock.time / windowMs);
          const count = (counted.get(window) ?? 0) + 1;
          counted.set(window, count);
          isDone = count <= limit;
          budget.ended('/a', call, isDone ? 'answered' : 'refused');
          if (isDone) continue;
          refused++;
          inRow = Math.max(inRow, budget.refusalsInRow('/a'));
          const reset = (window + 1) * windowMs - clock.time;
          budget.pause('/a', tells ? reset : 500 * 2 ** (budget.refusalsInRow('/a') - 1));
        }
      }
      ended = Math.max(ended, clock.time - start);
    };
    const workers = Array.from({ length: 40 }, worker);
    await clock.advance(HOUR_MS);
    await Promise.all(workers);
    return { share: refused / (CALLS + refused), inRow, slowness: ended / ((CALLS / limit) * windowMs) };
  }

  test.each([
    [2, 1000],
    [3, 1000],
    [5, 1000],
    [5, 2000],
    [30, 6000],
    [30, 10_000],
    [100, 60_000],
  ])('of %i in %i ms is found by the calls that are refused, and used', async (limit, windowMs) => {
    const { share, inRow, slowness } = await read(limit, windowMs, true);
    expect(share).toBeLessThan(limit < 5 ? 0.4 : 0.25);
    expect(slowness).toBeLessThan(1.3);
    expect(inRow).toBeLessThan(5);
  });

  test.each([
    [3, 1000],
    [5, 1000],
    [30, 10_000],
  ])('of %i in %i ms is found, too, where nothing says when it lifts', async (limit, windowMs) => {
    const { share, inRow, slowness } = await read(limit, windowMs, false);
    expect(share).toBeLessThan(0.5);
    expect(slowness).toBeLessThan(2);
    expect(inRow).toBeLessThan(8);
  });

  test('is no longer kept to when it has gone', async () => {
    const clock = new HeldClock();
    const budget = newBudget(clock, [], 100_000);
    const turn = () => budget.tryAcquire('/a');
    const first = turn();
    budget.ended('/a', first.call, 'refused');
    budget.pause('/a', 1000);
    await clock.advance(1000);
    let most = 0;
    for (let round = 0; round < 8; round++) {
      const calls: number[] = [];
      for (let one = turn(); one.wait === 0 && calls.length < 50; one = turn()) calls.push(one.call);
      most = Math.max(most, calls.length);
      for (const call of calls) budget.ended('/a', call, 'answered');
    }
    expect(most).toBe(50);
  });

  test('counts no call that got no answer', () => {
    const clock = new HeldClock();
    const budget = newBudget(clock, []);
    const first = budget.tryAcquire('/a');
    budget.ended('/a', first.call, 'refused');
    for (let i = 0; i < 5; i++) {
      const { wait, call } = budget.tryAcquire('/a');
      expect(wait).toBe(0);
      budget.ended('/a', call, 'unanswered');
    }
    expect(budget.refusalsInRow('/a')).toBe(1);
  });
});
