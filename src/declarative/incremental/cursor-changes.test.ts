/** Streams whose API can be asked for what has changed, although the records do not say when. */
import { describe, expect, test } from '@jest/globals';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { at, fakeApi, listBetween, pageOf, runRead, sorted } from '../../test-support/read-run.fixture.js';
import type { Dated } from '../../test-support/read-run.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { DAY_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import type { Cursor } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import type { CursorOptions } from './sync-start.js';

const START = '2024-01-01T00:00:00.000Z';
const NOW = '2024-06-15T12:00:00.000Z';
const state = { createdAt: '2024-06-10T00:00:00.000Z' };

const DEFINITION: DatetimeBasedCursor = {
  ...createdBetween,
  extensions: {
    changed_since: {
      start_time_option: requestParameter('changed_from'),
      end_time_option: requestParameter('changed_to'),
    },
  },
};

function cursorOf(options: Partial<CursorOptions> = {}): Cursor {
  return new DatetimeCursor(DEFINITION, {
    stream: 'orders',
    syncMode: 'incremental',
    state,
    startDate: START,
    lookbackDays: 30,
    now: Date.parse(NOW),
    ...options,
  });
}

/** The slice of changes and the others. */
function slicesOf(cursor: Cursor): { changes: StreamSlice; rest: StreamSlice[] } {
  const [changes, ...rest] = cursor.slices();
  if (changes?.ofChanges !== true) throw new Error('the first slice is not of changes');
  return { changes, rest };
}

/** Reads a slice that holds a record of this time, and closes it. */
function read(cursor: Cursor, slice: StreamSlice, createdAt?: string): void {
  const open = cursor.open(slice);
  if (createdAt !== undefined) cursor.judge(open, capturedOf(JSON.stringify(createdAt)), 0);
  cursor.close(open);
}

describe('older records that changed', () => {
  test('are asked for before the new ones, for the time of the whole range', () => {
    const cursor = cursorOf();
    const { changes, rest } = slicesOf(cursor);
    expect(cursor.requestParameters(changes)).toEqual({
      changed_from: '2024-05-10T00:00:00.000Z',
      changed_to: '2024-06-17T00:00:00.000Z',
    });
    expect(rest.map((slice) => cursor.requestParameters(slice))).toEqual([
      { from: '2024-05-10T00:00:00.000Z', to: '2024-06-17T00:00:00.000Z' },
    ]);
  });

  test('are asked for also where nothing else is left to read', () => {
    const cursor = cursorOf({ state: { ...state, closed_slices: [{ start: START, end: NOW }] } });
    expect(slicesOf(cursor).rest).toEqual([]);
  });

  test.each<[string, Partial<CursorOptions>]>([
    ['a first sync', { state: undefined }],
    ['a full refresh', { syncMode: 'full_refresh' }],
    [
      'a full refresh that is taken up',
      {
        syncMode: 'full_refresh',
        state: { ...state, closed_slices: [{ start: START, end: state.createdAt }] },
      },
    ],
    ['a sync whose lookback reaches the start date', { lookbackDays: 400 }],
    ['a sync with a state in the future', { state: { createdAt: '2999-01-01T00:00:00.000Z' } }],
  ])('are not asked for in %s', (_, options) => {
    const cursor = cursorOf(options);
    const all = [...cursor.slices(), ...cursor.replan('ignored')];
    expect(all.filter(({ ofChanges }) => ofChanges === true)).toEqual([]);
  });

  test.each([
    ['2023-12-31T23:59:59.999Z', 'outside'],
    [START, 'emit'],
    ['2024-05-10T23:59:59.999Z', 'emit'],
    ['2024-05-11T00:00:00.000Z', 'outside'],
    ['2024-06-12T00:00:00.000Z', 'outside'],
    ['2999-01-01T00:00:00.000Z', 'outside'],
  ])('of %s: %s, between the start date and what the other slices read', (time, verdict) => {
    const cursor = cursorOf();
    const open = cursor.open(slicesOf(cursor).changes);
    expect(cursor.judge(open, capturedOf(JSON.stringify(time)), 0)).toBe(verdict);
    expect(cursor.isFeed).toBe(false);
  });

  test('are kept and counted if they have no date', () => {
    const cursor = cursorOf();
    const open = cursor.open(slicesOf(cursor).changes);
    expect(cursor.judge(open, capturedOf('null'), 0)).toBe('emit');
    expect(open.withoutCursor).toBe(1);
  });

  test('are read in one piece', () => {
    const cursor = cursorOf();
    const { changes } = slicesOf(cursor);
    expect(cursor.split(changes, 9)).toEqual([changes]);
    expect(cursor.split(changes, undefined)).toEqual([changes]);
  });
});

