/** A list sorted by the date of change, oldest first, while records change and others are added: both come last. */
import { expect, test } from '@jest/globals';
import { items, ofAll, parentsOf, ROUTER } from '../../test-support/child-lists.fixture.js';
import {
  byCountedPage,
  childStreamOf,
  createdBetween,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { at, fakeApi, NOW, pageOf, runRead, sorted, START } from '../../test-support/read-run.fixture.js';
import type { Dated, FakeApi } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';

const { type, cursor_field, datetime_format } = createdBetween;
const orders = streamOf('orders', { incremental_sync: { type, cursor_field, datetime_format } });
const counted = <T extends DeclarativeStream>(stream: T): T => ({
  ...stream,
  retriever: { ...stream.retriever, paginator: byCountedPage },
});

/** At every fifth request for the list one of its first records changes, and another one is added. */
function changingApi(records: Dated[]): FakeApi {
  let requests = 0;
  let changed = 0;
  return fakeApi((url) => {
    if (url.pathname !== '/orders') return pageOf(url, [{ id: 1, updatedAt: at(START) }]);
    if (++requests % 5 === 0 && changed < 10) {
      const [moved] = records.splice(10 + changed++, 1);
      if (moved !== undefined) records.push({ ...moved, createdAt: at(NOW - 1000 + changed) });
      records.push({ id: 10_000 + changed, createdAt: at(NOW - 1000 + changed) });
    }
    return pageOf(url, records);
  });
}

const listOf = (count: number): Dated[] =>
  Array.from({ length: count }, (_, id) => ({ id, createdAt: at(START + id * 1000) }));

/** One that may end early, where it comes newest first. */
const feed = streamOf('orders', {
  incremental_sync: { type, cursor_field, datetime_format, is_data_feed: true },
});

test.each([
  ['a whole list', 1, orders],
  ['a whole list', 4, orders],
  ['a feed', 1, feed],
  ['a feed', 4, feed],
])('hides no record of %s (%i requests at a time)', async (_kind, numWorkers, stream) => {
  const records = listOf(300);
  const run = await runRead([counted(stream)], changingApi(records), { numWorkers });
  const came = new Set(run.records('orders').map(({ id }) => Number(id)));
  expect(sorted(records.map(({ id }) => id).filter((id) => !came.has(id)))).toEqual([]);
});

test('hides no parent', async () => {
  const records = listOf(300);
  const parents = { ...ofAll, stream: counted(ofAll.stream) };
  const stream = {
    ...items,
    retriever: {
      ...items.retriever,
      partition_router: { ...ROUTER, parent_stream_configs: [parents] as const },
    },
  };
  const run = await runRead([stream], changingApi(records));
  const came = new Set(run.records('items').map(({ parent_id }) => Number(parent_id)));
  expect(sorted(records.map(({ id }) => id).filter((id) => !came.has(id)))).toEqual([]);
});

test.each(['newest first', 'oldest first'] as const)(
  'parents that come %s say nothing of the order of their lists, to which records are added',
  async (order) => {
    const parents = parentsOf(2, order);
    const stream = counted(childStreamOf('items', streamOf('orders', { incremental_sync: createdBetween })));
    const asked = new Map<string, number>();
    const api = fakeApi((url) => {
      if (url.pathname === '/orders') return pageOf(url, parents);
      const times = (asked.get(url.pathname) ?? 0) + 1;
      asked.set(url.pathname, times);
      const before = Array.from({ length: 15 }, (_, id) => ({ id }));
      return pageOf(url, times === 1 ? before : [{ id: 99 }, ...before]);
    });
    const run = await runRead([stream], api);
    expect(run.records('items')).toHaveLength(2 * 15);
    // Two pages each: none is read again for the record that is new.
    expect([...asked.values()]).toEqual([2, 2]);
  },
);
