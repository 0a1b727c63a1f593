import { describe, expect, test } from '@jest/globals';
import {
  childStreamOf,
  createdBetween,
  requestContext,
  requesterOf,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  listBetween,
  pageOf,
  runRead,
  sorted,
  START,
} from '../../test-support/read-run.fixture.js';
import type { FakeApi } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream, ParentStreamConfig, SubstreamPartitionRouter } from '../components.js';
import { DAY_MS } from '../durations.js';
import { fullRefreshCursor } from '../incremental/cursor.js';
import { rawToText } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import { ParentStream } from './parent-stream.js';

function routerOf(
  stream: DeclarativeStream,
  changes: Partial<ParentStreamConfig> = {},
): SubstreamPartitionRouter {
  return {
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [
      {
        type: 'ParentStreamConfig',
        stream,
        parent_key: 'id',
        partition_field: 'order_id',
        incremental_dependency: false,
        ...changes,
      },
    ],
  };
}

/** A stream of the lists at `path`, one for each parent. */
function childOf(name: string, path: string, router: SubstreamPartitionRouter): DeclarativeStream {
  const { retriever } = streamOf(name);
  return streamOf(name, {
    retriever: { ...retriever, requester: requesterOf(path), partition_router: router },
    transformations: [
      {
        type: 'AddFields',
        fields: ['order_id', 'item_id'].map((field) => ({
          type: 'AddedFieldDefinition',
          path: [field],
          value: { type: 'stream_partition', field },
        })),
      },
    ],
  });
}

const orders = streamOf('orders');
const items = childOf('items', '/orders/{{ stream_partition.order_id }}/items', routerOf(orders));
const usages = childOf(
  'usages',
  '/orders/{{ stream_partition.order_id }}/items/{{ stream_partition.item_id }}/usages',
  routerOf(items, { partition_field: 'item_id' }),
);

function parentsOf(router: SubstreamPartitionRouter, api: FakeApi): ParentStream {
  const ignore = () => undefined;
  const listener = { warn: ignore, requested: ignore, rateLimited: ignore, listRead: ignore };
  return new ParentStream(router, fullRefreshCursor(0), requestContext({ http: api.http }), listener);
}

const valuesOf = (page: readonly StreamPartition[]) =>
  page.map(({ values }) => Object.fromEntries([...values].map(([name, raw]) => [name, rawToText(raw)])));

const numbered = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));

describe('pages of parents', () => {
  test('are fetched one at a time, as they are wanted, of however many there are', async () => {
    const api = fakeApi((url) => pageOf(url, numbered(10_000)));
    let pages = 0;
    let parents = 0;
    for await (const { partitions } of parentsOf(routerOf(orders), api).pages({})) {
      parents += partitions.length;
      expect(api.asked).toHaveLength(++pages);
    }
    expect([pages, parents]).toEqual([1000, 10_000]);
  });

  test('are one ahead of the children that are read, and no more', async () => {
    const api = fakeApi((url) => (url.pathname === '/orders' ? pageOf(url, numbered(200)) : pageOf(url, [])));
    const run = await runRead([items], api);
    expect(run.course('items').at(-1)).toBe('COMPLETE');
    const asked = api.asked.map(({ pathname }) => pathname);
    // Behind the last page, which is full, another one is looked for.
    expect(asked).toHaveLength(20 + 1 + 200);
    asked.forEach((path, i) => {
      const pages = asked.slice(0, i).filter((one) => one === '/orders').length;
      if (path === '/orders') expect(pages).toBeLessThanOrEqual(Math.floor((i - pages) / 10) + 2);
    });
  });

  test('are no longer fetched once nobody wants them', async () => {
    const api = fakeApi((url) => pageOf(url, numbered(10_000)));
    for await (const { partitions } of parentsOf(routerOf(orders), api).pages({})) {
      expect(partitions).toHaveLength(10);
      break;
    }
    expect(api.asked).toHaveLength(1);
  });

  test('are each told of, and parents without a key are left out', async () => {
    const api = fakeApi(() => ({ body: { data: [{ id: null }, {}, { id: 'a' }], meta: { pageCount: 1 } } }));
    const told: boolean[] = [];
    const all = parentsOf(routerOf(orders), api).pages({
      onPage: (_, { isFirst }) => void told.push(isFirst),
    });
    for await (const { partitions } of all) expect(valuesOf(partitions)).toEqual([{ order_id: 'a' }]);
    expect(told).toEqual([true]);
  });
});

