/** A list sorted by the date of change, oldest first, while records change and others are added: both come last. */
import { expect, test } from '@jest/globals';
import { byCountedPage, createdBetween, streamOf } from '../test-support/definitions.fixture.js';
import { items, ofAll, ROUTER } from '../test-support/child-lists.fixture.js';
import { at, fakeApi, NOW, pageOf, runRead, sorted, START } from '../test-support/read-run.fixture.js';
import type { Dated, FakeApi } from '../test-support/read-run.fixture.js';
import type { DeclarativeStream } from './components.js';

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

test.each([1, 4])('hides no record (%i requests at a time)', async (numWorkers) => {
  const records = listOf(300);
  const run = await runRead([counted(orders)], changingApi(records), { numWorkers });
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
