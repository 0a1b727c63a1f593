/** A window of dates that is over, while the API answers with nothing for a moment, as gateways and replicas do. */
import { expect, test } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../protocol/messages.js';
import { byCountedPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  listBetween,
  NOW,
  runRead,
  spread,
} from '../../test-support/read-run.fixture.js';
import type { ReadRun } from '../../test-support/read-run.fixture.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
const stream = { ...orders, retriever: { ...orders.retriever, paginator: byCountedPage } };
const records = spread(20);
const END = NOW - DAY_MS;
const inWindow = records.filter(({ createdAt }) => createdAt < at(END)).map(({ id }) => id);

interface Sync {
  readonly run: ReadRun;
  readonly requests: number;
  readonly state: JsonObject;
}

/** @param answer in place of the list; the list if there is none */
async function sync(now: number, state: JsonObject | undefined, answer?: JsonValue): Promise<Sync> {
  const api = fakeApi((url) => (answer === undefined ? listBetween(url, records) : { body: answer }));
  const run = await runRead([stream], api, {
    endDate: at(END),
    states: new Map(state === undefined ? [] : [['orders', state]]),
    context: { clock: new FakeClock(at(now)) },
  });
  return { run, requests: api.asked.length, state: run.states('orders').at(-1) ?? {} };
}

test.each<[string, JsonValue]>([
  ['nothing at all', { data: [] }],
  ['a count of zero', { data: [], meta: { pageCount: 0, total: 0 } }],
])('is read by the next sync after %s', async (_, answer) => {
  const first = await sync(NOW, undefined, answer);
  expect(first.run.course('orders').at(-1)).toBe('COMPLETE');
  const second = await sync(NOW + HOUR_MS, first.state);
  expect(new Set(idsOf(second.run))).toEqual(new Set(inWindow));
  expect((await sync(NOW + 2 * HOUR_MS, second.state)).requests).toBe(0);
});

test('is read for good when a later sync has met the same, not one right behind it', async () => {
  const nothing = { data: [], meta: { pageCount: 0, total: 0 } };
  const first = await sync(NOW, undefined, nothing);
  const atOnce = await sync(NOW + MINUTE_MS, first.state, nothing);
  const later = await sync(NOW + HOUR_MS, atOnce.state, nothing);
  expect(atOnce.requests).toBeGreaterThan(0);
  expect(later.requests).toBeGreaterThan(0);
  expect((await sync(NOW + 2 * HOUR_MS, later.state, nothing)).requests).toBe(0);
});
