/** Lists that move on by several pages at once while they are read: after a pause for a rate limit or a slow reader, say. */
import { describe, expect, test } from '@jest/globals';
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
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { Dated } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream, PageIncrement } from '../components.js';
import { HOUR_MS } from '../durations.js';

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
