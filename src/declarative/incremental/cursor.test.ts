import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { HOUR_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { DateFilterError, fullRefreshCursor } from './cursor.js';
import type { Cursor, OpenSlice, Verdict } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import type { CursorOptions } from './sync-start.js';

const NOW = '2024-06-15T12:00:00.000Z';
const START = '2024-01-01T00:00:00.000Z';

const DEFINITION: DatetimeBasedCursor = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'createdAt',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
  start_time_option: requestParameter('from'),
  end_time_option: requestParameter('to'),
};

function cursorOf(
  options: Partial<CursorOptions> = {},
  definition: Partial<DatetimeBasedCursor> = {},
): Cursor {
  return new DatetimeCursor(
    { ...DEFINITION, ...definition },
    {
      stream: 'orders',
      syncMode: 'incremental',
      state: undefined,
      startDate: START,
      lookbackDays: 30,
      now: Date.parse(NOW),
      ...options,
    },
  );
}

function unfiltered(
  options: Partial<CursorOptions> = {},
  definition: Partial<DatetimeBasedCursor> = {},
): Cursor {
  const { type, cursor_field, datetime_format } = DEFINITION;
  const base = { stream: 'orders', syncMode: 'incremental' as const, state: undefined, lookbackDays: 0 };
  return new DatetimeCursor(
    { type, cursor_field, datetime_format, ...definition },
    { ...base, startDate: START, now: Date.parse(NOW), ...options },
  );
}

function spans(slices: readonly StreamSlice[]): string[] {
  return slices.map(({ start, end, isLast }) => `${toIso(start)} ${toIso(end)}${isLast ? ' last' : ''}`);
}

function slice(start: string, end: string, isLast = false): StreamSlice {
  return { start: Date.parse(start), end: Date.parse(end), isLast, filtered: true };
}

/** Judges records by their values, each a timestamp or undefined. */
function judge(cursor: Cursor, open: OpenSlice, ...values: (string | undefined)[]): Verdict {
  return cursor.judge(open, capturedOf(...values.map((value) => value && JSON.stringify(value))), 0);
}

/** Reads a slice that holds one record, and closes it. */
function readSlice(cursor: Cursor, one: StreamSlice, createdAt?: string): void {
  const open = cursor.open(one);
  if (createdAt !== undefined) expect(judge(cursor, open, createdAt)).toBe('emit');
  cursor.close(open);
}