describe('the mark', () => {
  test('does not move before the changes are closed, even if all else is', () => {
    const cursor = cursorOf();
    const { changes, rest } = slicesOf(cursor);
    for (const slice of rest) read(cursor, slice, '2024-06-14T00:00:00.000Z');
    expect(cursor.state(false)).toMatchObject(state);
    expect(cursor.slices()).toEqual([
      changes,
      expect.objectContaining({ start: Date.parse(NOW) - 600_000, isLast: true }),
    ]);
    read(cursor, changes, '2024-02-01T00:00:00.000Z');
    expect(cursor.state(true)).toEqual({ createdAt: '2024-06-14T00:00:00.000Z' });
  });

  test('does not move by the changes themselves, nor are they asked for again', () => {
    const cursor = cursorOf();
    const { changes, rest } = slicesOf(cursor);
    read(cursor, changes, '2024-05-01T00:00:00.000Z');
    expect(cursor.state(false)).toEqual(state);
    expect(cursor.slices()).toEqual(rest);
    expect(cursor.replan('ignored').some(({ ofChanges }) => ofChanges === true)).toBe(false);
  });

  test('of an unfinished sync that had not read the changes lets the next one read them', () => {
    const first = cursorOf();
    slicesOf(first).rest.forEach((slice) => read(first, slice, '2024-06-14T00:00:00.000Z'));
    const next = cursorOf({ state: first.state(false), now: Date.parse(NOW) + DAY_MS });
    expect(next.requestParameters(slicesOf(next).changes)).toMatchObject({
      changed_from: '2024-05-10T00:00:00.000Z',
    });
  });

  test('does not move before they are closed either when the filter by creation is given up', () => {
    const cursor = cursorOf();
    const [changes, whole] = cursor.replan('ignored');
    if (changes === undefined || whole === undefined) throw new Error('a slice is missing');
    expect([changes.ofChanges, whole.filtered]).toEqual([true, false]);
    read(cursor, whole, '2024-06-14T00:00:00.000Z');
    expect(cursor.state(false)).toMatchObject(state);
    read(cursor, changes);
    expect(cursor.state(true)).toEqual({ createdAt: '2024-06-14T00:00:00.000Z' });
  });
});

describe('a whole sync', () => {
  const orders = streamOf('orders', { incremental_sync: DEFINITION });
  interface Changing extends Dated {
    readonly changedAt: string;
  }
  const dayOf = (number: number): string => at(Date.parse(START) + number * DAY_MS);
  const all: Changing[] = Array.from({ length: 160 }, (_, id) => ({
    id,
    createdAt: dayOf(id),
    changedAt: dayOf(id % 40 === 0 ? 163 : id),
  }));
  const api = () =>
    fakeApi((url) => {
      const from = url.searchParams.get('changed_from');
      return from === null
        ? listBetween(url, all)
        : pageOf(
            url,
            all.filter(({ changedAt }) => changedAt >= from),
          );
    });

  test('emits what is new and what changed, and ends with the newest date of creation', async () => {
    const states = new Map([['orders', { createdAt: dayOf(150) }]]);
    const run = await runRead([orders], api(), { states });
    expect(run.thrown).toBeUndefined();
    expect(sorted(run.records('orders').map(({ id }) => id))).toEqual([
      ...[0, 40, 80, 120],
      // Of the day before the state: the API may read its bounds in a zone of its own.
      149,
      ...all.slice(150).map(({ id }) => id),
    ]);
    expect(run.states('orders').at(-1)).toEqual({ createdAt: dayOf(159) });
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test('in which the changes cannot be read keeps its mark', async () => {
    const { http, asked } = fakeApi((url) =>
      url.searchParams.has('changed_from') ? { status: 500, body: {} } : listBetween(url, all),
    );
    const states = new Map([['orders', { createdAt: dayOf(150) }]]);
    const run = await runRead([orders], { http, asked }, { states });
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(run.states('orders').at(-1)).toMatchObject({ createdAt: dayOf(150) });
  });

  test('without a state asks for no changes', async () => {
    const one = api();
    await runRead([orders], one);
    expect(one.asked.some((url) => url.searchParams.has('changed_from'))).toBe(false);
  });
});
