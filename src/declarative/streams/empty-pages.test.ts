/** Pages without records where there were to be some, as of an API that has lost them for a moment. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { items, parentsOf } from '../../test-support/child-lists.fixture.js';
import { byCountedPage, byPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
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
import type { Dated, FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import type { DefaultPaginator } from '../components.js';
import { MINUTE_MS } from '../durations.js';

const byLink: DefaultPaginator = {
  ...byPage,
  pagination_strategy: {
    ...byPage.pagination_strategy,
    extensions: { next_page: ['paging', 'next'] },
  },
};
const byToken: DefaultPaginator = {
  ...byPage,
  pagination_strategy: {
    type: 'CursorPagination',
    page_size: byPage.pagination_strategy.page_size,
    cursor_value: { response: ['paging', 'next'] },
  },
  page_token_option: requestParameter('page'),
};

/**
 * A list that nobody counts.
 * @param fails how often a page comes without records, and then with them
 * @param says what stands in the place of the next page's number, or token
 */
function listApi(
  records: readonly Dated[],
  fails: (page: number) => number,
  says: (page: number, isLast: boolean, isEmpty: boolean) => unknown,
): FakeApi {
  const failed = new Map<string, number>();
  return fakeApi((url) => {
    const { searchParams } = url;
    const page = Number(searchParams.get('page') ?? 1);
    const size = Number(searchParams.get('perPage'));
    const from = searchParams.get('from') ?? '';
    const to = searchParams.get('to') ?? '9999';
    const all = records.filter(({ createdAt }) => createdAt >= from && createdAt <= to).reverse();
    const times = failed.get(url.search) ?? 0;
    const isEmpty = times < fails(page);
    if (isEmpty) failed.set(url.search, times + 1);
    const next = says(page, page * size >= all.length, isEmpty);
    return {
      body: {
        data: isEmpty ? [] : all.slice((page - 1) * size, page * size),
        paging: next === undefined ? {} : { next },
      },
    };
  });
}

const honest = (page: number, isLast: boolean): unknown => (isLast ? null : String(page + 1));
const endsWhenEmpty = (page: number, isLast: boolean, isEmpty: boolean): unknown =>
  isEmpty ? null : honest(page, isLast);

/** How often each address was asked for that was asked for more than once. */
function askedAgain({ asked }: FakeApi): number[] {
  const times = new Map<string, number>();
  for (const { search } of asked) times.set(search, (times.get(search) ?? 0) + 1);
  return [...times.values()].filter((one) => one > 1);
}

const SIZE = byPage.pagination_strategy.page_size;

describe.each([
  ['a link has promised', byLink, endsWhenEmpty],
  ['a link has promised, with a link of its own', byLink, honest],
  ['a token asks for', byToken, endsWhenEmpty],
  ['a token asks for, with another token', byToken, honest],
  ['is to follow a full one', byLink, () => undefined],
] as const)('a page that %s', (_, paginator, says) => {
  const orders = streamOf('orders', { incremental_sync: createdBetween });
  const stream = { ...orders, retriever: { ...orders.retriever, paginator } };
  const records = spread(Math.floor(SIZE * 3.5)).map((one, i) => ({
    ...one,
    createdAt: new Date(NOW - 86_400_000 * 2 + i * 1000).toISOString(),
  }));
  const options = { startDate: '2024-06-01T00:00:00Z' };
  const statesOf = (run: ReadRun) =>
    new Map<string, JsonObject>(
      run
        .states('orders')
        .slice(-1)
        .map((state) => ['orders', state]),
    );

  test.each([1, 2])('and is empty %i times is asked for again', async (times) => {
    const api = listApi(records, (page) => (page === 3 ? times : 0), says);
    const run = await runRead([stream], api, options);
    expect(sorted(idsOf(run))).toEqual(sorted(records.map(({ id }) => id)));
    expect(run.states('orders').at(-1)).not.toHaveProperty('short');
  });

  test('and stays empty leaves its slice open, once', async () => {
    const gone = () => listApi(records, (page) => (page === 3 ? Infinity : 0), says);
    const first = await runRead([stream], gone(), options);
    expect(first.course('orders').at(-1)).toBe('COMPLETE');
    expect(first.logs.filter((line) => /^WARN .*page had no records/.test(line))).not.toEqual([]);
    expect(first.states('orders').at(-1)).toHaveProperty('short');
    const back = await runRead(
      [stream],
      listApi(records, () => 0, says),
      { ...options, states: statesOf(first) },
    );
    expect(sorted([...new Set([...idsOf(first), ...idsOf(back)])])).toEqual(
      sorted(records.map(({ id }) => id)),
    );
    const second = await runRead([stream], gone(), { ...options, states: statesOf(first) });
    expect(second.states('orders').at(-1)).not.toHaveProperty('short');
  });
});