describe('the range of a sync', () => {
  test('begins at the start date without a state, and ends now', () => {
    const cursor = cursorOf();
    expect(spans(cursor.slices())).toEqual([`${START} ${NOW} last`]);
    expect(cursor.state(false)).toEqual({ start_date: START, createdAt: START });
    expect(cursor.notice).toBeUndefined();
  });

  test('goes back by the lookback window when reading, and the state does not', () => {
    const state = { createdAt: '2024-06-10T00:00:00.000Z' };
    const cursor = cursorOf({ state });
    expect(spans(cursor.slices())).toEqual([`2024-05-11T00:00:00.000Z ${NOW} last`]);
    expect(cursor.state(false)).toEqual(state);
    cursor.slices().forEach((one) => readSlice(cursor, one, '2024-06-01T00:00:00Z'));
    expect(cursor.state(true)).toEqual(state);
  });

  test('never begins before the start date', () => {
    const cursor = cursorOf({ state: { createdAt: '2024-01-03T00:00:00.000Z' } });
    expect(spans(cursor.slices())).toEqual([`${START} ${NOW} last`]);
  });

  test.each([
    ['state', { createdAt: '2024-07-15T12:00:00.001Z' }, START],
    ['start date', undefined, '2025-01-01T00:00:00Z'],
  ])('is empty for a %s in the future, which stays and is told of', (what, state, startDate) => {
    const cursor = cursorOf({ state, startDate });
    expect(cursor.slices()).toEqual([]);
    expect(cursor.state(true)).toEqual(state ?? { start_date: startDate, createdAt: startDate });
    expect(cursor.notice).toContain(`the ${what} `);
    expect(cursor.notice).toContain('lies in the future');
  });

  test('is the lookback window all the same for a state that is a little ahead of the clock', () => {
    const cursor = cursorOf({ state: { createdAt: '2024-06-15T12:05:00.000Z' } });
    expect(spans(cursor.slices())).toEqual([`2024-05-16T12:05:00.000Z ${NOW} last`]);
    expect(cursor.notice).toContain('the state 2024-06-15T12:05:00.000Z lies in the future');
    cursor.slices().forEach((one) => readSlice(cursor, one, '2024-06-15T11:00:00.000Z'));
    expect(cursor.state(true)).toEqual({ createdAt: '2024-06-15T12:05:00.000Z' });
  });

  test('of a full refresh is everything, whatever an incremental sync left', () => {
    const cursor = cursorOf({ syncMode: 'full_refresh', state: { createdAt: '2024-06-10T00:00:00Z' } });
    expect(spans(cursor.slices())).toEqual([`${START} ${NOW} last`]);
    expect(cursor.state(false)).toEqual({ start_date: START, createdAt: START, sync_mode: 'full_refresh' });
  });

  test('of a full refresh goes on from what another one had closed, not from what an incremental sync had', () => {
    const closed = [{ start: '2024-02-01T00:00:00.000Z', end: '2024-03-01T00:00:00.000Z' }];
    const state = { createdAt: '2024-03-01T00:00:00Z', closed_slices: closed };
    expect(spans(cursorOf({ syncMode: 'full_refresh', state }).slices())).toEqual([`${START} ${NOW} last`]);
    const own = { ...state, sync_mode: 'full_refresh' };
    const resumed = cursorOf({ syncMode: 'full_refresh', state: own });
    expect(spans(resumed.slices())).toHaveLength(2);
    expect(resumed.notice).toContain('goes on with the full refresh whose state was given');
  });

  test('of an incremental sync behind a full refresh takes its mark, and reads the lookback window again', () => {
    const mark = '2024-06-10T00:00:00Z';
    const closed_slices = [{ start: START, end: mark, as_of: mark }];
    const behind = (state: JsonObject) =>
      cursorOf({ state: { createdAt: mark, ...state }, lookbackDays: 30 });
    const after = behind({ closed_slices, sync_mode: 'full_refresh' });
    expect(spans(after.slices())).toEqual(spans(behind({}).slices()));
    expect(after.notice).toBeUndefined();
    expect(after.state(true)).toEqual({ createdAt: mark });
  });

  test('is one slice where the API has no date filter', () => {
    const closed = [{ start: '2024-02-01T00:00:00.000Z', end: '2024-03-01T00:00:00.000Z' }];
    const cursor = unfiltered({ state: { createdAt: START, closed_slices: closed } });
    expect(cursor.slices()).toEqual([{ ...slice(START, NOW, true), filtered: false }]);
    const [only] = cursor.slices();
    expect(only && cursor.requestParameters(only)).toEqual({});
    expect(only && cursor.split(only, 5)).toEqual([only]);
  });
});

