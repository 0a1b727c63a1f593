/** A date filter that may go by another date than the cursor's. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byCountedPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  NOW,
  pageOf,
  runRead,
  sorted,
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { Dated, FakeApi, Reply } from '../../test-support/read-run.fixture.js';
import { HOUR_MS } from '../durations.js';

const { retriever } = streamOf('orders');
const orders = streamOf('orders', {
  retriever: { ...retriever, paginator: byCountedPage },
  incremental_sync: { ...createdBetween, extensions: { prove_filter: true } },
});

interface Order extends Dated {
  readonly paidAt: string | null;
}

/** Every third one was never paid, the others an hour later. */
function ordersOf(records: readonly Dated[]): Order[] {
  return records.map((one) => ({
    ...one,
    paidAt: one.id % 3 === 0 ? null : at(Date.parse(one.createdAt) + HOUR_MS),
  }));
}

function newestFirst(records: readonly Order[]): Order[] {
  return [...records].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

function list(url: URL, records: readonly Order[], field: 'createdAt' | 'paidAt'): Reply {
  const from = url.searchParams.get('from');
  const to = url.searchParams.get('to') ?? '9999';
  const isInRange = (date: string | null) => from === null || (date !== null && date >= from && date <= to);
  return pageOf(
    url,
    records.filter((one) => isInRange(one[field])),
  );
}

/** Requests without the filter, which the proof makes. */
function glances(api: FakeApi): URL[] {
  return api.asked.filter((url) => !url.searchParams.has('from'));
}

const all = newestFirst(ordersOf(spread(300)));
const wanted = sorted(all.map(({ id }) => id));

describe('a date filter', () => {
  test('that leaves out records without another date is given up: the whole list is read', async () => {
    const api = fakeApi((url) => list(url, all, 'paidAt'));
    const run = await runRead([orders], api);
    expect(run.thrown).toBeUndefined();
    expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([
      expect.stringMatching(
        /does not filter by createdAt and leaves records out; reading the whole list instead \(of 300 records it counts 200 since .*, but there are more/,
      ),
    ]);
    expect(run.states('orders').at(-1)).toEqual({
      start_date: '2024-01-01T00:00:00.000Z',
      createdAt: all[0]?.createdAt,
      date_filter: 'partial',
    });
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test.each<[string, (url: URL, asked: number) => Reply]>([
    [
      'whose pages are cut',
      (url) => {
        const cut = new URL(url);
        cut.searchParams.set('perPage', String(Math.min(4, Number(url.searchParams.get('perPage')))));
        return list(cut, all, 'paidAt');
      },
    ],
    [
      'that works with both bounds only',
      (url) => {
        const without = new URL(url);
        if (!url.searchParams.has('to')) without.searchParams.delete('from');
        return list(without, all, 'paidAt');
      },
    ],
    [
      'of an API that once forgets to count',
      (url, asked) =>
        !url.searchParams.has('from') && asked < 5 ? { body: { data: [] } } : list(url, all, 'paidAt'),
    ],
  ])('%s is found out, too', async (_, reply) => {
    let unfiltered = 0;
    const api = fakeApi((url) => reply(url, url.searchParams.has('from') ? 0 : (unfiltered += 2)));
    const run = await runRead([orders], api);
    expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
  });

  test('is found out by a slice of few records, too, where pages are cut', async () => {
    // Created and paid long ago, but a few which are paid now.
    const late = all.map((one) => ({ ...one, paidAt: one.id < 2 ? at(NOW - HOUR_MS) : one.paidAt }));
    const api = fakeApi((url) => {
      const cut = new URL(url);
      cut.searchParams.set('perPage', '4');
      return list(cut, late, 'paidAt');
    });
    const state = { createdAt: at(NOW - 24 * HOUR_MS) };
    const run = await runRead([orders], api, { states: new Map([['orders', state]]) });
    expect(run.logs.filter((line) => line.includes('cannot be found out'))).toEqual([]);
    expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
  });

  test('that is found to leave out records has no STATE before it that says otherwise', async () => {
    const many = newestFirst(ordersOf(spread(3000)));
    const run = await runRead(
      [orders],
      fakeApi((url) => list(url, many, 'paidAt')),
    );
    const seen = new Set<unknown>();
    for (const message of run.messages) {
      if (message.type === 'RECORD') seen.add(message.record.data['id']);
      if (message.type !== 'STATE') continue;
      const mark = message.state.stream.stream_state['createdAt'] as string;
      const passed = many.filter(({ createdAt }) => createdAt <= mark && createdAt > at(START));
      expect(passed.filter(({ id }) => !seen.has(id))).toEqual([]);
    }
    expect(new Set(idsOf(run)).size).toBe(3000);
  });

  test.each([0.5, 1.5, 2, 3.5])(
    'that goes by a date which comes up to %d days later loses nothing where slices meet',
    async (days) => {
      const many = newestFirst(
        spread(5000).map((one) => ({
          ...one,
          paidAt: at(Date.parse(one.createdAt) + ((one.id * 7919) % 1000) * 0.024 * days * HOUR_MS),
        })),
      );
      const run = await runRead(
        [orders],
        fakeApi((url) => list(url, many, 'paidAt')),
      );
      const came = new Set(idsOf(run));
      expect(many.filter(({ id }) => !came.has(id))).toEqual([]);
    },
  );

  test('that does what it should costs one request more, and nothing comes twice', async () => {
    const api = fakeApi((url) => list(url, all, 'createdAt'));
    const run = await runRead([orders], api, { takesEarlier: true });
    expect(sorted(idsOf(run))).toEqual(wanted);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    const asked = glances(api).map(({ searchParams }) => Object.fromEntries(searchParams));
    expect(asked).toEqual([{ perPage: '10', page: '1' }]);
    // One of them is behind the last page, which is full.
    expect(api.asked).toHaveLength(all.length / 10 + 2);
  });

  test('is held against everything that there is, whatever a sync asks for', async () => {
    const api = fakeApi((url) => list(url, all, 'createdAt'));
    const states = new Map([['orders', { createdAt: at(NOW - 24 * HOUR_MS) }]]);
    await runRead([orders], api, { states });
    const asked = api.asked.map(({ searchParams }) => Object.fromEntries(searchParams));
    expect(asked.slice(1)).toEqual([
      { perPage: '10', page: '1' },
      { from: '2000-01-01T00:00:00.000Z', to: at(NOW + 2 * 24 * HOUR_MS), perPage: '10', page: '1' },
    ]);
  });

  test.each([
    ['without a state', undefined],
    ['after an ordinary sync', { createdAt: at(NOW - 48 * HOUR_MS) }],
    ['after a sync that found it out', { createdAt: at(NOW - 48 * HOUR_MS), date_filter: 'partial' }],
  ])('that leaves out one record of many is given up %s', async (_, state) => {
    const last = all[2];
    const paid = all.map((one) => ({ ...one, paidAt: one === last ? null : one.createdAt }));
    const run = await runRead(
      [orders],
      fakeApi((url) => list(url, paid, 'paidAt')),
      { states: new Map(state === undefined ? [] : [['orders', state]]) },
    );
    expect(idsOf(run)).toContain(last?.id);
  });

  test.each([
    ['the start date', {}],
    [
      'the state of a sync of yesterday',
      { states: new Map([['orders', { createdAt: at(NOW - 24 * HOUR_MS), date_filter: 'partial' }]]) },
    ],
    [
      'an older state',
      { states: new Map([['orders', { createdAt: at(START + 40 * 24 * HOUR_MS), date_filter: 'partial' }]]) },
    ],
    ['an end date', { endDate: at(START + 90 * 24 * HOUR_MS) }],
  ])('is proven from %s on, too', async (_, options) => {
    const older = newestFirst([
      ...ordersOf(
        Array.from({ length: 50 }, (__, i) => ({ id: 1000 + i, createdAt: at(START - i * 24 * HOUR_MS) })),
      ),
      ...all,
    ]);
    const run = await runRead(
      [orders],
      fakeApi((url) => list(url, older, 'createdAt')),
      options,
    );
    const other = await runRead(
      [orders],
      fakeApi((url) => list(url, older, 'paidAt')),
      options,
    );
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    expect(new Set(idsOf(run)).size).toBe(idsOf(run).length);
    expect(sorted([...new Set(idsOf(other))])).toEqual(sorted(idsOf(run)));
  });

  test('that leaves out records has done so for the syncs before, of another connector too: once, all are read', async () => {
    const api = () => fakeApi((url) => list(url, all, 'paidAt'));
    const states = new Map([['orders', { createdAt: at(NOW - 24 * HOUR_MS) }]]);
    const first = await runRead([orders], api(), { states });
    expect(sorted([...new Set(idsOf(first))])).toEqual(wanted);
    const state = first.states('orders').at(-1) ?? {};
    const second = await runRead([orders], api(), { states: new Map([['orders', state]]) });
    expect(idsOf(second).length).toBeLessThan(10);
  });

  test('that leaves out records is not taken for one that is ignored, where others come that should not', async () => {
    // Every fifth is paid five days after it was made, and so asked for by another date than its own.
    const late = all.map((one) =>
      one.id % 5 === 0 && one.paidAt !== null
        ? { ...one, paidAt: at(Date.parse(one.paidAt) + 120 * HOUR_MS) }
        : one,
    );
    const api = () => fakeApi((url) => list(url, late, 'paidAt'));
    const states = new Map([['orders', { createdAt: at(NOW - 240 * HOUR_MS) }]]);
    expect(sorted([...new Set(idsOf(await runRead([orders], api(), { states })))])).toEqual(wanted);
  });
});

describe('what is not taken for a fault of the filter', () => {
  test('records that come in between', async () => {
    let count = 200;
    const growing = fakeApi((url) => {
      count += 1;
      const now = ordersOf(
        Array.from({ length: count }, (_, id) => ({ id, createdAt: at(NOW - 1000 * HOUR_MS + id * 1000) })),
      );
      return list(url, newestFirst(now), 'createdAt');
    });
    const run = await runRead([orders], growing);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    expect(glances(growing).length).toBeGreaterThan(0);
  });

  test('a list that is oldest first', async () => {
    const old = Array.from({ length: 50 }, (_, i) => ({
      id: 1000 + i,
      createdAt: at(START - (i + 5) * 24 * HOUR_MS),
    }));
    const oldestFirst = newestFirst([...all, ...ordersOf(old)]).reverse();
    const run = await runRead(
      [orders],
      fakeApi((url) => list(url, oldestFirst, 'createdAt')),
    );
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    expect(sorted(idsOf(run))).toEqual(wanted);
  });

  test('a count of something else', async () => {
    const api = fakeApi((url) => {
      const { body } = list(url, all, 'createdAt') as { body: { data: unknown[]; meta: object } };
      return { body: { ...body, meta: { ...body.meta, total: body.data.length } } };
    });
    const run = await runRead([orders], api);
    expect(sorted(idsOf(run))).toEqual(wanted);
    expect(run.logs.filter((line) => line.includes('does not filter'))).toEqual([]);
  });

  test('an API that refuses the question', async () => {
    const api = fakeApi((url) =>
      url.searchParams.has('from')
        ? list(url, all, 'createdAt')
        : { status: 400, body: { message: 'from is required' } },
    );
    const run = await runRead([orders], api);
    expect(sorted(idsOf(run))).toEqual(wanted);
    expect(run.errors).toEqual([]);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([
      expect.stringMatching(
        /cannot be found out whether the API's date filter leaves records out .*HTTP 400/,
      ),
    ]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });
});

test('slices stay open, to be read once more, where an outage keeps it from being found out', async () => {
  const api = (fails: boolean) =>
    fakeApi((url) => {
      const isQuestion = !url.searchParams.has('from') || (url.searchParams.get('from') ?? '') < '2001';
      return fails && isQuestion ? { status: 503, body: {} } : list(url, all, 'paidAt');
    });
  // Once it has passed, nothing would be read again.
  const endDate = at(NOW - HOUR_MS);
  const first = await runRead([orders], api(true), { endDate });
  expect(first.course('orders').at(-1)).toBe('COMPLETE');
  const state = first.states('orders').at(-1) ?? {};
  expect(state).toHaveProperty('short');
  const states = new Map([['orders', state]]);
  const second = await runRead([orders], api(false), { endDate, states });
  const came = new Set([...idsOf(first), ...idsOf(second)]);
  expect(all.filter(({ id, createdAt }) => createdAt < endDate && !came.has(id))).toEqual([]);
  // An outage that does not end must not have the same read for ever.
  const again = await runRead([orders], api(true), { endDate, states });
  expect(again.states('orders').at(-1)).not.toHaveProperty('short');
});

/** As a list that is sorted by its ids: now and then a record is dated a little before the one that came before it. */
function disordered(records: readonly Order[]): Order[] {
  return records.map((one, i) => {
    const before = records[i - 1];
    const ms = i % 7 === 3 && before !== undefined ? Date.parse(before.createdAt) + 1000 : NaN;
    return Number.isNaN(ms) ? one : { ...one, createdAt: at(ms) };
  });
}

test('a filter by another date is found out though the list is not quite in the order of its dates', async () => {
  const run = await runRead(
    [orders],
    fakeApi((url) => list(url, disordered(all), 'paidAt')),
  );
  expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
});

test('that it cannot be found out in a list without an order is said, where the counts speak for it', async () => {
  const shuffled = [...all].sort((a, b) => ((a.id * 7919) % 301) - ((b.id * 7919) % 301));
  const run = await runRead(
    [orders],
    fakeApi((url) => list(url, shuffled, 'paidAt')),
  );
  expect(run.logs).toContainEqual(
    expect.stringMatching(/^WARN .* cannot be found out .* no order of their dates/),
  );
});

describe('a filter that an earlier sync has found to leave out records is not trusted', () => {
  const state = { createdAt: at(NOW - 48 * HOUR_MS), date_filter: 'partial' };
  const late = { ...ordersOf(spread(1))[0], id: 9000, createdAt: at(NOW - 30 * HOUR_MS), paidAt: null };
  const records = newestFirst([...all, late]);

  test.each<[string, number, (url: URL) => Reply]>([
    ['does not answer', 2, () => ({ status: 504, body: {} })],
    [
      'says nothing of its records',
      4,
      (url) => ({ body: { data: (list(url, records, 'paidAt') as { body: { data: unknown } }).body.data } }),
    ],
  ])('where the list without it %s once more', async (_, failing, reply) => {
    let glanced = 0;
    const api = fakeApi((url) =>
      !url.searchParams.has('from') && ++glanced <= failing ? reply(url) : list(url, records, 'paidAt'),
    );
    const patience = { retries: 1, rateLimitWaits: 1 };
    const run = await runRead([orders], api, { states: new Map([['orders', state]]), context: { patience } });
    expect(idsOf(run)).toContain(9000);
  });
});

test('whichever of two dates the filter goes by, and whenever the orders were paid: none is lost', async () => {
  const time = fc.integer({ min: START - 60 * 24 * HOUR_MS, max: NOW - 1 });
  const delay = fc.oneof(
    fc.constant(Infinity),
    fc.nat({ max: 12 * HOUR_MS }),
    fc.nat({ max: 100 * 24 * HOUR_MS }),
  );
  const field = fc.constantFrom('createdAt' as const, 'paidAt' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(time, delay), { minLength: 100, maxLength: 300 }),
      field,
      async (made, by) => {
        const records = made.map(([ms, wait], id) => ({
          id,
          createdAt: at(ms),
          paidAt: ms + wait > NOW ? null : at(ms + wait),
        }));
        const run = await runRead(
          [orders],
          fakeApi((url) => list(url, newestFirst(records), by)),
        );
        const wanted = records.filter(({ createdAt }) => createdAt >= at(START)).map(({ id }) => id);
        expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
      },
    ),
    { numRuns: 60 },
  );
});
