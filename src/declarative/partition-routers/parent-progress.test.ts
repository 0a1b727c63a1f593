/** An unfinished sync of child lists that is taken up again. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, SyncMode } from '../../protocol/messages.js';
import { items, ofAll, parentsOf, ROUTER } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import type { Parent } from '../../test-support/child-lists.fixture.js';
import { streamOf, childStreamOf, createdBetween } from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  NOW,
  pageOf,
  runRead,
  sorted,
  START,
  listBetween,
  spread,
} from '../../test-support/read-run.fixture.js';
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import { HOUR_MS, MINUTE_MS } from '../durations.js';
import { ParentProgress } from './parent-progress.js';

/** Each parent has one child, of its id. After so many lists of children all requests fail. */
function apiOf(clock: FakeClock, parents: readonly Parent[], failsAfter = Infinity): FakeApi {
  let lists = 0;
  return fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (lists >= failsAfter) return { status: 500, body: {} };
    if (url.pathname === '/orders') return pageOf(url, parents);
    lists++;
    const id = Number(url.pathname.split('/')[2]);
    return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
}

async function sync(
  parents: readonly Parent[],
  state: JsonObject | undefined,
  failsAfter?: number,
  syncMode: SyncMode = 'incremental',
  stream = items,
): Promise<{ run: ReadRun; lists: number[]; last: JsonObject | undefined }> {
  const clock = new FakeClock();
  const api = apiOf(clock, parents, failsAfter);
  const states = new Map(state === undefined ? [] : [['items', state]]);
  const run = await runRead([stream], api, { states, context: { clock }, numWorkers: 2, syncMode });
  const lists = api.asked
    .flatMap(({ pathname }) => /^\/orders\/(\d+)\//.exec(pathname)?.[1] ?? [])
    .map(Number);
  return { run, lists, last: run.states('items').at(-1) };
}

const ids = (run: ReadRun): number[] => run.records('items').map(({ id }) => Number(id));

describe('a sync of child lists that broke off', () => {
  test('goes on behind the parents that it had done', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    expect(first.run.course('items').at(-1)).toBe('INCOMPLETE');
    expect(first.last).toMatchObject({
      updatedAt: at(START),
      // Ten minutes before the last one that it had done: others of the same moments may stand behind it.
      parents_done: { orders: { down_to: '2024-01-01T20:10:00.000Z', as_of: '2024-06-15T12:00:00.000Z' } },
    });
    const second = await sync(parents, first.last);
    expect(sorted([...new Set([...ids(first.run), ...ids(second.run)])])).toEqual(
      sorted(parents.map(({ id }) => id)),
    );
    expect(second.lists.filter((id) => id > 20)).toEqual([]);
    // The newest of what this sync saw; children of parents that were done may come again in the next one.
    expect(second.last).toEqual({ start_date: at(START), updatedAt: at(START + 20 * HOUR_MS) });
  });

  test('reads the children of parents that have changed since: their list may have moved them up from further down', async () => {
    const incremental_sync = { ...createdBetween, cursor_field: 'updatedAt' };
    const config = { ...ofAll, stream: streamOf('orders', { incremental_sync }) };
    const changing = {
      ...items,
      retriever: {
        ...items.retriever,
        partition_router: { ...ROUTER, parent_stream_configs: [config] as const },
      },
    };
    const parents = parentsOf(50).map((one) => ({ ...one, updatedAt: one.createdAt }));
    const first = await sync(parents, undefined, 35, 'incremental', changing);
    const since = parents.map((one) => (one.id === 40 ? { ...one, updatedAt: at(NOW + HOUR_MS) } : one));
    const second = await sync(since, first.last, undefined, 'incremental', changing);
    expect(second.lists.filter((id) => id > 20)).toEqual([40]);
  });

  test('claims nothing of parents that come by their date of change, where a page ends with an old one', async () => {
    // Twenty to a page; the children of the second page's parents fail.
    const parents = parentsOf(50);
    const [edited] = parents.splice(45, 1);
    const listed = [...parents.slice(0, 19), ...(edited === undefined ? [] : [edited]), ...parents.slice(19)];
    const first = await sync(listed, undefined, 20);
    const [moved, ...others] = [listed[30], ...listed.filter((_, i) => i !== 30)];
    const second = await sync(moved === undefined ? others : [moved, ...others], first.last);
    expect(sorted([...new Set([...ids(first.run), ...ids(second.run)])])).toEqual(
      sorted(listed.map(({ id }) => id)),
    );
  });

  test('as an incremental one is not gone on from by a full refresh, which is whole by itself', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    const refresh = await sync(parents, first.last, undefined, 'full_refresh');
    expect(refresh.lists).toHaveLength(50);
    expect(sorted(ids(refresh.run))).toEqual(sorted(parents.map(({ id }) => id)));
  });

  test('as a full refresh is gone on from by another one', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35, 'full_refresh');
    const second = await sync(parents, first.last, undefined, 'full_refresh');
    expect(second.lists.filter((id) => id > 20)).toEqual([]);
    expect(sorted([...new Set([...ids(first.run), ...ids(second.run)])])).toEqual(
      sorted(parents.map(({ id }) => id)),
    );
  });

  test('reads the children of parents that came in the last minutes before it again, since they may have come late', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    const late = { id: 4000, createdAt: at(Date.parse('2024-06-15T11:55:00.000Z')) };
    const second = await sync([late, ...parents], first.last);
    expect(second.lists).toContain(4000);
  });

  test('reads the children of parents that came since, which are not among those', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    const added = { id: 4000, createdAt: at(Date.parse('2024-06-15T12:00:00.001Z')) };
    const second = await sync([added, ...parents], first.last);
    expect(second.lists).toContain(4000);
    expect(second.lists.filter((id) => id > 20 && id < 4000)).toEqual([]);
  });

  test('reads the children of a parent that stands further down than its date says', async () => {
    const all = parentsOf(70);
    // Behind the pages that have come in order, and the one behind those.
    const parents = all.map((one) => (one.id === 5 ? { ...one, createdAt: at(START + 65 * HOUR_MS) } : one));
    const first = await sync(parents, undefined, 35);
    expect(first.last).toHaveProperty('parents_done');
    const second = await sync(parents, first.last);
    expect(second.lists).toContain(5);
  });

  test('keeps what it had done if the next one breaks off before it has come so far', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    const { orders } = first.last?.['parents_done'] as { orders: JsonObject };
    const state = { ...first.last, parents_done: { orders: { ...orders, short: ['45'] } } };
    // An hour later, when there is another parent.
    const clock = new FakeClock();
    for (let minute = 0; minute < 60; minute++) clock.advance(MINUTE_MS);
    const added = { id: 4000, createdAt: '2024-06-15T12:20:00.000Z' };
    const second = await runRead([items], apiOf(clock, [added, ...parents], 0), {
      states: new Map([['items', state]]),
      context: { clock },
    });
    expect(second.states('items').at(-1)).toMatchObject({ parents_done: state.parents_done });
    const third = await sync([added, ...parents], second.states('items').at(-1));
    expect(third.lists.filter((id) => id > 20)).toEqual([4000, 45]);
  });

  test('reads the children of all parents anew if somebody has set its mark back', async () => {
    const parents = parentsOf(50);
    const before = { start_date: at(START), updatedAt: at(START + HOUR_MS) };
    const first = await sync(parents, before, 35);
    expect(first.last).toMatchObject({ ...before, parents_done: { orders: { since: before.updatedAt } } });
    const goesOn = await sync(parents, first.last);
    expect(goesOn.lists.length).toBeLessThan(30);
    const second = await sync(parents, { ...first.last, updatedAt: at(START) });
    expect(second.lists).toHaveLength(50);
  });

  test('goes on with its first attempt from an earlier start date, too', async () => {
    const parents = parentsOf(50);
    const before = { start_date: at(START + HOUR_MS), updatedAt: at(START + 2 * HOUR_MS) };
    const first = await sync(parents, before, 35);
    expect(first.last).toMatchObject({ start_date: at(START), updatedAt: at(START) });
    const second = await sync(parents, first.last);
    expect(second.lists.length).toBeLessThan(30);
  });

  test('does not claim to miss the list of a parent that is known to have none', async () => {
    const parents = parentsOf(50);
    const clock = new FakeClock();
    const api = apiOf(clock, parents, 35);
    const http: FakeApi['http'] = async (request) => {
      const answer = await api.http(request);
      return request.url.includes('/orders/45/') ? { ...answer, status: 404 } : answer;
    };
    const run = await runRead(
      [items],
      { ...api, http },
      {
        states: new Map([['items', { updatedAt: at(START), absent_lists: ['45'] }]]),
        context: { clock },
        numWorkers: 2,
      },
    );
    const { orders } = run.states('items').at(-1)?.['parents_done'] as { orders: { short?: string[] } };
    expect(orders.short ?? []).not.toContain('45');
  });

  test('begins anew where its state is of a time to come: by a clock that was ahead', async () => {
    const parents = parentsOf(50);
    const first = await sync(parents, undefined, 35);
    const { orders } = first.last?.['parents_done'] as { orders: JsonObject };
    const ahead = { orders: { ...orders, as_of: '2024-06-16T12:00:00.000Z' } };
    const second = await sync(parents, { ...first.last, parents_done: ahead });
    expect(second.lists).toHaveLength(50);
  });

  test('begins anew where the list of parents is not newest first', async () => {
    const parents = parentsOf(50, 'oldest first');
    const first = await sync(parents, undefined, 35);
    expect(first.last).not.toHaveProperty('parents_done');
    const second = await sync(parents, first.last);
    expect(second.lists).toHaveLength(50);
  });

  test('keeps its mark before the time of the first attempt, so that no change in between is missed', async () => {
    const parents = parentsOf(50);
    const earlier = {
      updatedAt: at(START),
      parents_done: {
        orders: {
          down_to: at(START + 30 * HOUR_MS),
          as_of: at(START + 40 * HOUR_MS),
          since: at(START),
          start_date: at(START),
          lookback_days: 0,
        },
      },
    };
    const { last } = await sync(parents, earlier);
    // And ten minutes before that, without a lookback.
    expect(last).toEqual({ updatedAt: at(START + 40 * HOUR_MS) });
  });
});

