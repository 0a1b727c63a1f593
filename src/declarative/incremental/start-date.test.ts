/** A start date that moves between syncs: what an earlier one adds has never been read. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { items, parentsOf } from '../../test-support/child-lists.fixture.js';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import {
  fakeApi,
  idsOf,
  listBetween,
  pageOf,
  runRead,
  sorted,
  spread,
} from '../../test-support/read-run.fixture.js';
import type { Dated } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
const { type, cursor_field, datetime_format } = createdBetween;
const unfiltered = streamOf('orders', { incremental_sync: { type, cursor_field, datetime_format } });

const MARCH = '2024-03-01T00:00:00.000Z';
const FEBRUARY = '2024-02-01T00:00:00.000Z';
const all: Dated[] = spread(50);
const from = (date: string) => sorted(all.filter(({ createdAt }) => createdAt >= date).map(({ id }) => id));

const statesOf = (stream: string, state: JsonObject | undefined): Map<string, JsonObject> =>
  new Map(state === undefined ? [] : [[stream, state]]);

async function sync(startDate: string, state?: JsonObject, stream: DeclarativeStream = orders) {
  const api = fakeApi((url) => listBetween(url, all));
  const run = await runRead([stream], api, { startDate, states: statesOf('orders', state) });
  const warnings = run.logs.filter((line) => line.includes('start date'));
  return { ids: sorted(idsOf(run)), state: run.states('orders').at(-1), warnings };
}

describe.each([
  ['with a date filter', orders],
  ['without one', unfiltered],
])('a stream %s', (_, stream) => {
  test('whose start date is earlier than before is read from it, once, and that is said', async () => {
    const first = await sync(MARCH, undefined, stream);
    expect(first.ids).toEqual(from(MARCH));
    const second = await sync(FEBRUARY, first.state, stream);
    expect(second.ids).toEqual(from(FEBRUARY));
    expect(second.warnings).toEqual([
      expect.stringContaining('earlier than the one that the state was read'),
    ]);
    const third = await sync(FEBRUARY, second.state, stream);
    expect(third.ids.length).toBeLessThan(5);
    expect(third.warnings).toEqual([]);
  });

  test('is read from an earlier start date even if nothing was found before', async () => {
    const nothing = await sync('2025-01-01T00:00:00.000Z', undefined, stream);
    expect(nothing.ids).toEqual([]);
    expect((await sync(FEBRUARY, nothing.state, stream)).ids).toEqual(from(FEBRUARY));
  });

  test('whose start date is later than before goes on from its state', async () => {
    const first = await sync(FEBRUARY, undefined, stream);
    const second = await sync(MARCH, first.state, stream);
    expect(second.ids.length).toBeLessThan(5);
    expect(second.warnings).toEqual([]);
    // What the one in between has not looked at may have changed.
    expect((await sync(FEBRUARY, second.state, stream)).ids).toEqual(from(FEBRUARY));
  });

  test('whose state does not say from where it was read goes on from it, as of another connector', async () => {
    const foreign = { createdAt: all[45]?.createdAt ?? '' };
    const { ids, state } = await sync(FEBRUARY, foreign, stream);
    expect(ids.length).toBeLessThan(10);
    expect(state).not.toHaveProperty('start_date');
  });
});

test('a state of ranges that begin behind the start date is not taken for all that lies before them', async () => {
  const ranges = [{ start: MARCH, end: '2024-05-01T00:00:00.000Z' }];
  const { ids, warnings } = await sync(FEBRUARY, { state_type: 'date-range', slices: ranges });
  expect(ids).toEqual(from(FEBRUARY));
  expect(warnings).toHaveLength(1);
});

test('an end date that had been reached does not keep an earlier start date from being read', async () => {
  const endDate = '2024-05-01T00:00:00.000Z';
  const read = (startDate: string, state?: JsonObject) =>
    runRead(
      [orders],
      fakeApi((url) => listBetween(url, all)),
      { startDate, endDate, states: statesOf('orders', state) },
    );
  const first = await read(MARCH);
  const state = first.states('orders').at(-1);
  expect(state).toHaveProperty('finished');
  expect(idsOf(await read(MARCH, state))).toEqual([]);
  const before = (date: string) => from(date).filter((id) => !from(endDate).includes(id));
  expect(sorted(idsOf(await read(FEBRUARY, state)))).toEqual(before(FEBRUARY));
});

test('children of all parents are read from an earlier start date, too', async () => {
  const parents = parentsOf(10);
  const api = () =>
    fakeApi((url) =>
      url.pathname === '/orders'
        ? pageOf(url, parents)
        : pageOf(url, [{ id: Number(url.pathname.split('/')[2]), updatedAt: FEBRUARY }]),
    );
  const first = await runRead([items], api(), { startDate: MARCH });
  expect(idsOf(first, 'items')).toEqual([]);
  const state = first.states('items').at(-1);
  const second = await runRead([items], api(), {
    startDate: FEBRUARY,
    states: statesOf('items', state),
  });
  expect(sorted(idsOf(second, 'items'))).toEqual(sorted(parents.map(({ id }) => id)));
});
