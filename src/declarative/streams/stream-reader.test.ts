/** A stream that takes long: the platform must not take it for dead. */
import { describe, expect, test } from '@jest/globals';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { policy } from '../../test-support/call-rates.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { at, fakeApi, pageOf, runRead, START } from '../../test-support/read-run.fixture.js';
import type { ReadRun } from '../../test-support/read-run.fixture.js';
import { MINUTE_MS } from '../durations.js';
import { ApiBudget } from '../requesters/api-budget.js';

const { type, cursor_field, datetime_format } = createdBetween;
const orders = streamOf('orders', { incremental_sync: { type, cursor_field, datetime_format } });
const state = { createdAt: at(START + 1000) };
/** Nothing of it is new. */
const OLD = Array.from({ length: 500 }, (_, id) => ({ id, createdAt: at(START - 1 - id) }));

function statesOf(run: ReadRun): unknown[] {
  return run.messages.flatMap((one) => (one.type === 'STATE' ? [one.state] : []));
}

describe('a read that brings no record for hours', () => {
  test.each([
    [1, 50, 4],
    [20, 50, 51],
  ])(
    'with %i minutes a request says every quarter of an hour where it stands',
    async (minutes, pages, count) => {
      const clock = new FakeClock();
      const api = fakeApi((url) => {
        clock.advance(minutes * MINUTE_MS);
        return pageOf(url, OLD);
      });
      const run = await runRead([orders], api, { states: new Map([['orders', state]]), context: { clock } });
      // One of them is behind the last, which is full.
      expect(api.asked).toHaveLength(pages + 1);
      expect(run.records('orders')).toEqual([]);
      const states = statesOf(run);
      expect(states).toHaveLength(count);
      for (const one of states) {
        expect(one).toMatchObject({ stream: { stream_state: state }, sourceStats: { recordCount: 0 } });
      }
    },
  );

  test('says so too while it waits for what it may ask for by the known limit', async () => {
    const clock = new FakeClock();
    const budget = new ApiBudget({
      clock,
      budget: { type: 'HTTPAPIBudget', policies: [policy(1, 'PT40M')] },
      keyMode: 'live',
      requestsPerMinute: undefined,
    });
    const began = clock.elapsed();
    const api = fakeApi((url) => pageOf(url, OLD.slice(0, 60)));
    const run = await runRead([orders], api, {
      states: new Map([['orders', state]]),
      context: { clock, budget },
    });
    const quarters = Math.floor((clock.elapsed() - began) / (15 * MINUTE_MS));
    expect(quarters).toBeGreaterThan(10);
    expect(statesOf(run).length).toBeGreaterThanOrEqual(quarters);
  });

  test('says so too if somebody sets the clock back meanwhile', async () => {
    const clock = new FakeClock();
    let answers = 0;
    const api = fakeApi((url) => {
      clock.advance(20 * MINUTE_MS);
      if (++answers === 5) clock.set(-24 * 60 * MINUTE_MS);
      return pageOf(url, OLD);
    });
    const run = await runRead([orders], api, { states: new Map([['orders', state]]), context: { clock } });
    expect(statesOf(run)).toHaveLength(51);
    expect(run.logs.at(-1)).toMatch(/, \d+\.\d s, /);
  });

  test('says so too behind a record', async () => {
    const clock = new FakeClock();
    let answers = 0;
    const api = fakeApi((url) => {
      clock.advance(20 * MINUTE_MS);
      const { body } = pageOf(url, OLD) as { body: { data: unknown[] } };
      // One record in the middle is new.
      return {
        body: ++answers === 10 ? { ...body, data: [{ id: 9999, createdAt: at(START + 5000) }] } : body,
      };
    });
    const run = await runRead([orders], api, { states: new Map([['orders', state]]), context: { clock } });
    expect(run.records('orders').length).toBeGreaterThan(0);
    expect(statesOf(run).length).toBeGreaterThan(30);
  });

  test('says so too while records come, in a list in which nothing closes before its end', async () => {
    const clock = new FakeClock();
    const fresh = Array.from({ length: 500 }, (_, id) => ({ id, createdAt: at(START + 2000 + id) }));
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      return pageOf(url, fresh);
    });
    const run = await runRead([orders], api, { states: new Map([['orders', state]]), context: { clock } });
    expect(run.states('orders')).toEqual([
      state,
      { ...state, heartbeat: 1 },
      { ...state, heartbeat: 2 },
      { ...state, heartbeat: 3 },
      { createdAt: fresh.at(-1)?.createdAt },
    ]);
    // It is taken up like any other.
    const again = await runRead([orders], api, {
      states: new Map([['orders', run.states('orders')[3] ?? {}]]),
    });
    expect(new Set(again.records('orders').map(({ id }) => id)).size).toBe(500);
  });

  test('says so too while it waits for the rate limit', async () => {
    const clock = new FakeClock();
    let answers = 0;
    const http = async () =>
      ++answers < 20
        ? { status: 429, headers: { 'retry-after': '800' }, body: Buffer.from('{}') }
        : { status: 200, headers: {}, body: Buffer.from('{"data":[],"meta":{"pageCount":1}}') };
    const run = await runRead(
      [orders],
      { http, asked: [] },
      {
        states: new Map([['orders', state]]),
        context: { clock },
      },
    );
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(statesOf(run).length).toBeGreaterThanOrEqual((19 * 800) / 1800);
  });
});

describe('records that lack what a destination goes by', () => {
  const whole = { id: 1, createdAt: at(START + 2000) };

  test('are kept, and told of at the end', async () => {
    const lacking = [{ ...whole, id: null }, { createdAt: whole.createdAt }, {}, { id: 2 }];
    const run = await runRead(
      [orders],
      fakeApi((url) => pageOf(url, [whole, ...lacking])),
    );
    expect(run.records('orders')).toHaveLength(5);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([
      'WARN orders: 2 records were kept without a readable createdAt',
      'WARN orders: 3 records were kept without id: a destination that tells records apart by it may refuse or drop them',
    ]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test.each([1, 2, 3])(
    'are asked for again where no record of a page has its key, as of an error (%i times)',
    async (times) => {
      let left = times;
      const error = { message: 'internal error' };
      const api = fakeApi((url) => pageOf(url, left-- > 0 ? [error] : [whole]));
      const run = await runRead([orders], api);
      expect(run.records('orders')).toEqual([times < 3 ? whole : error]);
      expect(run.logs.filter((line) => /^WARN .*nothing with a key.*asking again$/.test(line))).toHaveLength(
        Math.min(times, 2),
      );
    },
  );

  test('are not those that have it', async () => {
    const run = await runRead(
      [orders],
      fakeApi((url) => pageOf(url, [whole])),
    );
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
  });

  test('are not values that are made records, of which each is its key', async () => {
    const { retriever } = streamOf('domains');
    const extensions = { wrap_as: 'name' };
    const extractor = { type: 'DpathExtractor' as const, field_path: ['data'], extensions };
    const domains = {
      ...streamOf('domains'),
      primary_key: ['name'],
      retriever: { ...retriever, record_selector: { type: 'RecordSelector' as const, extractor } },
    };
    const api = fakeApi(() => ({ body: { data: ['a.test', 'b.test'], meta: { pageCount: 1 } } }));
    const run = await runRead([domains], api);
    expect(run.records('domains')).toEqual([{ name: 'a.test' }, { name: 'b.test' }]);
    expect(run.logs.filter((line) => line.includes('kept without'))).toEqual([]);
  });
});
