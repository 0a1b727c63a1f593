/** Slices without records, as of an API that has lost them for a moment: what they hold would be lost for good. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import {
  byCountedPage,
  byPage,
  childStreamOf,
  createdBetween,
  streamOf,
} from '../../test-support/definitions.fixture.js';
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
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import { DAY_MS, HOUR_MS } from '../durations.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
const counted = { ...orders, retriever: { ...orders.retriever, paginator: byCountedPage } };
const uncounted = { ...orders, retriever: { ...orders.retriever, paginator: byPage } };
const all = spread(1000);
const ids = all.map(({ id }) => id);

const healthy = (): FakeApi => fakeApi((url) => listBetween(url, all));
const statesOf = (run: ReadRun): ReadonlyMap<string, JsonObject> =>
  new Map([['orders', run.states('orders').at(-1) ?? {}]]);
const isFirstPage = ({ searchParams }: URL): boolean => searchParams.get('page') === '1';

/** Answers the nth address that asks for a first page with nothing, so many times. */
function losing(nth: number, times = 1): FakeApi {
  const seen: string[] = [];
  let left = times;
  return fakeApi((url) => {
    if (!isFirstPage(url)) return listBetween(url, all);
    if (!seen.includes(url.search)) seen.push(url.search);
    return seen.indexOf(url.search) === nth && left-- > 0 ? pageOf(url, []) : listBetween(url, all);
  });
}

describe.each([0, 1, 2, 3, 5, 8])('an answer without records to the first page of list %i', (nth) => {
  test.each([1, 2])('that nobody counts, %i times, costs none', async (times) => {
    const first = await runRead([uncounted], losing(nth, times), { numWorkers: 1 });
    const second = await runRead([uncounted], healthy(), { states: statesOf(first) });
    expect(sorted([...new Set([...idsOf(first), ...idsOf(second)])])).toEqual(ids);
  });

  test('that goes on with an interrupted sync costs none', async () => {
    // Parts in the middle of the range fail.
    const broken = fakeApi((url) => {
      const from = url.searchParams.get('from') ?? '';
      return from > '2024-02-15' && from < '2024-04-15' ? { status: 500, body: {} } : listBetween(url, all);
    });
    const first = await runRead([counted], broken);
    expect(first.states('orders').at(-1)).toHaveProperty('closed_slices');
    const second = await runRead([counted], losing(nth), { states: statesOf(first), numWorkers: 1 });
    const third = await runRead([counted], healthy(), { states: statesOf(second) });
    const came = new Set([first, second, third].flatMap((run) => idsOf(run)));
    expect(sorted([...came])).toEqual(ids);
  });
});

test('an answer without records to the newest part of an interrupted sync is not taken for all of it', async () => {
  const isNewest = (url: URL): boolean => (url.searchParams.get('from') ?? '') > '2024-05';
  // All but the newest part is read.
  const first = await runRead(
    [counted],
    fakeApi((url) => (isNewest(url) ? { status: 500, body: {} } : listBetween(url, all))),
  );
  expect(first.states('orders').at(-1)).not.toEqual({});
  let left = 1;
  const second = await runRead(
    [counted],
    fakeApi((url) => (isNewest(url) && left-- > 0 ? pageOf(url, []) : listBetween(url, all))),
    { states: statesOf(first) },
  );
  expect(left).toBeLessThan(1);
  expect(sorted([...new Set([...idsOf(first), ...idsOf(second)])])).toEqual(ids);
});

test('an answer without records to a part of the list of parents costs no children', async () => {
  const items = {
    ...childStreamOf('items', uncounted),
    // The dates of parents, by which their list is asked for.
    incremental_sync: { ...createdBetween, cursor_field: 'createdAt' },
  };
  const of = (url: URL): string | undefined => url.pathname.split('/')[2];
  let left = 1;
  const api = fakeApi((url) => {
    if (of(url) !== undefined) return pageOf(url, [{ id: of(url) }]);
    const isPart = isFirstPage(url) && (url.searchParams.get('from') ?? '') > '2024-02';
    return isPart && left-- > 0 ? pageOf(url, []) : listBetween(url, all);
  });
  const run = await runRead([items], api, { numWorkers: 1 });
  expect(left).toBeLessThan(1);
  expect(sorted([...new Set(idsOf(run, 'items'))])).toEqual(ids);
});

test('older records that have changed are asked for again before it is believed that there are none', async () => {
  const changed_since = {
    start_time_option: requestParameter('changed_from'),
    end_time_option: requestParameter('changed_to'),
  };
  const stream = {
    ...counted,
    incremental_sync: { ...createdBetween, extensions: { changed_since } },
  };
  const isOfChanges = (url: URL): boolean => url.searchParams.has('changed_from');
  let left = 1;
  const api = fakeApi((url) => {
    if (!isOfChanges(url)) return listBetween(url, all);
    return left-- > 0 ? pageOf(url, []) : pageOf(url, all.slice(0, 3));
  });
  const states = new Map([['orders', { start_date: at(START), createdAt: at(NOW - DAY_MS) }]]);
  const run = await runRead([stream], api, { states });
  expect(idsOf(run)).toEqual(expect.arrayContaining([0, 1, 2]));
});

test('an account that has nothing for years is asked for them hardly more than once', async () => {
  const byFortnights = {
    ...counted,
    incremental_sync: {
      ...createdBetween,
      step: 'P14D',
      extensions: { limited_range: true as const },
    },
  };
  const recent = Array.from({ length: 5 }, (_, id) => ({ id, createdAt: at(NOW - (id + 1) * HOUR_MS) }));
  const api = fakeApi((url) => listBetween(url, recent));
  const run = await runRead([byFortnights], api, { startDate: '2014-01-01T00:00:00Z' });
  expect(idsOf(run)).toHaveLength(5);
  const asked = api.asked.filter(isFirstPage).length;
  const lists = new Set(api.asked.filter(isFirstPage).map(({ search }) => search)).size;
  expect(lists).toBeGreaterThan(250);
  // Ten lists, twice more each, and those that were under way beside the last of them.
  expect(asked - lists).toBeLessThanOrEqual(2 * (10 + 4));
});

test('a sync that brings nothing new asks no more for it', async () => {
  const api = fakeApi((url) => pageOf(url, []));
  const states = new Map([['orders', { start_date: at(START), createdAt: at(NOW - DAY_MS) }]]);
  await runRead([counted], api, { states });
  expect(api.asked).toHaveLength(1);
});