describe('parents that are children themselves', () => {
  const big = '12345678901234567890';
  const api = () =>
    fakeApi((url) => {
      const { pathname } = url;
      if (pathname === '/orders') return { body: `{"data":[{"id":${big}},{"id":2}],"meta":{"pageCount":1}}` };
      if (pathname === `/orders/${big}/items`) return pageOf(url, [{ id: 'a/b' }, { id: 'c' }]);
      if (pathname === '/orders/2/items') return pageOf(url, [{ id: 'a/b' }]);
      return pageOf(url, [{ id: pathname }]);
    });

  test('carry the values of both levels', async () => {
    const router = usages.retriever.partition_router;
    if (router === undefined) throw new Error('not a substream');
    const found = [];
    for await (const { partitions } of parentsOf(router, api()).pages({})) {
      if (partitions.length > 0) found.push(valuesOf(partitions));
    }
    expect(found).toEqual([
      [
        { order_id: big, item_id: 'a/b' },
        { order_id: big, item_id: 'c' },
      ],
      [{ order_id: '2', item_id: 'a/b' }],
    ]);
  });

  test('give both values to the path and to the records of their children', async () => {
    const run = await runRead([usages], api());
    const path = `/orders/${big}/items/a%2Fb/usages`;
    const record = `{"id":"${path}","order_id":${big},"item_id":"a/b"}`;
    expect(run.lines.filter((line) => line.endsWith(`"data":${record}}}`))).toHaveLength(1);
    expect(run.records('usages')).toHaveLength(3);
    expect(run.course('usages')).toEqual(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']);
  });

  test('are read a page of each level at a time', async () => {
    const many = fakeApi((url) => pageOf(url, numbered(url.pathname.endsWith('/usages') ? 1 : 30)));
    await runRead([usages], many);
    const asked = many.asked.map(({ pathname }) => pathname);
    const firstUsage = asked.findIndex((path) => path.endsWith('/usages'));
    // One of items is on its way while the first one's usages are read.
    expect(asked.slice(0, firstUsage)).toEqual(['/orders', '/orders/0/items', '/orders/0/items']);
    // Behind last pages that are full, another one is looked for.
    expect(asked).toHaveLength(3 + 1 + 30 * (3 + 1) + 30 * 30);
  });
});

describe('children that go by their own date', () => {
  const state = { createdAt: at(START + 100 * DAY_MS) };
  const parents = numbered(25).map(({ id }) => ({ id, createdAt: at(START + id * DAY_MS) }));
  /** Of each parent two children, one before the state and one after it. */
  const childrenOf = (parent: number) => [
    { id: parent * 2, createdAt: at(START + 10 * DAY_MS) },
    { id: parent * 2 + 1, createdAt: at(START + (101 + parent) * DAY_MS) },
  ];
  const parentOf = (url: URL) => Number(/^\/orders\/(\d+)\//.exec(url.pathname)?.[1]);
  const wholeList = {
    type: createdBetween.type,
    cursor_field: 'createdAt',
    datetime_format: createdBetween.datetime_format,
  };

  test('are looked for under all parents, however old, and taken by that date', async () => {
    const api = fakeApi((url) =>
      url.pathname === '/orders' ? pageOf(url, parents) : pageOf(url, childrenOf(parentOf(url))),
    );
    const own = { ...items, incremental_sync: wholeList };
    const run = await runRead([own], api, { states: new Map([['items', state]]) });
    expect(api.asked.filter(({ pathname }) => pathname !== '/orders')).toHaveLength(25);
    expect(sorted(run.records('items').map(({ id }) => id))).toEqual(parents.map(({ id }) => id * 2 + 1));
    expect(run.states('items').at(-1)).toEqual({ createdAt: at(START + 125 * DAY_MS) });
  });

  test('are asked for with the range where their lists have a date filter, the parents without', async () => {
    const api = fakeApi((url) =>
      url.pathname === '/orders' ? pageOf(url, parents) : listBetween(url, childrenOf(parentOf(url))),
    );
    const own = { ...items, incremental_sync: createdBetween };
    const run = await runRead([own], api, { states: new Map([['items', state]]) });
    expect(sorted(run.records('items').map(({ id }) => id))).toEqual(parents.map(({ id }) => id * 2 + 1));
    for (const { pathname, searchParams } of api.asked) {
      expect(searchParams.has('from')).toBe(pathname !== '/orders');
    }
  });

  test('are all taken where the parents’ date decides instead', async () => {
    const api = fakeApi((url) =>
      url.pathname === '/orders' ? pageOf(url, parents) : pageOf(url, childrenOf(parentOf(url))),
    );
    const byParent = childStreamOf('items', orders);
    const run = await runRead([byParent], api, {
      states: new Map([['items', { parent_createdAt: parents[20]?.createdAt ?? '' }]]),
    });
    expect(sorted(run.records('items').map(({ id }) => id))).toEqual([
      40, 41, 42, 43, 44, 45, 46, 47, 48, 49,
    ]);
  });
});
