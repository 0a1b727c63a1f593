/** Windows that end at a date: what is read, and when no more. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { at, fakeApi, listBetween, pageOf, runRead, sorted } from '../../test-support/read-run.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import type { Cursor } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import type { CursorOptions } from './sync-start.js';

const START = '2024-01-01T00:00:00.000Z';
const END = '2024-03-01T00:00:00.000Z';
const NOW = '2024-06-15T12:00:00.000Z';

const { type, cursor_field, datetime_format } = createdBetween;
const wholeList: DatetimeBasedCursor = { type, cursor_field, datetime_format };
const withChanges: DatetimeBasedCursor = {
  ...createdBetween,
  extensions: {
    changed_since: {
      start_time_option: requestParameter('changed_from'),
      end_time_option: requestParameter('changed_to'),
    },
  },
};

function cursorOf(options: Partial<CursorOptions> = {}, definition = createdBetween): Cursor {
  return new DatetimeCursor(definition, {
    stream: 'orders',
    syncMode: 'incremental',
    state: undefined,
    startDate: START,
    endDate: END,
    lookbackDays: 30,
    now: Date.parse(NOW),
    ...options,
  });
}

function spans(slices: readonly StreamSlice[]): string[] {
  return slices.map(({ start, end, ofChanges }) =>
    [...(ofChanges === true ? ['changes'] : []), toIso(start), toIso(end)].join(' '),
  );
}

/** Reads all slices, each with a record of this time. @returns the final state */
function readAll(cursor: Cursor, createdAt?: string): JsonObject {
  for (const slice of cursor.slices()) {
    const open = cursor.open(slice);
    if (createdAt !== undefined && cursor.judge(open, capturedOf(JSON.stringify(createdAt)), 0) === 'emit') {
      open.written++;
    }
    cursor.close(open);
  }
  return cursor.state(true);
}

const finished = (asOf: string, endDate = END): JsonObject => ({
  createdAt: '2024-02-20T00:00:00.000Z',
  finished: { end_date: endDate, as_of: asOf },
});

describe('the window of a sync with an end date', () => {
  test('ends there, and requests reach further', () => {
    const cursor = cursorOf();
    const [only] = cursor.slices();
    expect(spans(cursor.slices())).toEqual([`${START} ${END}`]);
    expect(only && cursor.requestParameters(only)).toEqual({
      from: '2023-12-31T00:00:00.000Z',
      to: '2024-03-02T00:00:00.000Z',
    });
  });

  test.each([
    ['2024-02-29T23:59:59.999Z', 'emit'],
    [END, 'outside'],
    ['2024-03-01T01:00:00+01:00', 'outside'],
    ['2024-03-01T23:00:00.000Z', 'outside'],
    ['2023-12-31T23:59:59.999Z', 'outside'],
  ])('a record of %s: %s', (time, verdict) => {
    for (const definition of [createdBetween, wholeList, { ...wholeList, is_data_feed: true }]) {
      const cursor = cursorOf({}, definition);
      const [only] = cursor.slices();
      const open = cursor.open(only as StreamSlice);
      expect(cursor.judge(open, capturedOf(JSON.stringify(time)), 0)).toBe(verdict);
      cursor.close(open);
      expect(Date.parse(cursor.state(true)['createdAt'] as string)).toBeLessThan(Date.parse(END));
    }
  });

  test('takes no record that was created before or after, even if it changed within', () => {
    const cursor = cursorOf({}, { ...wholeList, extensions: { change_fields: [['updatedAt']] } });
    const [only] = cursor.slices();
    const open = cursor.open(only as StreamSlice);
    const judge = (...values: string[]) =>
      cursor.judge(open, capturedOf(...values.map((value) => JSON.stringify(value))), 0);
    expect(judge('2023-12-31T00:00:00Z', '2024-02-01T00:00:00Z')).toBe('outside');
    expect(judge('2024-02-01T00:00:00Z', '2024-05-01T00:00:00Z')).toBe('emit');
    expect(judge('2024-03-02T00:00:00Z', '2024-03-02T00:00:00Z')).toBe('outside');
  });

  test('is that without one while the end date lies ahead', () => {
    const ahead = cursorOf({ endDate: '2024-06-20T00:00:00Z' });
    expect(spans(ahead.slices())).toEqual([`${START} ${NOW}`]);
    const open = ahead.open(ahead.slices()[0] as StreamSlice);
    // Dated by a clock that is ahead of ours.
    expect(ahead.judge(open, capturedOf('"2024-06-15T12:00:05Z"'), 0)).toBe('emit');
    expect(readAll(ahead, '2024-06-14T00:00:00Z')).toEqual({
      start_date: START,
      createdAt: '2024-06-14T00:00:00Z',
    });
  });

  test('cuts off dates to come', () => {
    const ahead: DatetimeBasedCursor = { ...createdBetween, extensions: { look_ahead: 'P45D' } };
    expect(spans(cursorOf({ endDate: '2024-07-01T00:00:00Z' }, ahead).slices())).toEqual([
      `${START} 2024-07-01T00:00:00.000Z`,
    ]);
    expect(spans(cursorOf({}, ahead).slices())).toEqual([`${START} ${END}`]);
  });

  test('reads a full refresh up to it too, and again the next time', () => {
    const refresh = cursorOf({ syncMode: 'full_refresh' });
    expect(spans(refresh.slices())).toEqual([`${START} ${END}`]);
    expect(readAll(refresh, '2024-02-20T00:00:00.000Z')).not.toHaveProperty('finished');
    const anew = cursorOf({ syncMode: 'full_refresh', state: finished(NOW) });
    expect(spans(anew.slices())).toEqual([`${START} ${END}`]);
  });
});