describe('a sync of child lists that goes on', () => {
  const options = () => ({ context: { clock: new FakeClock() }, numWorkers: 2 });
  const statesOf = (state: JsonObject | undefined) => new Map(state === undefined ? [] : [['items', state]]);

  test.each([
    ['without the end date', { endDate: at(START + 20 * HOUR_MS) }, {}],
    ['with a later end date', { endDate: at(START + 20 * HOUR_MS) }, { endDate: at(START + 60 * HOUR_MS) }],
  ])('%s reads the children of all parents, since others of them belong to it', async (_, before, after) => {
    const parents = parentsOf(50);
    const clock = new FakeClock();
    const first = await runRead([items], apiOf(clock, parents, 35), {
      ...options(),
      ...before,
      context: { clock },
    });
    const state = first.states('items').at(-1);
    expect(state).toHaveProperty('parents_done');
    const second = await runRead([items], apiOf(clock, parents), {
      ...options(),
      ...after,
      states: statesOf(state),
    });
    expect(sorted([...new Set([...ids(first), ...ids(second)])])).toEqual(
      sorted(parents.map(({ id }) => id)),
    );
  });

  test('keeps its progress although parents come in between two pages', async () => {
    const clock = new FakeClock();
    let parents = parentsOf(50);
    let lists = 0;
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      if (lists >= 35) return { status: 500, body: {} };
      if (url.pathname === '/orders') {
        const reply = pageOf(url, parents);
        // Two at a time, so that two records of this page come again on the next one.
        const added = [0, 1].map((i) => ({
          id: parents.length + i,
          createdAt: at(START + (parents.length + i) * HOUR_MS),
        }));
        parents = [...added.reverse(), ...parents];
        return reply;
      }
      lists++;
      return pageOf(url, [{ id: 1, updatedAt: at(START) }]);
    });
    const run = await runRead([items], api, { context: { clock }, numWorkers: 2 });
    expect(run.states('items').at(-1)).toHaveProperty('parents_done');
  });
});

