/** Lists of parents that the API says it does not know: gone with their parent, or only for a moment. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { items, parentsOf, ROUTER } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import {
  byCountedPage,
  childStreamOf,
  createdBetween,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  listBetween,
  pageOf,
  runRead,
  sorted,
  START,
} from '../../test-support/read-run.fixture.js';
import type { ReadRun, Reply } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';
import { HOUR_MS, MINUTE_MS } from '../durations.js';
import { ListNames } from '../incremental/list-names.js';
import { DatetimeCursor } from '../incremental/datetime-cursor.js';

const parents = parentsOf(30);
const parentOf = (url: URL): number => Number(url.pathname.split('/')[2]);
const gone = { status: 404, body: { message: 'no Route matched with those values' } };

/** @param absent parents whose lists the API does not know */
async function sync(
  stream: DeclarativeStream,
  absent: readonly number[],
  state?: JsonObject,
): Promise<ReadRun> {
  const api = fakeApi((url) => {
    if (url.pathname === '/orders') return listBetween(url, parents);
    const id = parentOf(url);
    return absent.includes(id) ? gone : pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
  });
  return runRead([stream], api, {
    states: new Map(state === undefined ? [] : [['items', state]]),
    context: { clock: new FakeClock() },
  });
}

const stateOf = (run: ReadRun): JsonObject | undefined => run.states('items').at(-1);

describe.each([
  [
    'by the dates of their parents',
    childStreamOf('items', streamOf('orders', { incremental_sync: createdBetween })),
  ],
  ['of all parents', items],
])('children %s', (_, stream) => {
  test('of lists that were not there come with the next sync', async () => {
    const first = await sync(stream, [3, 7, 12, 20, 29]);
    expect(first.course('items').at(-1)).toBe('COMPLETE');
    const second = await sync(stream, [], stateOf(first));
    expect(sorted([...new Set([...idsOf(first, 'items'), ...idsOf(second, 'items')])])).toEqual(
      sorted(parents.map(({ id }) => id)),
    );
    expect(stateOf(second)).not.toHaveProperty('absent_lists');
  });

  test('of which a list stays away are read again once, and no longer when that is known', async () => {
    const first = await sync(stream, [7]);
    const second = await sync(stream, [7], stateOf(first));
    expect(stateOf(second)).toMatchObject({ absent_lists: ['7'] });
    const third = await sync(stream, [7], stateOf(second));
    expect(third.course('items').at(-1)).toBe('COMPLETE');
    expect(third.logs.filter((line) => line.includes('stays open'))).toEqual([]);
    // When all are there again, that is forgotten.
    expect(stateOf(await sync(stream, [], stateOf(third)))).not.toHaveProperty('absent_lists');
  });

  test('of a list that was not there once are not taken for gone because another list was not there before', async () => {
    const first = await sync(stream, [3]);
    const second = await sync(stream, [7], stateOf(first));
    expect(second.logs.filter((line) => line.includes('stays open'))).toHaveLength(1);
    expect(stateOf(second)).not.toHaveProperty('absent_lists');
    const third = await sync(stream, [7], stateOf(second));
    expect(stateOf(third)).toMatchObject({ absent_lists: ['7'] });
  });

  test('of a list that was short and is not there in the next sync are not taken for gone', async () => {
    const counted = { ...stream, retriever: { ...stream.retriever, paginator: byCountedPage } };
    const syncWith = (replyOf7: (url: URL) => Reply, state?: JsonObject): Promise<ReadRun> => {
      const api = fakeApi((url) => {
        if (url.pathname === '/orders') return listBetween(url, parents);
        const id = parentOf(url);
        return id === 7 ? replyOf7(url) : pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
      });
      return runRead([counted], api, {
        states: new Map(state === undefined ? [] : [['items', state]]),
        context: { clock: new FakeClock() },
      });
    };
    const record = { id: 7, updatedAt: at(START + 7 * HOUR_MS) };
    const short = await syncWith(() => ({ body: { data: [record], meta: { total: 2, pageCount: 1 } } }));
    expect(stateOf(short)).toHaveProperty('short');
    const second = await syncWith(() => gone, stateOf(short));
    expect(second.logs.filter((line) => line.includes('stays open'))).toHaveLength(1);
    expect(stateOf(second)).not.toHaveProperty('absent_lists');
    const third = await syncWith(() => gone, stateOf(second));
    expect(stateOf(third)).toMatchObject({ absent_lists: ['7'] });
  });

  test('of lists that were not there come, though another one is known never to be', async () => {
    const first = await sync(stream, [7]);
    const second = await sync(stream, [7], stateOf(first));
    const late = [3, 7, 12, 20, 29];
    const withEarlier = { ...stateOf(second), updatedAt: at(START), parent_createdAt: at(START) };
    const third = await sync(stream, late, withEarlier);
    expect(third.logs.filter((line) => line.includes('stays open'))).toHaveLength(1);
    const fourth = await sync(stream, [7], stateOf(third));
    const came = [third, fourth].flatMap((run) => idsOf(run, 'items'));
    expect(sorted([...new Set(came)])).toEqual(sorted(parents.map(({ id }) => id).filter((id) => id !== 7)));
    expect(stateOf(fourth)).toMatchObject({ absent_lists: ['7'] });
  });

  test('of more parents than a state can name are believed, whichever they are', async () => {
    const lists = ListNames.parse(Array.from({ length: 100 }, (_, i) => `${i}`));
    expect([lists.has('99'), lists.has('100'), lists.print()]).toEqual([true, false, expect.any(Array)]);
    lists.add('100');
    expect([lists.has('1000'), lists.print()]).toEqual([true, true]);
  });

  test('of as many as a state can name are known by name, however often they are found', () => {
    const names = Array.from({ length: 100 }, (_, i) => `${i}`);
    const lists = ListNames.parse(names);
    lists.add('5');
    expect([lists.has('100'), lists.print()]).toEqual([false, names]);
    const one = ListNames.parse(['x'.repeat(200)]);
    expect(one.has('x'.repeat(200))).toBe(true);
  });

  test('of more than that stay believed from state to state, and go over to what is found besides', () => {
    const many = ListNames.parse(true);
    expect([many.has('7'), many.print()]).toEqual([true, true]);
    const one = ListNames.parse(['7']);
    expect([many.exceeds(one), one.exceeds(many)]).toEqual([true, false]);
    one.addAll(many);
    expect(one.print()).toBe(true);
  });

  test('are not called verified where a list was not there', async () => {
    const counted = { ...stream, retriever: { ...stream.retriever, paginator: byCountedPage } };
    const run = await sync(counted, [7]);
    expect(run.logs.at(-1)).toMatch(
      /verified against the API's counts in 29 of 30 lists; 1 list was not there$/,
    );
  });
});