describe('which records belong to a slice', () => {
  const first = slice('2024-03-01T00:00:00Z', '2024-04-01T00:00:00Z');

  test.each([
    ['2024-02-29T23:59:59.999Z', 'outside'],
    ['2024-03-01T00:00:00.000Z', 'emit'],
    ['2024-03-31T23:59:59.999Z', 'emit'],
    ['2024-04-01T00:00:00.000Z', 'outside'],
    ['2024-03-31T21:00:00-03:00', 'outside'],
    ['2024-03-31T20:59:59-03:00', 'emit'],
  ])('a record of %s: %s', (at, verdict) => {
    const cursor = cursorOf();
    expect(judge(cursor, cursor.open(first), at)).toBe(verdict);
  });

  test('the last slice takes records of its end and newer ones too, but the mark stays at the end', () => {
    const cursor = cursorOf();
    const [last] = cursor.slices();
    const open = cursor.open(last ?? first);
    expect(judge(cursor, open, NOW)).toBe('emit');
    expect(judge(cursor, open, '2024-06-15T12:00:07.000Z')).toBe('emit');
    cursor.close(open);
    expect(cursor.state(true)).toEqual({ start_date: START, createdAt: NOW });
  });

  test('a record outside does not move the mark', () => {
    const cursor = cursorOf();
    const open = cursor.open(slice(START, '2024-02-01T00:00:00Z'));
    expect(judge(cursor, open, '2024-02-01T00:00:00Z')).toBe('outside');
    cursor.close(open);
    expect(cursor.state(false)).toMatchObject({ createdAt: START });
  });

  test('reads the cursor under its other names, in their order', () => {
    const cursor = cursorOf({}, { extensions: { cursor_field_aliases: ['created_at', 'date'] } });
    expect(cursor.capture).toEqual([['createdAt'], ['created_at'], ['date']]);
    const open = cursor.open(first);
    expect(judge(cursor, open, undefined, '2024-03-05T00:00:00Z')).toBe('emit');
    expect(judge(cursor, open, 'no date', undefined, '2024-02-29T23:59:59Z')).toBe('outside');
    expect(judge(cursor, open, '2024-03-06T00:00:00Z', '2024-02-29T00:00:00Z')).toBe('emit');
    expect(open).toMatchObject({ withoutCursor: 0, mark: { text: '2024-03-06T00:00:00Z' } });
  });

  test('reads the newest of them in a list without a date filter: a record with an empty or imported date is new', () => {
    const definition = { cursor_field: 'updatedAt', extensions: { cursor_field_aliases: ['createdAt'] } };
    const cursor = unfiltered({ state: { updatedAt: '2024-06-01T00:00:00Z' } }, definition);
    const open = cursor.open(cursor.slices()[0] ?? first);
    expect(judge(cursor, open, '0001-01-01T00:00:00Z', '2024-06-02T00:00:00Z')).toBe('emit');
    expect(judge(cursor, open, '2024-01-05T00:00:00Z', '2024-06-03T00:00:00Z')).toBe('emit');
    expect(judge(cursor, open, '2024-05-01T00:00:00Z', '2024-04-01T00:00:00Z')).toBe('outside');
    cursor.close(open);
    expect(cursor.state(true)).toEqual({ updatedAt: '2024-06-03T00:00:00Z' });
  });

  test('takes an old record again when another of its dates is new, and the mark still speaks of the cursor', () => {
    const definition = { extensions: { change_fields: [['updatedAt'], ['plan', 'at']] } };
    const cursor = unfiltered({ state: { createdAt: '2024-06-01T00:00:00Z' } }, definition);
    expect(cursor.capture).toEqual([['createdAt'], ['updatedAt'], ['plan', 'at']]);
    const [only] = cursor.slices();
    const open = cursor.open(only ?? first);
    expect(judge(cursor, open, '2024-02-01T00:00:00Z', '2024-06-02T00:00:00Z')).toBe('emit');
    expect(judge(cursor, open, '2024-02-01T00:00:00Z', undefined, '2024-06-01T00:00:00Z')).toBe('emit');
    expect(judge(cursor, open, '2024-02-01T00:00:00Z', '2024-05-01T00:00:00Z', 'x')).toBe('outside');
    cursor.close(open);
    expect(cursor.state(true)).toEqual({ createdAt: '2024-06-01T00:00:00Z' });
  });

  test('keeps and counts a record without a cursor that can be read', () => {
    const cursor = cursorOf();
    const open = cursor.open(first);
    for (const raw of [undefined, 'null', '"soon"', '""', '1714557600', '{}', '"2024-02-30"']) {
      expect(cursor.judge(open, capturedOf('"x"', raw), 1)).toBe('emit');
    }
    expect(open).toMatchObject({ withoutCursor: 7, mark: undefined });
  });
});

