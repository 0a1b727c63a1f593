/** Lists that move on by several pages at once while they are read: after a pause for a rate limit or a slow reader, say. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { items, parentsOf } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
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
import type { Dated } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream, PageIncrement } from '../components.js';
import { HOUR_MS, MINUTE_MS } from '../durations.js';

const byPage = streamOf('orders', { incremental_sync: createdBetween });

function paged(extensions: NonNullable<PageIncrement['extensions']>): DeclarativeStream {
  const pagination_strategy = { ...byCountedPage.pagination_strategy, extensions };
  return {
    ...byPage,
    retriever: { ...byPage.retriever, paginator: { ...byCountedPage, pagination_strategy } },
  };
}

const old = spread(95);

describe.each([
  ['beside each other', paged({ page_count: ['meta', 'pageCount'], total: ['meta', 'total'] }), true],
  ['one by one, by the number of pages alone', byPage, false],
  ['one by one, by a link alone', paged({ next_page: ['meta', 'next'] }), false],
  [
    'by a link and the number of records',
    paged({ next_page: ['meta', 'next'], total: ['meta', 'total'] }),
    true,
  ],
])('pages of ten that are read %s', (_, stream, isCounted) => {
  test.each([10, 20, 30, 50])('bring all when the list moves on by %i records', async (count) => {
    for (const numWorkers of [1, 4]) {
      let list: readonly Dated[] = old;
      const api = fakeApi((url) => {
        const page = Number(url.searchParams.get('page'));
        if (page >= 6 && list === old) {
          const added = Array.from({ length: count }, (__, i) => ({
            id: 1000 + i,
            createdAt: at(NOW - 1000 + i),
          }));
          list = [...old, ...added];
        }
        const { body } = listBetween(url, list) as {
          body: { data: Dated[]; meta: { total: number; pageCount: number } };
        };
        const { total, pageCount } = body.meta;
        const next = page < pageCount ? { next: 'https://api.vendor.test/' } : {};
        return { body: { ...body, meta: { pageCount, ...next, ...(isCounted ? { total } : {}) } } };
      });
      const run = await runRead([stream], api, { numWorkers });
      expect(run.errors).toEqual([]);
      const came = new Set(idsOf(run));
      expect(old.filter(({ id }) => !came.has(id))).toEqual([]);
    }
  });
});

test.each([10, 20])(
  'a list of which pages are counted brings all when it moves on by %i records',
  async (count) => {
    const many = spread(80).reverse();
    let list: readonly Dated[] = many;
    const api = fakeApi((url) => {
      const page = Number(url.searchParams.get('page'));
      const size = Number(url.searchParams.get('perPage'));
      if (page >= 4 && list === many) {
        list = [...Array.from({ length: count }, (_, i) => ({ id: 1000 + i, createdAt: at(NOW) })), ...many];
      }
      const data = list.slice((page - 1) * size, page * size);
      return { body: { data, paging: { total: Math.ceil(list.length / size) } } };
    });
    const run = await runRead([paged({ next_page: ['paging', 'next'], total: ['paging', 'total'] })], api, {
      syncMode: 'full_refresh',
      numWorkers: 1,
    });
    const came = new Set(idsOf(run));
    expect(many.filter(({ id }) => !came.has(id))).toEqual([]);
  },
);

test.each([10, 20, 25])('%i parents that come in while children are read hide none', async (count) => {
  const parents = parentsOf(60);
  let list = parents;
  let children = 0;
  const api = fakeApi((url) => {
    if (url.pathname === '/orders') return pageOf(url, list);
    if (++children === 15) {
      const added = Array.from({ length: count }, (_, i) => ({
        id: 1000 + i,
        createdAt: at(START + (100 + count - i) * HOUR_MS),
      }));
      list = [...added, ...parents];
    }
    return pageOf(url, [{ id: url.pathname.split('/')[2], updatedAt: at(START) }]);
  });
  const run = await runRead([items], api, { context: { clock: new FakeClock() }, numWorkers: 2 });
  expect(run.errors).toEqual([]);
  const came = new Set(idsOf(run, 'items').map(Number));
  expect(parents.filter(({ id }) => !came.has(id))).toEqual([]);
});

test('children of a parent that moves to the front of a list that nobody counts, while others are read, come all the same', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(50);
  let list = parents;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') {
      const { body } = pageOf(url, list) as { body: { meta: { pageCount: number } } };
      return { body: { ...body, meta: { pageCount: body.meta.pageCount } } };
    }
    const id = Number(url.pathname.split('/')[2]);
    list = [...parents.filter((one) => one.id === 5), ...parents.filter((one) => one.id !== 5)];
    return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
  const run = await runRead([items], api, { context: { clock }, numWorkers: 2 });
  expect(run.course('items').at(-1)).toBe('COMPLETE');
  expect(sorted(idsOf(run, 'items'))).toEqual(sorted(parents.map(({ id }) => id)));
  // Whoever goes on from here asks for it.
  expect(run.states('items').at(-2)).toMatchObject({ parents_done: { orders: { short: ['5'] } } });
  // The list is read once more, for what is new in it.
  const pages = api.asked.filter(({ pathname }) => pathname === '/orders').length;
  expect([pages > 5, pages <= 12]).toEqual([true, true]);
});

test('children of all parents come, whoever moves to the front of a list that nobody counts while others are read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 99 }), { minLength: 100, maxLength: 100 }), async (moves) => {
      const parents = parentsOf(100);
      let list = [...parents];
      let lists = 0;
      const api = fakeApi((url) => {
        if (url.pathname === '/orders') {
          const { body } = pageOf(url, list) as { body: { meta: { pageCount: number } } };
          return { body: { ...body, meta: { pageCount: body.meta.pageCount } } };
        }
        const moved = moves[lists++];
        // A tenth of them changes, while it is read for the first time.
        if (moved !== undefined && moved < 10) {
          const [one] = list.splice((moved * 37 + lists * 11) % list.length, 1);
          if (one !== undefined) list = [one, ...list];
        }
        const id = Number(url.pathname.split('/')[2]);
        return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
      });
      const run = await runRead([items], api, { context: { clock: new FakeClock() }, numWorkers: 2 });
      expect(run.course('items').at(-1)).toBe('COMPLETE');
      expect(sorted(idsOf(run, 'items'))).toEqual(sorted(parents.map(({ id }) => id)));
    }),
    { numRuns: 40 },
  );
});

test('a list that moves keeps nothing from being gone on with: the list of one parent is refused', async () => {
  const parents = parentsOf(50);
  const added = { id: 4000, createdAt: at(NOW + HOUR_MS) };
  let lists: number[] = [];
  let isNew = false;
  let refused: number | undefined = 7;
  const api = fakeApi((url) => {
    if (url.pathname === '/orders') {
      const all = isNew ? [added, ...parents] : parents;
      isNew = true;
      const { body } = pageOf(url, all) as { body: { meta: { pageCount: number } } };
      return { body: { ...body, meta: { pageCount: body.meta.pageCount } } };
    }
    const id = Number(url.pathname.split('/')[2]);
    lists.push(id);
    if (id === refused) return { status: 403, body: {} };
    return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
  const options = { context: { clock: new FakeClock() }, numWorkers: 2 };
  const first = await runRead([items], api, options);
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  expect(lists).toContain(4000);
  const state = first.states('items').at(-1) ?? {};
  expect(state).toMatchObject({ parents_done: { orders: { short: ['7'] } } });
  lists = [];
  refused = undefined;
  const second = await runRead([items], api, { ...options, states: new Map([['items', state]]) });
  expect(second.course('items').at(-1)).toBe('COMPLETE');
  expect(lists).toContain(7);
  expect(lists.length).toBeLessThan(10);
});

test('a list that nobody counts, and that moves with each reading, is read five times and no more', async () => {
  let list = parentsOf(25);
  const api = fakeApi((url) => {
    if (url.pathname !== '/orders') return pageOf(url, [{ id: url.pathname, updatedAt: at(START) }]);
    const { body } = pageOf(url, list) as { body: { meta: { pageCount: number } } };
    // Behind the first page: the next one begins with a parent that has come, and this one is for the next reading.
    if (url.searchParams.get('page') === '1') {
      list = [{ id: 1000 + list.length, createdAt: at(NOW) }, ...list];
    }
    return { body: { ...body, meta: { pageCount: body.meta.pageCount } } };
  });
  const run = await runRead([items], api, { context: { clock: new FakeClock() }, numWorkers: 2 });
  expect(run.course('items').at(-1)).toBe('COMPLETE');
  const first = api.asked.filter(
    ({ pathname, searchParams }) => pathname === '/orders' && searchParams.get('page') === '1',
  );
  expect(first).toHaveLength(5);
});

test('a list that has moved fails if it stays unknown whether the second reading came to its end', async () => {
  let list = parentsOf(20);
  let readings = 0;
  const api = fakeApi((url) => {
    if (url.pathname !== '/orders') return pageOf(url, [{ id: url.pathname, updatedAt: at(START) }]);
    const page = url.searchParams.get('page');
    if (page === '3' && readings > 1) return { status: 500, body: {} };
    const { body } = pageOf(url, list) as { body: { meta: { pageCount: number } } };
    // One of the second page comes to the front, behind the first page.
    if (page === '1' && readings++ === 0) {
      const moved = list.slice(15, 16);
      list = [...moved, ...list.filter((one) => !moved.includes(one))];
    }
    return { body: { ...body, meta: { pageCount: body.meta.pageCount } } };
  });
  const run = await runRead([items], api, { context: { clock: new FakeClock() }, numWorkers: 2 });
  expect(readings).toBe(2);
  expect(run.course('items').at(-1)).toBe('INCOMPLETE');
});