describe('after the end date', () => {
  const state = { createdAt: '2024-02-20T00:00:00.000Z' };

  test('the lookback window before it is read again, and the state says that it was reached', () => {
    const cursor = cursorOf({ state, now: Date.parse('2024-03-10T00:00:00.000Z') });
    expect(spans(cursor.slices())).toEqual([`2024-01-21T00:00:00.000Z ${END}`]);
    expect(readAll(cursor, state.createdAt)).toEqual(finished('2024-03-10T00:00:00.000Z'));
  });

  test('the state does not say so in the first ten minutes, in which records may still appear', () => {
    const minutes = (number: number) => Date.parse(END) + number * MINUTE_MS;
    for (const definition of [createdBetween, wholeList]) {
      expect(readAll(cursorOf({ state, now: minutes(9) }, definition))).toEqual(state);
      expect(readAll(cursorOf({ state, now: minutes(10) }, definition))).toHaveProperty('finished');
    }
  });

  test('a list without a date filter is read once more, and then never again', () => {
    const first = cursorOf({ state, now: Date.parse('2024-03-02T00:00:00Z') }, wholeList);
    expect(first.slices()).toHaveLength(1);
    const next = cursorOf({ state: readAll(first, state.createdAt) }, wholeList);
    expect(next.slices()).toEqual([]);
    expect(next.notice).toContain('nothing to read');
    expect(next.state(true)).toEqual(first.state(true));
  });

  test.each([
    ['in which records may still change', '2024-03-30T23:59:59.000Z', 1],
    ['by when none can change any more', '2024-03-31T00:00:00.000Z', 0],
  ])('a list with a date filter is read again until a sync %s', (_, asOf, slices) => {
    expect(cursorOf({ state: finished(asOf) }).slices()).toHaveLength(slices);
  });

  test('is not taken for read by a sync of less than a day after its end: its clock may have been ahead', () => {
    for (const hours of [1, 23, 24]) {
      const asOf = toIso(Date.parse(END) + hours * HOUR_MS);
      const isRead = hours < 24;
      expect(cursorOf({ state: finished(asOf) }, wholeList).slices()).toHaveLength(isRead ? 1 : 0);
      const cursor = cursorOf({ state: finished(asOf), lookbackDays: 0 });
      expect(cursor.slices()).toHaveLength(isRead ? 1 : 0);
    }
  });

  test('records that show a change at any time are always read', () => {
    const extensions = { change_fields: [['updatedAt']] };
    const definition = { ...wholeList, extensions };
    expect(cursorOf({ state: finished(NOW) }, definition).slices()).toHaveLength(1);
    const moving = { ...wholeList, extensions: { ...extensions, change_moves_cursor: true as const } };
    expect(cursorOf({ state: finished(NOW) }, moving).slices()).toHaveLength(0);
  });

  test('a longer lookback, or a later end date, is read', () => {
    const state = finished('2024-04-01T00:00:00.000Z');
    expect(spans(cursorOf({ state, lookbackDays: 40 }).slices())).toEqual([
      `2024-01-11T00:00:00.000Z ${END}`,
    ]);
    const later = '2024-04-01T00:00:00.000Z';
    expect(spans(cursorOf({ state, endDate: later }).slices())).toEqual([
      `2024-01-21T00:00:00.000Z ${later}`,
    ]);
    const open = cursorOf({ state, endDate: undefined });
    expect(spans(open.slices())).toEqual([`2024-01-21T00:00:00.000Z ${NOW}`]);
    expect(readAll(open, '2024-06-01T00:00:00.000Z')).toEqual({ createdAt: '2024-06-01T00:00:00.000Z' });
  });

  test('an earlier end date reads nothing anew, and leaves the state', () => {
    const ahead = { createdAt: '2024-06-01T00:00:00.000Z' };
    const cursor = cursorOf({ state: ahead });
    expect(cursor.slices()).toEqual([]);
    expect(cursor.notice).toContain(`the end date ${END}`);
    expect(cursor.state(true)).toEqual(ahead);
  });

  test('one that a clock wrote which was ahead counts for nothing', () => {
    const state = finished(toIso(Date.parse(NOW) + 60_000));
    const without = { ...state, finished: null };
    expect(spans(cursorOf({ state }).slices())).toEqual(spans(cursorOf({ state: without }).slices()));
  });

  test('a remark in the state that cannot be read counts for nothing', () => {
    for (const bad of ['x', { end_date: END }, { end_date: 1, as_of: 2 }, null]) {
      expect(cursorOf({ state: { ...state, finished: bad } }).slices()).toHaveLength(1);
    }
  });
});