test('whenever and however often it breaks off, every child comes, and a state never says more than was read', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.array(fc.nat({ max: 30 }), { maxLength: 5 }),
      fc.boolean(),
      async (count, breaks, isSorted) => {
        const parents = isSorted ? parentsOf(count) : parentsOf(count, 'oldest first');
        const seen = new Set<number>();
        let state: JsonObject | undefined;
        for (const failsAfter of [...breaks, undefined]) {
          const { run, last } = await sync(parents, state, failsAfter);
          for (const id of ids(run)) seen.add(id);
          state = last ?? state;
        }
        expect(sorted([...seen])).toEqual(sorted(parents.map(({ id }) => id)));
      },
    ),
    { numRuns: 60 },
  );
});

test('the page that was listed last counts when the next one has come, or the list has ended', () => {
  const progress = new ParentProgress('orders', 'updatedAt', undefined, NOW, {
    startDate: at(START),
    lookbackDays: 0,
  });
  const reached = () =>
    (progress.state({}) as { parents_done?: { orders: JsonObject } }).parents_done?.orders['down_to'];
  const list = (page: number, oldest: number) => {
    progress.pageListed(page, {
      newest: NOW - 10 * page * HOUR_MS,
      oldest,
      hasUndated: false,
      rise: 0,
      isOldestFirst: false,
    });
    progress.pageDone(page);
  };
  const [first, second] = [NOW - 15 * HOUR_MS, NOW - 25 * HOUR_MS];
  list(1, first);
  expect(reached()).toBeUndefined();
  list(2, second);
  expect(reached()).toBe(at(first + 10 * MINUTE_MS));
  progress.listEnded();
  expect(reached()).toBe(at(second + 10 * MINUTE_MS));
});

