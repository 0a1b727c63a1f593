/** Slices so short that requests reach no further than they must, and an API that cuts the ends of what it is asked for. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  byCountedPage,
  childStreamOf,
  createdBetween,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { at, fakeApi, idsOf, NOW, pageOf, runRead, sorted } from '../../test-support/read-run.fixture.js';
import type { Dated, FakeApi, ReadRun, Reply } from '../../test-support/read-run.fixture.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';

const { retriever } = streamOf('orders');
const orders = streamOf('orders', {
  retriever: { ...retriever, paginator: byCountedPage },
  incremental_sync: createdBetween,
});

/** 1,500 in 19 days; a page has 10, and a slice up to 50 of them. */
const SINCE = Date.parse('2024-05-27T00:00:00.000Z');
const all: Dated[] = Array.from({ length: 1500 }, (_, id) => ({
  id,
  createdAt: at(SINCE + Math.floor(((NOW - SINCE) / 1500) * id)),
}));
const wanted = all.map(({ id }) => id);
const startDate = at(SINCE);

/** The day of a time, of a zone so many hours ahead of UTC, as the hour at which it begins. */
function dayOf(time: string, zone: number): number {
  return Math.floor((Date.parse(time) + zone * HOUR_MS) / DAY_MS) * DAY_MS - zone * HOUR_MS;
}

interface Filter {
  readonly from: (time: string) => number;
  readonly to: (time: string) => number;
}

const exact = (time: string): number => Date.parse(time);

function between({ from, to }: Filter, records: () => readonly Dated[] = () => all): FakeApi {
  return fakeApi((url): Reply => {
    const { searchParams } = url;
    const start = from(searchParams.get('from') ?? '');
    const end = to(searchParams.get('to') ?? '');
    const isIn = ({ createdAt }: Dated): boolean =>
      Date.parse(createdAt) >= start && Date.parse(createdAt) <= end;
    return pageOf(url, records().filter(isIn).reverse());
  });
}

function ids(run: ReadRun): number[] {
  return sorted([...new Set(idsOf(run))]);
}

function warnings(run: ReadRun): string[] {
  return run.logs.filter((line) => line.startsWith('WARN'));
}

describe('a filter that cuts the ends of short slices to a day of its own', () => {
  test.each([-11, -3, 1, 14])('%i hours from UTC is found out, and nothing is lost', async (zone) => {
    const run = await runRead([orders], between({ from: exact, to: (time) => dayOf(time, zone) }), {
      startDate,
    });
    expect(run.thrown).toBeUndefined();
    expect(ids(run)).toEqual(wanted);
    expect(warnings(run)).toEqual([
      expect.stringMatching(/by whole days .* \(of 4 days it counts \d+ records at once, \d+ one by one\)$/),
    ]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test('is found out of the parents by whose dates a child stream goes', async () => {
    const { http, asked } = between({ from: exact, to: (time) => dayOf(time, 1) });
    const children = fakeApi((url) => pageOf(url, [{ id: Number(url.pathname.split('/')[2]) }]));
    const api: FakeApi = {
      asked,
      http: async (request) =>
        new URL(request.url).pathname === '/orders' ? http(request) : children.http(request),
    };
    const extensions = { cursor_field_aliases: ['createdAt'] };
    const items = {
      ...childStreamOf('items', orders),
      incremental_sync: { ...createdBetween, cursor_field: 'parent_createdAt', extensions },
    };
    const run = await runRead([items], api, { startDate });
    const read = sorted([...new Set(run.records('items').map(({ parent_id }) => parent_id))]);
    expect(read).toEqual(wanted);
  });

  test('has no STATE before that which closes a slice', async () => {
    const run = await runRead([orders], between({ from: exact, to: (time) => dayOf(time, 1) }), {
      startDate,
    });
    const closed = run.states('orders').filter((state) => 'closed_slices' in state);
    expect(closed.length).toBeGreaterThan(0);
    expect(closed.every((state) => state['date_filter'] === 'days')).toBe(true);
  });

  test('is not looked for again by the sync that goes on', async () => {
    const api = () => between({ from: exact, to: (time) => dayOf(time, 1) });
    const first = await runRead([orders], api(), { startDate });
    const state = first.states('orders').find((one) => 'closed_slices' in one) ?? {};
    const second = await runRead([orders], api(), { startDate, states: new Map([['orders', state]]) });
    expect(warnings(second)).toEqual([]);
  });
});

describe('a filter that does what it should', () => {
  test('costs five requests more, and nothing comes twice', async () => {
    const api = between({ from: exact, to: exact });
    const run = await runRead([orders], api, { startDate });
    expect(run.records('orders')).toHaveLength(all.length);
    expect(ids(run)).toEqual(wanted);
    expect(warnings(run)).toEqual([]);
    const ranges = api.asked.filter(({ searchParams }) => searchParams.get('page') === '1');
    const slices = run.logs.filter((line) => / slice .* closed, /.test(line));
    expect(ranges).toHaveLength(1 + slices.length + 5);
  });

  test.each([
    ['are deleted', (answers: number) => all.filter(({ id }) => id < 300 || id >= 300 + answers)],
    [
      'come in',
      (answers: number) =>
        [...all, ...all.slice(300, 300 + answers).map((one) => ({ ...one, id: one.id + 2000 }))].sort(
          (a, b) => a.createdAt.localeCompare(b.createdAt),
        ),
    ],
  ])('is not taken for one that does not where records %s meanwhile', async (_, recordsAfter) => {
    let answers = 0;
    const api = between({ from: exact, to: exact }, () => recordsAfter(answers++));
    const run = await runRead([orders], api, { startDate });
    expect(warnings(run).filter((line) => line.includes('whole days'))).toEqual([]);
  });
});

test.each([
  [0, 3],
  [4, 8],
  [8, 10],
  [14, 16],
])(
  'no record of the few nights that have any is lost where only ends are cut to days (%i to %i)',
  async (from, to) => {
    const begin = Date.parse('2024-04-16T00:00:00.000Z');
    const records = Array.from({ length: 20 }, (_, day) => {
      const dawn = begin + day * DAY_MS + 6 * HOUR_MS;
      const byDay = Array.from({ length: 150 }, (__, i) => dawn + i * 320_000);
      return day >= from && day < to ? [...byDay, dawn + 17.5 * HOUR_MS] : byDay;
    })
      .flat()
      .map((ms, id): Dated => ({ id, createdAt: at(ms) }));
    const api = between({ from: exact, to: (time) => dayOf(time, 1) }, () => records);
    const run = await runRead([orders], api, { startDate: at(begin - 5 * DAY_MS) });
    const came = new Set(ids(run));
    expect(records.filter(({ id }) => !came.has(id))).toEqual([]);
  },
);

test('wherever the ends are cut, no record is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: -12, max: 14 }),
      fc.boolean(),
      fc.boolean(),
      fc.noShrink(
        fc.array(fc.integer({ min: 0, max: 19 * 24 * 60 - 1 }), { minLength: 1500, maxLength: 1500 }),
      ),
      async (zone, cutsFrom, cutsTo, minutes) => {
        const records = minutes
          .sort((a, b) => a - b)
          .map((minute, id): Dated => ({ id, createdAt: at(SINCE + minute * MINUTE_MS) }));
        const cut = (time: string): number => dayOf(time, zone);
        const api = between({ from: cutsFrom ? cut : exact, to: cutsTo ? cut : exact }, () => records);
        const run = await runRead([orders], api, { startDate });
        expect(ids(run)).toEqual(records.map(({ id }) => id));
      },
    ),
    { numRuns: 12 },
  );
});