describe('changes that the API can be asked for', () => {
  test('are read up to now, beside the lookback window', () => {
    const cursor = cursorOf({ state: { createdAt: '2024-02-20T00:00:00.000Z' } }, withChanges);
    expect(spans(cursor.slices())).toEqual([
      `changes 2024-01-21T00:00:00.000Z ${NOW}`,
      `2024-01-21T00:00:00.000Z ${END}`,
    ]);
  });

  test('are all that is read once the window is finished, from the last sync on, less the lookback', () => {
    const cursor = cursorOf({ state: finished('2024-06-01T00:00:00.000Z') }, withChanges);
    expect(spans(cursor.slices())).toEqual([`changes 2024-05-02T00:00:00.000Z ${NOW}`]);
    const open = cursor.open(cursor.slices()[0] as StreamSlice);
    const judge = (time: string) => cursor.judge(open, capturedOf(JSON.stringify(time)), 0);
    expect(['2024-02-29T23:59:59Z', START, END, '2023-12-31T23:59:59Z'].map(judge)).toEqual([
      'emit',
      'emit',
      'outside',
      'outside',
    ]);
    expect(cursor.state(false)).toEqual(finished('2024-06-01T00:00:00.000Z'));
    cursor.close(open);
    expect(cursor.state(true)).toEqual(finished(NOW));
  });

  test('are asked for a day further back at least, because that time is of the clock here', () => {
    const cursor = cursorOf({ state: finished('2024-06-01T00:00:00.000Z'), lookbackDays: 0 }, withChanges);
    expect(spans(cursor.slices())).toEqual([`changes 2024-05-31T00:00:00.000Z ${NOW}`]);
  });
});

describe('a whole sync', () => {
  const all = Array.from({ length: 160 }, (_, id) => ({
    id,
    createdAt: at(Date.parse(START) + id * DAY_MS),
  }));
  const orders = streamOf('orders', { incremental_sync: createdBetween });
  const ledger = streamOf('ledger', { incremental_sync: { ...wholeList, is_data_feed: true } });

  test('of two connections that meet reads every record once, and the first one ends for good', async () => {
    const split = at(Date.parse(START) + 40 * DAY_MS);
    const newest = [...all].reverse();
    const reply = (url: URL) => (url.pathname === '/orders' ? listBetween(url, all) : pageOf(url, newest));
    const early = await runRead([orders, ledger], fakeApi(reply), { endDate: split });
    const late = await runRead([orders, ledger], fakeApi(reply), { startDate: split });
    for (const name of ['orders', 'ledger']) {
      const ids = [early, late].map((run) => sorted(run.records(name).map(({ id }) => id)));
      expect(ids).toEqual([all.slice(0, 40), all.slice(40)].map((some) => some.map(({ id }) => id)));
    }
    const states = new Map(['orders', 'ledger'].map((name) => [name, early.states(name).at(-1) ?? {}]));
    const api = fakeApi(reply);
    const again = await runRead([orders, ledger], api, { endDate: split, states });
    expect(api.asked).toEqual([]);
    expect(again.course('orders')).toEqual(['STARTED', 'RUNNING', 'STATE', 'COMPLETE']);
    expect(again.states('ledger')).toEqual([states.get('ledger')]);
  });
});