describe('a parent that is found where its list has been read already', () => {
  /** How far the parents are done when all of a list have been read, and then others are found. */
  const doneWith = (found: readonly { created?: number; changed?: number }[]) => {
    const progress = new ParentProgress('orders', 'updatedAt', undefined, NOW, {
      startDate: at(START),
      lookbackDays: 0,
    });
    const [newest, oldest] = [NOW - HOUR_MS, NOW - 9 * HOUR_MS];
    progress.pageListed(1, { newest, oldest, hasUndated: false, rise: 0, isOldestFirst: false });
    progress.listEnded();
    progress.pageDone(1);
    found.forEach(({ created, changed }, i) => progress.addMoved({ created, changed }, `${i}`));
    return (progress.state({}) as { parents_done?: { orders: JsonObject } }).parents_done?.orders;
  };
  const old = { created: NOW - 5 * HOUR_MS };

  test('is not done with the others', () => {
    expect(doneWith([old, old])).toMatchObject({ short: ['0', '1'] });
  });

  test('needs no name where its dates say so', () => {
    const done = doneWith([{ created: NOW }, { ...old, changed: NOW }, {}]);
    expect(done).toMatchObject({ down_to: at(NOW - 9 * HOUR_MS + 10 * MINUTE_MS) });
    expect(done).not.toHaveProperty('short');
  });

  test('is one of more than a state names: nothing is done then', () => {
    expect(doneWith(Array.from({ length: 100 }, () => old))).toHaveProperty('short');
    expect(doneWith(Array.from({ length: 101 }, () => old))).toBeUndefined();
  });
});