test('a page that is behind the end that the API states, as others were, is asked for again if it is empty', async () => {
  const orders = streamOf('orders');
  const stream = { ...orders, retriever: { ...orders.retriever, paginator: byCountedPage } };
  const records = spread(SIZE * 4 + 1);
  let fails = 1;
  // Counts the records of the page.
  const api = fakeApi(({ searchParams }) => {
    const page = Number(searchParams.get('page'));
    const isEmpty = page === 4 && fails-- > 0;
    const data = isEmpty ? [] : records.slice((page - 1) * SIZE, page * SIZE);
    return { body: { data, meta: { total: data.length, pageCount: page } } };
  });
  const run = await runRead([stream], api);
  expect(sorted(idsOf(run))).toEqual(records.map(({ id }) => id));
});

describe('lists that all end with an empty page', () => {
  const orders = streamOf('orders', { incremental_sync: { ...createdBetween, step: 'P7D' } });
  const stream = { ...orders, retriever: { ...orders.retriever, paginator: byToken } };

  test('are soon believed to do so', async () => {
    const all = spread(SIZE * 60);
    const goesOn = (page: number, _: boolean, isEmpty: boolean) => (isEmpty ? null : String(page + 1));
    const api = listApi(all, () => 0, goesOn);
    const run = await runRead([stream], api, { numWorkers: 1 });
    expect(sorted([...new Set(idsOf(run))])).toEqual(all.map(({ id }) => id));
    expect(askedAgain(api).filter((times) => times === 3)).toHaveLength(3);
    const states = new Map(
      run
        .states('orders')
        .slice(-1)
        .map((state) => ['orders', state]),
    );
    // What stays open is read once more, and then believed.
    const second = await runRead(
      [stream],
      listApi(all, () => 0, goesOn),
      { numWorkers: 1, states },
    );
    expect(second.states('orders').at(-1)).not.toHaveProperty('short');
  });

  test.each([1, 4])(
    'because the API fails come with the next sync, however many they are, with %i workers',
    async (numWorkers) => {
      const all = spread(SIZE * 60);
      const first = await runRead(
        [stream],
        listApi(all, (page) => (page > 1 ? Infinity : 0), endsWhenEmpty),
        { numWorkers },
      );
      expect(idsOf(first).length).toBeLessThan(SIZE * 30);
      const states = new Map(
        first
          .states('orders')
          .slice(-1)
          .map((state) => ['orders', state]),
      );
      const second = await runRead(
        [stream],
        listApi(all, () => 0, endsWhenEmpty),
        { numWorkers, states },
      );
      expect(sorted([...new Set([...idsOf(first), ...idsOf(second)])])).toEqual(all.map(({ id }) => id));
    },
  );

  test('between others are asked for again a few times in all', async () => {
    const all = spread(SIZE * 20);
    const list = {
      ...streamOf('orders'),
      retriever: { ...streamOf('orders').retriever, paginator: byToken },
    };
    const api = fakeApi(({ searchParams }) => {
      const page = Number(searchParams.get('page') ?? 1);
      const data = page % 2 === 0 ? [] : all.slice(((page - 1) / 2) * SIZE, ((page + 1) / 2) * SIZE);
      return { body: { data, paging: { next: page >= 39 ? null : String(page + 1) } } };
    });
    expect(idsOf(await runRead([list], api))).toHaveLength(all.length);
    expect(askedAgain(api)).toEqual([3, 3, 3]);
  });

  test('between others are no matter where all come that the API counts', async () => {
    const counted: DefaultPaginator = {
      ...byToken,
      pagination_strategy: { ...byToken.pagination_strategy, extensions: { total: ['total'] } },
    };
    const list = { ...orders, retriever: { ...orders.retriever, paginator: counted } };
    const all = spread(SIZE * 2);
    const api = fakeApi(({ searchParams }) => {
      const page = Number(searchParams.get('page') ?? 1);
      const data = page === 2 ? [] : all.slice(page === 1 ? 0 : SIZE, page === 1 ? SIZE : 2 * SIZE);
      return { body: { data, total: all.length, paging: { next: page === 3 ? null : String(page + 1) } } };
    });
    const run = await runRead([list], api);
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    expect(run.states('orders').at(-1)).not.toHaveProperty('short');
  });

  test('are known by it, though others have but one page', async () => {
    const parents = parentsOf(40);
    const list = { ...items, retriever: { ...items.retriever, paginator: byLink } };
    const api = fakeApi((url) => {
      if (url.pathname === '/orders') return pageOf(url, parents);
      const id = Number(url.pathname.split('/')[2]);
      const isFull = id % 2 === 0;
      const count = url.searchParams.get('page') === '1' ? (isFull ? SIZE : 1) : 0;
      const data = Array.from({ length: count }, (_, i) => ({ id: id * 100 + i, updatedAt: at(START) }));
      return { body: { data, paging: isFull ? {} : { next: null } } };
    });
    await runRead([list], api, { context: { clock: new FakeClock() }, numWorkers: 1 });
    expect(
      api.asked.filter(
        ({ pathname, searchParams }) => pathname !== '/orders' && searchParams.get('page') === '2',
      ),
    ).toHaveLength(20 + 2 * 3);
  });

  test('are asked for it again once each, however many such pages follow', async () => {
    const some = spread(SIZE * 2);
    const list = {
      ...streamOf('orders'),
      retriever: { ...streamOf('orders').retriever, paginator: byToken },
    };
    const api = listApi(
      some,
      () => 0,
      (page) => String(page + 1),
    );
    const run = await runRead([list], api);
    expect(idsOf(run)).toHaveLength(some.length);
    expect(askedAgain(api)).toEqual([3]);
  });

  test('are not, where a count says that all has come', async () => {
    const counted: DefaultPaginator = {
      ...byToken,
      pagination_strategy: { ...byToken.pagination_strategy, extensions: { total: ['total'] } },
    };
    const few = spread(SIZE);
    const api = fakeApi((url) => ({
      body: {
        data: url.searchParams.has('page') ? [] : few,
        total: SIZE,
        paging: { next: url.searchParams.has('page') ? null : '2' },
      },
    }));
    await runRead(
      [{ ...streamOf('orders'), retriever: { ...streamOf('orders').retriever, paginator: counted } }],
      api,
    );
    expect(api.asked).toHaveLength(2);
  });
});