describe('a record of the last ten minutes', () => {
  const NEW = '2024-06-15T11:58:00.000Z';
  const endDate = undefined;

  test.each([
    [1, '2024-06-14T11:58:00.000Z'],
    [0, '2024-06-15T11:48:00.000Z'],
  ])(
    'moves the state; what is dated before it and comes later is read by the next sync, with a lookback of %i days',
    (lookbackDays, since) => {
      // Whatever the lookback of the sync that wrote the state.
      for (const before of [0, 30]) {
        const state = readAll(cursorOf({ lookbackDays: before, endDate }), NEW);
        expect(state['createdAt']).toBe(NEW);
        const next = cursorOf({ state, lookbackDays, endDate, now: Date.parse(NOW) + DAY_MS });
        expect(toIso(next.slices()[0]?.start ?? 0)).toBe(since);
      }
    },
  );
});

describe('an end date that is set when the state has passed it', () => {
  const state = { createdAt: NOW };
  const endDate = toIso(Date.parse(NOW) - 60 * DAY_MS);
  const before = JSON.stringify(toIso(Date.parse(endDate) - DAY_MS));
  const recently = JSON.stringify(toIso(Date.parse(NOW) - DAY_MS));
  const longAgo = JSON.stringify(toIso(Date.parse(NOW) - 40 * DAY_MS));

  test('leaves nothing to read of a list whose records do not change', () => {
    expect(cursorOf({ state, endDate }).slices()).toEqual([]);
    expect(cursorOf({ state, endDate }, wholeList).slices()).toEqual([]);
  });

  test('does not hide what changes of the records before it', () => {
    const changing = { ...wholeList, extensions: { change_fields: [['deletedAt']] } };
    const cursor = cursorOf({ state, endDate }, changing);
    const [slice] = cursor.slices();
    if (slice === undefined) throw new Error('there is nothing to read');
    const open = cursor.open(slice);
    expect(cursor.judge(open, capturedOf(before, recently), 0)).toBe('emit');
    // Read by earlier syncs.
    expect(cursor.judge(open, capturedOf(before, undefined), 0)).toBe('outside');
    expect(cursor.judge(open, capturedOf(before, longAgo), 0)).toBe('outside');
    // Behind the end date.
    expect(cursor.judge(open, capturedOf(recently, recently), 0)).toBe('outside');
    cursor.close(open);
    expect(cursor.state(true)).toMatchObject({ createdAt: NOW });
    // And so in the next sync.
    const next = cursorOf({ state: cursor.state(true), endDate, now: Date.parse(NOW) + DAY_MS }, changing);
    expect(next.slices()).toHaveLength(1);
  });
});

describe('records dated before the vendor had any', () => {
  const NULL_DATE = '"0001-01-01T00:00:00Z"';
  const verdict = (options: Partial<CursorOptions>, definition = wholeList): string | undefined => {
    const cursor = cursorOf({ endDate: undefined, ...options }, definition);
    const [slice] = cursor.slices();
    return slice === undefined ? undefined : cursor.judge(cursor.open(slice), capturedOf(NULL_DATE), 0);
  };

  test('are taken if no start date was asked for', () => {
    expect(verdict({ takesEarlier: true })).toBe('emit');
    expect(verdict({ takesEarlier: true, syncMode: 'full_refresh' })).toBe('emit');
  });

  test('are left out by a start date, and by a sync that goes on from later', () => {
    expect(verdict({})).toBe('outside');
    expect(verdict({ takesEarlier: true, state: { createdAt: '2024-05-01T00:00:00Z' } })).toBe('outside');
  });

  test('show that a filter does not work, if it lets them through', () => {
    expect(() => verdict({ takesEarlier: true }, createdBetween)).toThrow(/the API sent a record of 0001/);
  });
});
