/** How far a sync of child lists has come where lists of parents or of children are counted and come short. */
import { describe, expect, test } from '@jest/globals';
import { items, ofAll, parentsOf, ROUTER } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { byCountedPage, streamOf } from '../../test-support/definitions.fixture.js';
import { at, fakeApi, pageOf, runRead, sorted, START } from '../../test-support/read-run.fixture.js';
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';
import { HOUR_MS, MINUTE_MS } from '../durations.js';

const ids = (run: ReadRun): number[] => run.records('items').map(({ id }) => Number(id));

/** A list of each of the children. */
function usagesOf(children: DeclarativeStream): DeclarativeStream {
  const config = { ...ofAll, stream: children, partition_field: 'item_id', extensions: {} };
  return {
    ...items,
    name: 'usages',
    retriever: {
      ...items.retriever,
      requester: {
        ...items.retriever.requester,
        path: '/orders/{{ stream_partition.parent_id }}/items/{{ stream_partition.item_id }}/usages',
      },
      partition_router: { ...ROUTER, parent_stream_configs: [config] },
    },
  };
}

/** As `items`, of an API that counts the children of each parent. */
function countedChildren(): DeclarativeStream {
  return { ...items, retriever: { ...items.retriever, paginator: byCountedPage } };
}

/** The same, of an API that counts its parents. */
function countedItems(): DeclarativeStream {
  const { retriever } = streamOf('orders');
  const stream = streamOf('orders', { retriever: { ...retriever, paginator: byCountedPage } });
  const partition_router = { ...ROUTER, parent_stream_configs: [{ ...ofAll, stream }] as const };
  return { ...items, retriever: { ...items.retriever, partition_router } };
}

/** The sync that goes on from where another one ended. */
function goOn(before: ReadRun, api: FakeApi, options: Parameters<typeof runRead>[2]): Promise<ReadRun> {
  const states = new Map([['items', before.states('items').at(-1) ?? {}]]);
  return runRead([countedChildren()], api, { ...options, states });
}

describe('a sync of child lists that goes on where lists came short', () => {
  test('reads that of a parent again whose list came short, and no other one', async () => {
    const clock = new FakeClock();
    const parents = parentsOf(50);
    let lists: number[] = [];
    let failsAfter = 38;
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      if (lists.length >= failsAfter) return { status: 500, body: {} };
      if (url.pathname === '/orders') return pageOf(url, parents);
      const id = Number(url.pathname.split('/')[2]);
      lists.push(id);
      // One is counted that does not come.
      const total = id === 45 ? 2 : 1;
      const { data } = pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]).body as { data: unknown };
      return { body: { data, meta: { pageCount: 1, total } } };
    });
    const stream = countedChildren();
    const first = await runRead([stream], api, { context: { clock }, numWorkers: 2 });
    const state = first.states('items').at(-1);
    expect(state).toMatchObject({ parents_done: { orders: { short: ['45'] } } });
    lists = [];
    failsAfter = Infinity;
    const second = await runRead([stream], api, {
      context: { clock },
      numWorkers: 2,
      states: new Map([['items', state ?? {}]]),
    });
    expect(lists).toContain(45);
    expect(lists.filter((id) => id > 25 && id !== 45)).toEqual([]);
    expect(second.course('items').at(-1)).toBe('COMPLETE');
  });

  test('reads that of an outermost parent again of which a list in between came short', async () => {
    const clock = new FakeClock();
    const parents = parentsOf(50);
    let isFaulty = true;
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      const [, , order, , item] = url.pathname.split('/');
      if (order === undefined) return pageOf(url, parents);
      // The usages of one are refused, so that the sync stays unfinished.
      if (item !== undefined) {
        return isFaulty && order === '20'
          ? { status: 412, body: {} }
          : pageOf(url, [{ id: Number(item), updatedAt: at(START + HOUR_MS) }]);
      }
      const both = [{ id: Number(order) * 10 }, { id: Number(order) * 10 + 1 }];
      const isShort = isFaulty && order === '45';
      const { data } = pageOf(url, isShort ? both.slice(1) : both).body as { data: unknown };
      return { body: { data, meta: { pageCount: 1, total: 2 } } };
    });
    const stream = usagesOf(countedChildren());
    const first = await runRead([stream], api, { context: { clock }, numWorkers: 2 });
    expect(first.course('usages').at(-1)).toBe('INCOMPLETE');
    isFaulty = false;
    const state = first.states('usages').at(-1) ?? {};
    const second = await runRead([stream], api, {
      context: { clock },
      numWorkers: 2,
      states: new Map([['usages', state]]),
    });
    const came = new Set([first, second].flatMap((run) => run.records('usages').map(({ id }) => Number(id))));
    const wanted = parents.flatMap(({ id }) => [id * 10, id * 10 + 1]);
    expect(wanted.filter((id) => !came.has(id))).toEqual([]);
  });
});