test('parents that are missing from the middle of their list are not taken for done where a sync is interrupted', async () => {
  const parents = parentsOf(60);
  const apiOf = (clock: FakeClock, lacks: boolean, mostLists: number): FakeApi => {
    let lists = 0;
    return fakeApi((url) => {
      clock.advance(MINUTE_MS);
      if (lists >= mostLists) return { status: 500, body: {} };
      const page = Number(url.searchParams.get('page'));
      if (url.pathname === '/orders') {
        const data = lacks && page === 2 ? [] : parents.slice((page - 1) * SIZE, page * SIZE);
        return { body: { data, meta: { pageCount: Math.ceil(parents.length / SIZE) } } };
      }
      lists++;
      return pageOf(url, [{ id: Number(url.pathname.split('/')[2]), updatedAt: at(START) }]);
    });
  };
  const read = (
    lacks: boolean,
    mostLists: number,
    states?: ReadonlyMap<string, JsonObject>,
  ): Promise<ReadRun> => {
    const clock = new FakeClock();
    const options = { context: { clock }, numWorkers: 2, ...(states === undefined ? {} : { states }) };
    return runRead([items], apiOf(clock, lacks, mostLists), options);
  };
  const first = await read(true, 30);
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  const second = await read(
    false,
    Infinity,
    new Map(
      first
        .states('items')
        .slice(-1)
        .map((state) => ['items', state]),
    ),
  );
  const came = new Set([...idsOf(first, 'items'), ...idsOf(second, 'items')]);
  expect(parents.filter(({ id }) => !came.has(id))).toEqual([]);
});