test('a parent that is missing again, of as many as a state names, keeps nothing from being done', () => {
  const short = Array.from({ length: 100 }, (_, id) => `${id}`);
  const window = { since: at(START), start_date: at(START), lookback_days: 0 };
  const done = { down_to: at(NOW - 10 * HOUR_MS), as_of: at(NOW - HOUR_MS), ...window, short };
  const state = { updatedAt: at(START), parents_done: { orders: done } };
  const config = { startDate: at(START), lookbackDays: 0 };
  const progress = new ParentProgress('orders', 'updatedAt', state, NOW, config);
  const downTo = () =>
    (progress.state(state) as { parents_done: { orders: JsonObject } }).parents_done.orders['down_to'];
  for (const page of [1, 2, 3]) {
    progress.pageListed(page, {
      newest: NOW - (10 * page + 9) * HOUR_MS,
      oldest: NOW - 10 * (page + 1) * HOUR_MS,
      hasUndated: false,
      rise: 0,
      isOldestFirst: false,
    });
  }
  progress.addShort('7');
  progress.pageDone(1);
  const before = downTo();
  expect(before).toBe(at(NOW - 20 * HOUR_MS + 10 * MINUTE_MS));
  progress.addShort('another');
  progress.pageDone(2);
  expect(downTo()).toBe(before);
});

test('a parent that comes again on the next page has its list read once', async () => {
  const clock = new FakeClock();
  const parents = parentsOf(30);
  const lists: number[] = [];
  let isNew = true;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') {
      const added = isNew ? [] : [{ id: 4000, createdAt: at(START + 100 * HOUR_MS) }];
      isNew = false;
      return pageOf(url, [...added, ...parents]);
    }
    const id = Number(url.pathname.split('/')[2]);
    lists.push(id);
    return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
  await runRead([items], api, { context: { clock }, numWorkers: 2 });
  // The new one is found where the list begins, since nobody counts it.
  expect(sorted(lists)).toEqual(sorted([...parents.map(({ id }) => id), 4000]));
});

test('parents that are read by date claim nothing to be done: of another slice others are', async () => {
  const dates = { ...createdBetween, cursor_field: 'parent_createdAt' };
  const aliases = { extensions: { cursor_field_aliases: ['createdAt'] } };
  const ofOrders = childStreamOf('items', streamOf('orders', { incremental_sync: createdBetween }));
  const partition_router = {
    ...ROUTER,
    parent_stream_configs: [
      { ...ROUTER.parent_stream_configs[0], extensions: { newest_first_by: 'createdAt' } },
    ] as const,
  };
  const stream = {
    ...ofOrders,
    retriever: { ...ofOrders.retriever, partition_router },
    incremental_sync: { ...dates, ...aliases },
  };
  const parents = spread(600);
  const clock = new FakeClock();
  let lists = 0;
  let isFailing = true;
  const came = new Set<number>();
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') return listBetween(url, parents);
    if (isFailing && ++lists > 250) return { status: 500, body: {} };
    const id = Number(url.pathname.split('/')[2]);
    came.add(id);
    return pageOf(url, [{ id }]);
  });
  const options = { context: { clock }, numWorkers: 4 };
  const first = await runRead([stream], api, options);
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  isFailing = false;
  const state = first.states('items').at(-1) ?? {};
  expect(state).not.toHaveProperty('parents_done');
  const second = await runRead([stream], api, { ...options, states: new Map([['items', state]]) });
  // The list of parents has 60 pages.
  expect(second.logs.filter((line) => / closed, /.test(line)).length).toBeGreaterThan(1);
  expect(parents.filter(({ id }) => !came.has(id))).toEqual([]);
});