test.each([500, 412])('a list in between that is answered with %i holds up no others', async (status) => {
  const clock = new FakeClock();
  const parents = parentsOf(50);
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    const [, , order, , item] = url.pathname.split('/');
    if (order === undefined) return pageOf(url, parents);
    if (item === undefined && order === '20') return { status, body: {} };
    return pageOf(url, [{ id: Number(item ?? order), updatedAt: at(START + HOUR_MS) }]);
  });
  const run = await runRead([usagesOf(items)], api, { context: { clock }, numWorkers: 2 });
  expect(sorted(run.records('usages').map(({ id }) => Number(id)))).toEqual(
    sorted(parents.map(({ id }) => id).filter((id) => id !== 20)),
  );
  expect(run.course('usages').at(-1)).toBe('INCOMPLETE');
  const state = run.states('usages').at(-1);
  expect(state).toMatchObject({ parents_done: { orders: { short: ['20'] } } });
});

test('a parent that a deletion hides before a sync breaks off is read when it is taken up', async () => {
  const counting = countedItems();
  const clock = new FakeClock();
  // So many that the list has not ended by then: at its end it shows that it is short.
  let parents = parentsOf(120);
  let lists = 0;
  let isFailing = true;
  const asked = new Set<number>();
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (isFailing && lists >= 35) return { status: 500, body: {} };
    if (url.pathname === '/orders') {
      const { body } = pageOf(url, parents);
      const meta = { ...(body as { meta: object }).meta, total: parents.length };
      // Behind the first page, so that the record at the end of it moves up.
      parents = parents.filter(({ id }) => id !== 117);
      return { body: { ...(body as object), meta } };
    }
    lists++;
    const id = Number(url.pathname.split('/')[2]);
    asked.add(id);
    return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
  const options = { context: { clock }, numWorkers: 2 };
  const first = await runRead([counting], api, options);
  isFailing = false;
  const state = first.states('items').at(-1);
  expect(state).toBeDefined();
  await runRead([counting], api, {
    ...options,
    states: new Map(state === undefined ? [] : [['items', state]]),
  });
  expect(parents.filter(({ id }) => !asked.has(id))).toEqual([]);
});

test('a parent that was missing is read although the sync broke off while the list was read again', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(50);
  const asked = new Set<number>();
  let passes = 0;
  let isFailing = false;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders' && url.searchParams.get('page') === '1' && ++passes === 2)
      isFailing = true;
    if (isFailing) return { status: 500, body: {} };
    if (url.pathname !== '/orders') {
      const id = Number(url.pathname.split('/')[2]);
      asked.add(id);
      return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
    }
    // The count is of before a deletion that moves one of them out of sight.
    const isHiding = passes === 1 && url.searchParams.get('page') !== '1';
    const { data } = pageOf(url, isHiding ? parents.slice(1) : parents).body as { data: unknown };
    return { body: { ...(pageOf(url, parents).body as object), data } };
  });
  const options = { context: { clock }, numWorkers: 2 };
  const first = await runRead([countedItems()], api, options);
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  expect(asked.has(39)).toBe(false);
  isFailing = false;
  const state = first.states('items').at(-1) ?? {};
  await runRead([countedItems()], api, { ...options, states: new Map([['items', state]]) });
  expect(parents.filter(({ id }) => !asked.has(id))).toEqual([]);
});

test('parents that another order of the same date hides before a sync breaks off are read when it is taken up', async () => {
  const counting = countedItems();
  const clock = new FakeClock();
  // Ten of the same time, of which half is sent on two pages and half on none.
  const parents = parentsOf(50).map((one) =>
    one.id >= 35 && one.id < 45 ? { ...one, createdAt: at(START + 40 * HOUR_MS) } : one,
  );
  let isHiding = true;
  let lists = 0;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname !== '/orders') {
      if (isHiding && ++lists > 25) return { status: 500, body: {} };
      const id = Number(url.pathname.split('/')[2]);
      return pageOf(url, [{ id, updatedAt: at(START + HOUR_MS) }]);
    }
    const page = Number(url.searchParams.get('page'));
    const reply = pageOf(url, parents) as { body: { data: { id: number }[] } };
    if (!isHiding || page !== 2) return reply;
    const before = pageOf(new URL(url.href.replace('page=2', 'page=1')), parents) as typeof reply;
    const same = before.body.data.slice(-3);
    return { body: { ...reply.body, data: [...same, ...reply.body.data.slice(3)] } };
  });
  const first = await runRead([counting], api, { context: { clock }, numWorkers: 2 });
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  isHiding = false;
  const second = await runRead([counting], api, {
    context: { clock },
    numWorkers: 2,
    states: new Map([['items', first.states('items').at(-1) ?? {}]]),
  });
  const came = new Set([first, second].flatMap((run) => run.records('items').map(({ id }) => Number(id))));
  expect(parents.map(({ id }) => id).filter((id) => !came.has(id))).toEqual([]);
});