test('a list that is known not to be there stays so through a sync that breaks off and one that goes on', async () => {
  const clock = new FakeClock();
  const many = parentsOf(50);
  const read = (state: JsonObject | undefined, isFailing = false): Promise<ReadRun> => {
    const api = fakeApi((url) => {
      clock.advance(MINUTE_MS);
      if (url.pathname === '/orders') return pageOf(url, many);
      const id = parentOf(url);
      if (isFailing && id < 20) return { status: 500, body: {} };
      return id === 45 ? gone : pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
    });
    const states = new Map(state === undefined ? [] : [['items', state]]);
    return runRead([items], api, { states, context: { clock }, numWorkers: 1 });
  };
  const second = await read(stateOf(await read(undefined)));
  expect(stateOf(second)).toMatchObject({ absent_lists: ['45'] });
  const third = await read(stateOf(second), true);
  expect(third.course('items').at(-1)).toBe('INCOMPLETE');
  const fourth = await read(stateOf(third));
  const fifth = await read(stateOf(fourth));
  expect(fifth.course('items').at(-1)).toBe('COMPLETE');
  expect([fourth, fifth].flatMap(({ logs }) => logs.filter((line) => line.includes('stays open')))).toEqual(
    [],
  );
});

test('a list of parents that was not there, in between, is asked for by the next sync', async () => {
  const [config] = ROUTER.parent_stream_configs;
  const inBetween = { ...config, stream: items, partition_field: 'item_id', incremental_dependency: false };
  const requester = {
    ...items.retriever.requester,
    path: '/orders/{{ stream_partition.parent_id }}/items/{{ stream_partition.item_id }}/usages',
  };
  const partition_router = { ...ROUTER, parent_stream_configs: [inBetween] as const };
  const usages = { ...items, name: 'usages', retriever: { ...items.retriever, requester, partition_router } };
  const read = (isGone: boolean, state?: JsonObject) =>
    runRead(
      [usages],
      fakeApi((url) => {
        const [, , order, , item] = url.pathname.split('/');
        if (order === undefined) return pageOf(url, parents);
        if (isGone && order === '7' && item === undefined) return gone;
        return pageOf(url, [{ id: Number(order), updatedAt: at(START + Number(order) * HOUR_MS) }]);
      }),
      { states: new Map(state === undefined ? [] : [['usages', state]]) },
    );
  const first = await read(true);
  expect(first.course('usages').at(-1)).toBe('COMPLETE');
  expect(idsOf(first, 'usages')).not.toContain(7);
  expect(idsOf(await read(false, first.states('usages').at(-1)), 'usages')).toContain(7);
});

