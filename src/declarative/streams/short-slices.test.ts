/** Slices of which fewer records come than the API counts. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { byCountedPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  listBetween,
  NOW,
  pageOf,
  runRead,
  sorted,
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { Dated, ReadRun } from '../../test-support/read-run.fixture.js';
import { DAY_MS } from '../durations.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
describe('records that are missing by the API’s own count', () => {
  const all = spread(1000);
  const { retriever } = orders;
  const list = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
  const isHidden = ({ id }: Dated): boolean => id >= 400 && id < 410;

  /** Counts the hidden ones, but does not send them. */
  const hiding = () =>
    fakeApi((url) => {
      const reply = listBetween(url, all) as { body: { data: Dated[] } };
      return { body: { ...reply.body, data: reply.body.data.filter((one) => !isHidden(one)) } };
    });
  const healthy = () => fakeApi((url) => listBetween(url, all));
  const stateOf = (run: ReadRun): ReadonlyMap<string, JsonObject> =>
    new Map([['orders', run.states('orders').at(-1) ?? {}]]);

  test('keep their slice open, and come with the next sync, which reads no other slice again', async () => {
    const first = await runRead([list], hiding());
    expect(first.course('orders').at(-1)).toBe('COMPLETE');
    expect(first.logs.some((line) => /WARN .* 10 may be missing$/.test(line))).toBe(true);
    expect(first.states('orders').at(-1)?.['createdAt']).not.toBe(all.at(-1)?.createdAt);

    const second = await runRead([list], healthy(), { states: stateOf(first) });
    const came = [...idsOf(first), ...idsOf(second)];
    expect(all.filter(({ id }) => !came.includes(id))).toEqual([]);
    expect(idsOf(second).length).toBeLessThan(500);
    expect(second.states('orders').at(-1)).not.toHaveProperty('closed_slices');
  });

  test('keep their slice open although another one was short in the sync before', async () => {
    const many = spread(6000);
    const lacking = (id: number, requests = Infinity) => {
      let answered = 0;
      return fakeApi((url) => {
        if (++answered > requests) return { status: 500, body: {} };
        const reply = listBetween(url, many) as { body: { data: Dated[] } };
        return { body: { ...reply.body, data: reply.body.data.filter((one) => one.id !== id) } };
      });
    };
    const first = await runRead([list], lacking(300, 330));
    expect(first.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(first.states('orders').at(-1)?.['short']).toHaveLength(1);
    const second = await runRead([list], lacking(4000), { states: stateOf(first) });
    expect(second.logs.filter((line) => line.includes('came short again'))).toEqual([]);
    const third = await runRead(
      [list],
      fakeApi((url) => listBetween(url, many)),
      { states: stateOf(second) },
    );
    const came = new Set([first, second, third].flatMap((run) => idsOf(run)));
    expect(many.filter(({ id }) => !came.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('because those of one date come in another order on each page are found with pages of other sizes', async () => {
    const many = Array.from({ length: 400 }, (_, id) => ({ id, createdAt: '2024-03-01T00:00:00.000Z' }));
    // As of a database that sorts by the date alone: where a record stands depends on how many are asked for.
    const unsorted = fakeApi((url) => {
      const end = Number(url.searchParams.get('page')) * Number(url.searchParams.get('perPage'));
      const place = ({ id }: Dated): number => ((id + 1) * (2 * end + 1) * 7919) % 401;
      return pageOf(
        url,
        [...many].sort((a, b) => place(a) - place(b)),
      );
    });
    const run = await runRead([list], unsorted);
    const came = new Set(idsOf(run));
    // One reading brings about two thirds.
    expect(came.size).toBeGreaterThan(380);
    expect(run.logs.some((line) => /WARN .* may be missing$/.test(line))).toBe(true);
  });

  test('do not have their slice cut when it is read again, in smaller pages, which are more', async () => {
    const some = spread(480);
    const lacking = fakeApi((url) => {
      const reply = listBetween(url, some) as { body: { data: Dated[] } };
      return { body: { ...reply.body, data: reply.body.data.filter(({ id }) => id !== 7) } };
    });
    const run = await runRead([list], lacking);
    // Of 48 pages of ten, and of 60 of eight.
    expect(lacking.asked.filter(({ searchParams }) => searchParams.get('perPage') === '8')).not.toEqual([]);
    expect(sorted(idsOf(run))).toEqual(sorted(some.map(({ id }) => id).filter((id) => id !== 7)));
  });

  test('do not hold up the syncs for ever if the count stays too high', async () => {
    const first = await runRead([list], hiding());
    const again = /WARN orders: .*again; what the API says of more records is taken for wrong/;
    expect(first.logs.filter((line) => again.test(line))).toEqual([]);
    const second = await runRead([list], hiding(), { states: stateOf(first) });
    expect(second.logs.filter((line) => again.test(line))).toHaveLength(1);
    expect(second.states('orders').at(-1)).not.toHaveProperty('closed_slices');
    const third = await runRead([list], hiding(), { states: stateOf(second) });
    expect(idsOf(third).length).toBeLessThan(300);
  });

  test.each([
    ['of one slice', createdBetween],
    [
      'without a date filter',
      { type: 'DatetimeBasedCursor', cursor_field: 'createdAt', datetime_format: '' },
    ],
  ] as const)('do not do so where the list is %s either', async (_, incremental_sync) => {
    const few = spread(30);
    const short = () =>
      fakeApi((url) => {
        const { body } = listBetween(url, few) as { body: { data: Dated[]; meta: object } };
        return { body: { ...body, data: body.data.filter(({ id }) => id !== 7) } };
      });
    const small = { ...list, incremental_sync };
    const first = await runRead([small], short());
    expect(first.states('orders').at(-1)).toMatchObject({
      createdAt: at(START),
      short: [{ start: at(START), end: at(NOW) }],
    });
    const second = await runRead([small], short(), { states: stateOf(first) });
    expect(sorted(idsOf(second))).toEqual(sorted(idsOf(first)));
    expect(second.states('orders').at(-1)).toEqual({
      start_date: at(START),
      createdAt: few.at(-1)?.createdAt,
    });
  });
});

describe('a part of the history that is answered with nothing, not even a count', () => {
  const many = spread(6000);
  const { retriever } = orders;
  const list = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
  /** @param times that one part is answered so */
  const forgetful = (times: number) => {
    let parts = 0;
    let asked = 0;
    let faulty: string | undefined;
    return fakeApi((url) => {
      const from = url.searchParams.get('from') ?? undefined;
      if (faulty === undefined && from !== undefined && ++parts === 6) faulty = from;
      const isFaulty = from === faulty && from !== undefined && asked < times;
      if (isFaulty) asked++;
      return isFaulty ? { body: { data: [], meta: {} } } : listBetween(url, many);
    });
  };
  const missing = (...runs: ReadRun[]) => {
    const came = new Set(runs.flatMap((run) => idsOf(run)));
    return many.filter(({ id }) => !came.has(id)).length;
  };

  test('once is asked for again', async () => {
    const run = await runRead([list], forgetful(1));
    expect(missing(run)).toBe(0);
    expect(run.states('orders').at(-1)).not.toHaveProperty('closed_slices');
  });

  test('each time stays open, and is read by the next sync', async () => {
    const first = await runRead([list], forgetful(Infinity));
    expect(first.course('orders').at(-1)).toBe('COMPLETE');
    expect(missing(first)).toBeGreaterThan(0);
    const second = await runRead([list], forgetful(0), {
      states: new Map([['orders', first.states('orders').at(-1) ?? {}]]),
    });
    expect(missing(first, second)).toBe(0);
  });
});

describe('an outage in the middle of a sync, in which the API answers with nothing', () => {
  const many = spread(12_000);
  const { retriever } = orders;
  const list = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
  const NOTHING = { data: [] };
  const ZERO = { data: [], meta: { total: 0, pageCount: 0 } };
  /** @param from number of the first request that is answered so, and of the first that is not any more */
  const failing = (records: readonly Dated[], answer: unknown, from: number, to = Infinity) => {
    let asked = 0;
    return fakeApi((url) => {
      const isFaulty = ++asked >= from && asked < to;
      return isFaulty ? { body: answer } : listBetween(url, [...records]);
    });
  };
  const missing = (records: readonly Dated[], runs: readonly ReadRun[]): number => {
    const came = new Set(runs.flatMap((run) => idsOf(run)));
    return records.filter(({ id }) => !came.has(id)).length;
  };
  /** One sync with the outage, and one without. */
  const readTwice = async (records: readonly Dated[], answer: unknown, from: number, to?: number) => {
    const first = await runRead([list], failing(records, answer, from, to), { numWorkers: 20 });
    const second = await runRead([list], failing(records, answer, Infinity), {
      states: new Map([['orders', first.states('orders').at(-1) ?? {}]]),
    });
    return { first, second, missed: missing(records, [first, second]) };
  };

  test.each([
    ['not even a count, to its end', NOTHING, 60, undefined],
    ['not even a count, for a while', NOTHING, 60, 400],
    ['a count of zero, to its end', ZERO, 60, undefined],
    ['a count of zero, for a while', ZERO, 60, 400],
    ['a count of zero, from the first part on', ZERO, 2, 40],
  ])('%s: what is missing comes with the next sync', async (_, answer, from, to) => {
    const { first, missed } = await readTwice(many, answer, from, to);
    expect(first.course('orders').at(-1)).toBe('COMPLETE');
    expect(missed).toBe(0);
  });

  test('of a list that is not cut: a count of zero does not make up for records that are missing', async () => {
    const few = spread(45);
    const { first, missed } = await readTwice(few, ZERO, 3, 60);
    expect(missing(few, [first])).toBeGreaterThan(0);
    expect(missed).toBe(0);
  });
});

test('a slice of which records come, but no count, is closed although others are counted', async () => {
  const all = spread(30);
  const list = {
    ...orders,
    retriever: { ...orders.retriever, paginator: byCountedPage },
    incremental_sync: { ...createdBetween, step: 'P2M', extensions: { limited_range: true } },
  } as const;
  const run = await runRead(
    [list],
    fakeApi((url) => {
      const { body } = listBetween(url, all) as { body: { meta: object } };
      const isCounted = (url.searchParams.get('from') ?? '') < at(START);
      return { body: { ...body, meta: { ...body.meta, ...(isCounted ? {} : { total: null }) } } };
    }),
  );
  expect(idsOf(run)).toHaveLength(30);
  expect(run.logs.filter((line) => line.includes('stays open'))).toEqual([]);
});

test('a slice that is never counted is believed in the end', async () => {
  const all = spread(100);
  const { retriever } = orders;
  const list = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
  const api = () =>
    fakeApi((url) => {
      const reply = listBetween(url, all) as { body: { data: Dated[] } };
      return reply.body.data.length === 0 ? { body: { data: [], meta: {} } } : reply;
    });
  let state: JsonObject | undefined;
  for (let sync = 0; sync < 3; sync++) {
    const run = await runRead([list], api(), {
      states: new Map(state === undefined ? [] : [['orders', state]]),
    });
    state = run.states('orders').at(-1);
  }
  expect(state).not.toHaveProperty('short');
});

test('what is wrong with an empty answer is said, and that its slice stays open though nothing came', async () => {
  const months = { ...createdBetween, extensions: { limited_range: true } } as const;
  const { retriever } = orders;
  const stream = streamOf('orders', {
    incremental_sync: months,
    retriever: { ...retriever, paginator: byCountedPage },
  });
  const api = fakeApi((url) => {
    const isLate = (url.searchParams.get('from') ?? '') > at(NOW - 40 * DAY_MS);
    return isLate ? { body: { data: [], meta: { page: 1 } } } : listBetween(url, spread(20));
  });
  const run = await runRead([stream], api, { numWorkers: 1 });
  expect(run.logs).toContainEqual(
    'INFO orders: an answer of /orders counts nothing at "meta.total"; asking again, in case it was cut short',
  );
  expect(run.logs).toContainEqual(
    expect.stringMatching(/^INFO orders: slice .* stays open, to be read again by the next sync, 0 records$/),
  );
});