test('parents whose empty lists are never counted count as done, but for a few', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(300);
  let lists = 0;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') return pageOf(url, parents);
    if (++lists > 280) return { status: 500, body: {} };
    const id = Number(url.pathname.split('/')[2]);
    if (id % 10 > 0) return { body: { data: [], meta: {} } };
    const { data } = pageOf(url, [{ id, updatedAt: at(START + HOUR_MS) }]).body as { data: unknown };
    return { body: { data, meta: { pageCount: 1, total: 1 } } };
  });
  const run = await runRead([countedChildren()], api, { context: { clock }, numWorkers: 2 });
  expect(run.course('items').at(-1)).toBe('INCOMPLETE');
  const { orders } = run.states('items').at(-1)?.['parents_done'] as {
    orders: { down_to: string; short: string[] };
  };
  expect(orders.short.length).toBeLessThanOrEqual(20);
  const done = parents.filter(({ createdAt }) => createdAt > orders.down_to);
  expect(done.length).toBeGreaterThan(200);
});

test('parents whose empty lists are not counted are asked for again, however many, where the API counts others', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(100);
  let isFaulty = true;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') return pageOf(url, parents);
    const id = Number(url.pathname.split('/')[2]);
    if (isFaulty && id < 20) return { status: 500, body: {} };
    const own = id === 95 ? [] : [{ id, updatedAt: at(START + HOUR_MS) }];
    // Of 40 parents, behind one that has no children by the API's own count.
    const isEmpty = isFaulty && id < 90 && id >= 50;
    return isEmpty
      ? { body: { data: [], meta: {} } }
      : { body: { data: own, meta: { pageCount: 1, total: own.length } } };
  });
  const options = { context: { clock }, numWorkers: 2 };
  const first = await runRead([countedChildren()], api, options);
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  isFaulty = false;
  const second = await goOn(first, api, options);
  const came = new Set([...ids(first), ...ids(second)]);
  expect(parents.filter(({ id }) => id !== 95 && !came.has(id))).toEqual([]);
});

test('parents of whom more lists come short than a state names are read again, too, with all behind them', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(200);
  let isFaulty = true;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') return pageOf(url, parents);
    const id = Number(url.pathname.split('/')[2]);
    if (isFaulty && id < 20) return { status: 500, body: {} };
    const both = [2 * id, 2 * id + 1].map((one) => ({ id: one, updatedAt: at(START + HOUR_MS) }));
    const { data } = pageOf(url, isFaulty && id < 180 ? both.slice(1) : both).body as { data: unknown };
    return { body: { data, meta: { pageCount: 1, total: 2 } } };
  });
  const options = { context: { clock }, numWorkers: 2 };
  const first = await runRead([countedChildren()], api, options);
  const { orders } = first.states('items').at(-1)?.['parents_done'] as { orders: { short: string[] } };
  expect(orders.short.length).toBeLessThanOrEqual(100);
  isFaulty = false;
  const second = await goOn(first, api, options);
  const came = new Set([...ids(first), ...ids(second)]);
  expect(parents.flatMap(({ id }) => [2 * id, 2 * id + 1]).filter((id) => !came.has(id))).toEqual([]);
});

test('wherever it breaks off, all children of lists in between come with the sync that goes on', async () => {
  const parents = parentsOf(25);
  const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (let failsAfter = 50; failsAfter <= 90; failsAfter++) {
    const clock = new FakeClock();
    const came = new Set<string>();
    let lists = 0;
    let isFailing = true;
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      const [, , order, , item] = url.pathname.split('/');
      if (order === undefined) return pageOf(url, parents);
      if (isFailing && ++lists > failsAfter) return { status: 500, body: {} };
      if (item === undefined)
        return pageOf(
          url,
          letters.map((letter) => ({ id: `${order}${letter}` })),
        );
      came.add(item);
      return pageOf(url, [{ id: item, updatedAt: at(START + HOUR_MS) }]);
    });
    const options = { context: { clock }, numWorkers: 2 };
    const first = await runRead([usagesOf(items)], api, options);
    isFailing = false;
    const state = first.states('usages').at(-1) ?? {};
    await runRead([usagesOf(items)], api, { ...options, states: new Map([['usages', state]]) });
    const wanted = parents.flatMap(({ id }) => letters.map((letter) => `${id}${letter}`));
    expect(wanted.filter((id) => !came.has(id))).toEqual([]);
  }
});