test('lists that came short are read again by the sync that goes on, also where counts are no longer believed', async () => {
  const clock = new FakeClock();
  const short = [10, 12, 14, 16, 18, 20];
  let isFaulty = true;
  const api = fakeApi((url) => {
    clock.advance(MINUTE_MS);
    if (url.pathname === '/orders') return pageOf(url, parents);
    const id = parentOf(url);
    // The last one is refused, so that the sync stays unfinished.
    if (isFaulty && id === 1) return { status: 412, body: {} };
    const both = [id * 10, id * 10 + 1].map((child) => ({ id: child, updatedAt: at(START + HOUR_MS) }));
    const isShort = isFaulty && short.includes(id);
    const { data } = pageOf(url, isShort ? both.slice(1) : both).body as { data: unknown };
    return { body: { data, meta: { pageCount: 1, total: 2 } } };
  });
  const stream = { ...items, retriever: { ...items.retriever, paginator: byCountedPage } };
  const first = await runRead([stream], api, { context: { clock }, numWorkers: 1 });
  expect(first.course('items').at(-1)).toBe('INCOMPLETE');
  isFaulty = false;
  const second = await runRead([stream], api, {
    context: { clock },
    states: new Map([['items', stateOf(first) ?? {}]]),
  });
  const came = new Set([...idsOf(first, 'items'), ...idsOf(second, 'items')].map(Number));
  const wanted = parents.flatMap(({ id }) => [id * 10, id * 10 + 1]);
  expect(wanted.filter((id) => !came.has(id))).toEqual([]);
});

test('lists that are missing all over the history keep a few slices open, and not all of it', () => {
  const day = (number: number) => Date.parse('2024-06-01T00:00:00.000Z') + number * 24 * HOUR_MS;
  const now = day(20);
  const startDate = at(day(0));
  const base = { stream: 'items', syncMode: 'incremental', startDate, lookbackDays: 0 } as const;
  const cursor = new DatetimeCursor(createdBetween, { ...base, state: undefined, now });
  const closed = Array.from({ length: 20 }, (_, i) => {
    const open = cursor.open({ start: day(i), end: day(i + 1), filtered: true, isLast: i === 19 });
    open.absent.add(`${i}`);
    return cursor.close(open);
  });
  expect(closed.filter((isClosed) => !isClosed)).toHaveLength(5);
  const state = cursor.state(true);
  const next = new DatetimeCursor(createdBetween, { ...base, state, now: now + HOUR_MS });
  expect(next.slices().filter(({ end }) => end <= day(19))).toHaveLength(1);
  expect(next.slices()[0]).toMatchObject({ start: day(0), end: day(5) });
});

test('that lists were not there says nothing of a history that is read from an earlier start date', () => {
  const state = { createdAt: at(START + 24 * HOUR_MS), start_date: at(START), absent_lists: ['7'] };
  const base = { stream: 'items', syncMode: 'incremental', lookbackDays: 0, state } as const;
  const cursorOf = (startDate: number) =>
    new DatetimeCursor(createdBetween, { ...base, startDate: at(startDate), now: START + 48 * HOUR_MS });
  expect(cursorOf(START).knownAbsent.has('7')).toBe(true);
  expect(cursorOf(START - 24 * HOUR_MS).knownAbsent.has('7')).toBe(false);
});