describe('a date filter that does not work', () => {
  const may = slice('2024-05-01T00:00:00Z', '2024-06-01T00:00:00Z');

  test.each(['2024-04-28T00:00:00Z', '2024-06-04T00:00:00Z'])('is noticed by a record of %s', (at) => {
    const cursor = cursorOf();
    expect(() => judge(cursor, cursor.open(may), at)).toThrow(DateFilterError);
  });

  test.each(['2024-04-29T00:00:00Z', '2024-06-02T12:00:00Z'])(
    'is coarse if it sends a record of %s',
    (at) => {
      const cursor = cursorOf();
      expect(() => judge(cursor, cursor.open(may), at)).toThrow(expect.objectContaining({ kind: 'coarse' }));
      const [again] = cursor.replan('coarse');
      expect(cursor.requestParameters(may)).toEqual({
        from: '2024-04-29T00:00:00.000Z',
        to: '2024-06-03T00:00:00.000Z',
      });
      expect(judge(cursor, cursor.open(again ?? may), at)).toBe('emit');
      expect(judge(cursor, cursor.open(may), at)).toBe('outside');
    },
  );

  test('is not coarse because of a record before the first slice, where nothing can be lost', () => {
    const cursor = cursorOf();
    const [whole] = cursor.slices();
    const before = new Date((whole?.start ?? 0) - HOUR_MS).toISOString();
    expect(judge(cursor, cursor.open(whole ?? may), before)).toBe('outside');
  });

  test('that makes reading begin anew ends what was said of slices that came short before', () => {
    const cursor = cursorOf();
    const [whole] = cursor.slices();
    const short = cursor.open(whole ?? may);
    short.isShort = true;
    expect(cursor.close(short)).toBe(false);
    expect(cursor.state(true)).toMatchObject({ createdAt: START, short: [{ start: START, end: NOW }] });
    for (const one of cursor.replan('coarse')) readSlice(cursor, one, '2024-05-03T00:00:00Z');
    expect(cursor.state(true)).toEqual({ start_date: START, createdAt: '2024-05-03T00:00:00Z' });
  });

  test('is given up for one slice over the whole range, read slices included', () => {
    const cursor = cursorOf({ state: { createdAt: '2024-06-10T00:00:00.000Z' } });
    const [all] = cursor.slices();
    cursor
      .split(all ?? may, 3)
      .slice(0, 1)
      .forEach((one) => readSlice(cursor, one));
    const whole = cursor.replan('ignored');
    expect(spans(whole)).toEqual([`2024-05-11T00:00:00.000Z ${NOW} last`]);
    expect(cursor.state(false)).toEqual({ createdAt: '2024-06-10T00:00:00.000Z' });
    const open = cursor.open(whole[0] ?? may);
    expect(judge(cursor, open, '2020-01-01T00:00:00Z')).toBe('outside');
    expect(judge(cursor, open, '2024-06-11T00:00:00Z')).toBe('emit');
    expect(cursor.requestParameters(open.slice)).toEqual({});
  });
});

test('a date filter that may go by another date, and sends too much, has left out others from the first sync on', () => {
  const state = { createdAt: '2024-06-10T00:00:00.000Z' };
  const cursor = cursorOf({ state }, { extensions: { prove_filter: true } });
  expect(spans(cursor.replan('ignored'))).toEqual([`${START} ${NOW} last`]);
});

describe('a date filter that leaves records out', () => {
  const state = { createdAt: '2024-06-10T00:00:00.000Z' };

  test('has left them out of earlier syncs, too: all is read from the start', () => {
    const cursor = cursorOf({ state });
    const [whole = slice(START, NOW)] = cursor.replan('partial');
    expect(spans([whole])).toEqual([`${START} ${NOW} last`]);
    const open = cursor.open(whole);
    expect(judge(cursor, open, '2024-02-01T00:00:00Z')).toBe('emit');
    expect(cursor.requestParameters(whole)).toEqual({});
    // Until that is done, the next attempt has to do it.
    expect(cursor.state(false)).toEqual(state);
    cursor.close(open);
    expect(cursor.state(true)).toEqual({ ...state, date_filter: 'partial' });
  });

  test('is made up for once: later syncs take what the lookback window holds', () => {
    const before = { ...state, date_filter: 'partial' };
    const cursor = cursorOf({ state: before });
    expect(spans(cursor.replan('partial'))).toEqual([`2024-05-11T00:00:00.000Z ${NOW} last`]);
    expect(cursor.state(true)).toEqual(before);
  });
});

describe('a stream without a date', () => {
  test('is one slice that takes everything', () => {
    const cursor = fullRefreshCursor(Date.parse(NOW));
    const [only] = cursor.slices();
    expect(cursor.slices()).toHaveLength(1);
    const open = cursor.open(only ?? slice(START, NOW));
    expect(cursor.judge(open, capturedOf(), 0)).toBe('emit');
    expect(cursor.isFeed).toBe(false);
    expect(cursor.split(open.slice, 4)).toEqual([open.slice]);
    expect(cursor.requestParameters(open.slice)).toEqual({});
    expect(cursor.state(true)).toEqual({ __ab_no_cursor_state_message: true } satisfies JsonObject);
  });
});
