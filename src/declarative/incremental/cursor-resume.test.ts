/** Syncs that take up one another: what an interrupted one had read may have changed since. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { createdBetween } from '../../test-support/definitions.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS, MINUTE_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import type { Cursor } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import type { CursorOptions } from './sync-start.js';

const day = (number: number): string => `2024-06-${String(number).padStart(2, '0')}T00:00:00.000Z`;

/** A sync that begins, and so ends its range, at `now`. */
function syncAt(now: string, state?: JsonObject, options: Partial<CursorOptions> = {}): Cursor {
  return new DatetimeCursor(createdBetween, {
    stream: 's',
    syncMode: 'incremental',
    state,
    startDate: day(1),
    lookbackDays: 0,
    now: Date.parse(now),
    ...options,
  });
}

/** Reads [start, end), in which the newest record is of the time `mark`. */
function read(cursor: Cursor, start: string, end: string, mark?: string, isLast = false): void {
  const slice: StreamSlice = { start: Date.parse(start), end: Date.parse(end), isLast, filtered: true };
  const open = cursor.open(slice);
  if (mark !== undefined) expect(cursor.judge(open, capturedOf(JSON.stringify(mark)), 0)).toBe('emit');
  cursor.close(open);
}

const spans = (cursor: Cursor): string[] =>
  cursor.slices().map(({ start, end }) => `${toIso(start).slice(5, 16)} ${toIso(end).slice(5, 16)}`);

function lastOf(cursor: Cursor): StreamSlice {
  const last = cursor.slices().at(-1);
  if (last === undefined) throw new Error('there is no slice');
  return last;
}

describe('a sync that takes up two interrupted ones', () => {
  // The first, on the 10th, closes the days 1 to 4; the second, on the 15th, closes the days 7 to 14.
  const first = syncAt(day(10));
  read(first, day(1), day(5), day(4));
  const second = syncAt(day(15), first.state(false));
  read(second, day(7), day(15), day(14), true);
  const state = second.state(false);

  function finish(): JsonObject {
    const third = syncAt(day(20), state);
    read(third, day(5), day(7), day(6));
    read(third, '2024-06-14T23:50:00.000Z', day(20), day(19), true);
    return third.state(true);
  }

  test('reads what neither had closed', () => {
    expect(spans(syncAt(day(20), state))).toEqual(['06-05T00:00 06-07T00:00', '06-14T23:50 06-20T00:00']);
  });

  test('does not move the mark beyond the day of the first one', () => {
    expect(finish()).toEqual({ start_date: day(1), createdAt: day(10) });
  });

  test('so that a lookback that is set for the next one covers a record that changed between the two', () => {
    // A record of the 4th that was changed on the 12th; changes come within a lookback of 10 days.
    const next = syncAt(day(21), finish(), { lookbackDays: 10 });
    const [slice] = next.slices();
    expect(slice?.start).toBeLessThanOrEqual(Date.parse(day(4)));
  });

  test('does not move it beyond that day when it is interrupted itself, even if the gap is closed', () => {
    const third = syncAt(day(20), state);
    read(third, day(5), day(7), day(6));
    expect(third.state(false)).toMatchObject({ createdAt: day(10) });
    const fourth = syncAt(day(25), third.state(false));
    read(fourth, '2024-06-14T23:50:00.000Z', day(25), day(24), true);
    expect(fourth.state(true)).toEqual({ start_date: day(1), createdAt: day(10) });
  });

  test('is followed by one that moves the mark on', () => {
    const next = syncAt(day(21), finish());
    read(next, day(10), day(21), day(20), true);
    expect(next.state(true)).toEqual({ start_date: day(1), createdAt: day(20) });
  });
});

describe('a sync that takes up one that broke off', () => {
  /** On the 10th, at noon: all but the 5th of June could be read. */
  const NOON = '2024-06-10T12:00:00Z';
  const first = syncAt(NOON, undefined, { lookbackDays: 2 });
  read(first, day(1), day(5), day(4));
  read(first, day(6), NOON, day(10), true);
  const after = (now: string, options: Partial<CursorOptions> = {}) =>
    spans(syncAt(now, first.state(false), { lookbackDays: 2, ...options }));

  test('hours ago reads nothing of it again', () => {
    expect(after('2024-06-10T17:00:00Z')).toEqual(['06-05T00:00 06-06T00:00', '06-10T11:50 06-10T17:00']);
  });

  test('a day ago reads again what the lookback covers, as if it had not broken off', () => {
    expect(after('2024-06-11T12:00:00Z')).toEqual(['06-05T00:00 06-06T00:00', '06-08T00:00 06-11T12:00']);
  });

  test('comes nearer to the end with each attempt, however few days it has time for', () => {
    const tenDays = { ...createdBetween, step: 'P10D', extensions: { limited_range: true } } as const;
    let state: JsonObject | undefined;
    const begins: string[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      const now = Date.parse(day(15)) + attempt * DAY_MS;
      const startDate = '2018-01-01T00:00:00Z';
      const cursor = new DatetimeCursor(tenDays, {
        ...{ stream: 's', syncMode: 'incremental', state, startDate, lookbackDays: 30, now },
      });
      const slices = cursor.slices();
      begins.push(toIso(slices[0]?.start ?? NaN));
      for (const slice of slices.slice(0, 3)) {
        const open = cursor.open(slice);
        cursor.judge(open, capturedOf(JSON.stringify(toIso(slice.end - 1000))), 0);
        cursor.close(open);
      }
      state = cursor.state(false);
    }
    expect(begins).toEqual([...new Set(begins)].sort());
  });

  test('a day ago reads nothing of it again if it is a full refresh', () => {
    const refresh = { syncMode: 'full_refresh', lookbackDays: 2 } as const;
    const whole = syncAt(NOON, undefined, refresh);
    read(whole, day(1), day(5), day(4));
    expect(spans(syncAt(day(11), whole.state(false), refresh))).toEqual(['06-05T00:00 06-11T00:00']);
  });

  test('day after day reads no more of it each time', () => {
    let state = first.state(false);
    for (let number = 11; number < 25; number++) {
      const now = `2024-06-${number}T12:00:00Z`;
      const next = syncAt(now, state, { lookbackDays: 2 });
      const [failing, ...others] = next.slices();
      expect(failing).toMatchObject({ start: Date.parse(day(5)), end: Date.parse(day(6)) });
      expect(others).toHaveLength(1);
      expect(others[0]?.start).toBe(Date.parse(day(number - 3)));
      read(next, toIso(others[0]?.start ?? 0), now, day(number), true);
      state = next.state(false);
      expect(state).toMatchObject({ createdAt: day(4) });
      expect((state['closed_slices'] as unknown[]).length).toBeLessThan(3);
    }
  });

  describe('of a list that can be asked for what has changed', () => {
    const changed_since = {
      start_time_option: requestParameter('updated_since'),
      end_time_option: requestParameter('updated_until'),
    };
    const definition = { ...createdBetween, extensions: { changed_since } };
    const cursorOf = (state: JsonObject, now: number) =>
      new DatetimeCursor(definition, {
        ...{ stream: 's', syncMode: 'incremental', state, startDate: day(1), lookbackDays: 2, now },
      });
    const changesOf = (cursor: Cursor) => cursor.slices().find(({ ofChanges }) => ofChanges === true);

    test('takes what has changed in all that it does not read again', () => {
      const cursor = cursorOf(first.state(false), Date.parse(day(20)));
      const changes = changesOf(cursor);
      if (changes === undefined) throw new Error('no slice of changes');
      const verdictOn = (time: string) =>
        cursor.judge(cursor.open(changes), capturedOf(JSON.stringify(time)), 0);
      // The 5th, and what came since, are read by date.
      expect([1, 4, 5, 6, 9, 11, 15].map((number) => verdictOn(day(number)))).toEqual([
        ...['emit', 'emit', 'outside', 'emit', 'emit', 'outside', 'outside'],
      ]);
    });

    test('does so, when that was days ago, also where the mark has not moved yet', () => {
      const none = syncAt(NOON, undefined, { lookbackDays: 2 });
      read(none, day(6), NOON, day(10), true);
      expect(changesOf(cursorOf(none.state(false), Date.parse(day(20))))).toMatchObject({
        start: Date.parse(NOON) - DAY_MS,
        end: Date.parse(day(20)),
      });
      expect(changesOf(cursorOf(none.state(false), Date.parse(NOON) + 60_000))).toBeUndefined();
    });
  });
});

describe('the last ten minutes of a sync', () => {
  const NOW = '2024-06-20T12:00:00.500Z';

  test('do not count as closed, so the sync that takes it up reads them again', () => {
    const first = syncAt(NOW);
    read(first, day(10), NOW, '2024-06-20T11:58:00Z', true);
    expect(first.state(false)).toEqual({
      start_date: day(1),
      createdAt: day(1),
      closed_slices: [
        { start: day(10), end: '2024-06-20T11:50:00.000Z', as_of: NOW, mark: '2024-06-20T11:58:00Z' },
      ],
    });
    expect(spans(syncAt(day(21), first.state(false)))).toEqual([
      '06-01T00:00 06-10T00:00',
      '06-20T11:50 06-21T00:00',
    ]);
  });

  test('count as closed within a sync: nothing more is to read when it ends', () => {
    const cursor = syncAt(NOW, undefined, { lookbackDays: 1 });
    read(cursor, day(1), NOW, '2024-06-20T11:58:00Z', true);
    expect(cursor.state(true)).toEqual({ start_date: day(1), createdAt: '2024-06-20T11:58:00Z' });
  });

  test('of other slices than the last do count', () => {
    const cursor = syncAt(NOW);
    read(cursor, day(1), day(10), day(9));
    expect(cursor.state(false)).toMatchObject({ closed_slices: [{ start: day(1), end: day(10) }] });
  });

  test.each([0, 1, 3 * MINUTE_MS, 10 * MINUTE_MS])('may be all of a range, here %i ms long', (length) => {
    const start = toIso(Date.parse(NOW) - length);
    const cursor = syncAt(NOW, { createdAt: start });
    for (const slice of cursor.slices()) cursor.close(cursor.open(slice));
    expect(cursor.state(true)).toEqual({ createdAt: start });
    const refresh = syncAt(NOW, undefined, { startDate: start, syncMode: 'full_refresh' });
    for (const slice of refresh.slices()) {
      expect(slice).toMatchObject({ start: Date.parse(start), end: Date.parse(NOW) });
      refresh.close(refresh.open(slice));
    }
    const again = syncAt(day(21), refresh.state(true), { startDate: start, syncMode: 'full_refresh' });
    expect(again.slices().reduce((sum, slice) => sum + slice.end - slice.start, 0)).toBe(
      Date.parse(day(21)) - Date.parse(start),
    );
  });

  test('hold the records of the second in which an interrupted sync began, which are not lost', () => {
    // The API cuts times to the second: what comes in after `now` is dated before it.
    const late = JSON.stringify('2024-06-20T12:00:00Z');
    const first = syncAt(NOW);
    read(first, day(10), NOW, '2024-06-20T11:59:59Z', true);
    const second = syncAt(day(21), first.state(false));
    const open = second.open(lastOf(second));
    expect(second.judge(open, capturedOf(late), 0)).toBe('emit');
  });

  test.each([9, 10])('hold a record that shows up %i minutes late', (minutes) => {
    const late = toIso(Date.parse(NOW) - minutes * MINUTE_MS);
    const first = syncAt(NOW);
    read(first, day(10), NOW, '2024-06-20T11:59:59Z', true);
    const second = syncAt(day(21), first.state(false));
    const open = second.open(lastOf(second));
    expect(second.judge(open, capturedOf(JSON.stringify(late)), 0)).toBe('emit');
  });

  test('are read again in a list without a filter too', () => {
    const { type, cursor_field, datetime_format } = createdBetween;
    const unfiltered = (now: string, state?: JsonObject) =>
      new DatetimeCursor(
        { type, cursor_field, datetime_format },
        {
          stream: 's',
          syncMode: 'full_refresh',
          state,
          startDate: day(1),
          lookbackDays: 0,
          now: Date.parse(now),
        },
      );
    const first = unfiltered(NOW);
    for (const slice of first.slices()) first.close(first.open(slice));
    const [only, ...others] = unfiltered(day(21), first.state(true)).slices();
    expect(only).toEqual({
      start: Date.parse('2024-06-20T11:50:00.000Z'),
      end: Date.parse(day(20)) + DAY_MS,
      filtered: false,
      isLast: true,
    });
    expect(others).toEqual([]);
  });
});

describe('the mark after records that are newer than the start of the sync', () => {
  /** The state after a sync at `now` that met a record of `newest`, and what the next one does with `late`. */
  function nextTakes(definition: DatetimeBasedCursor, now: string, newest: string, late: string): string {
    const options = { stream: 's', syncMode: 'incremental', startDate: day(1), lookbackDays: 0 } as const;
    const sync = (at: string, state?: JsonObject) =>
      new DatetimeCursor(definition, { ...options, state, now: Date.parse(at) });
    const first = sync(now);
    const open = first.open(lastOf(first));
    first.judge(open, capturedOf(JSON.stringify(newest)), 0);
    first.close(open);
    const second = sync(toIso(Date.parse(now) + DAY_MS), first.state(true));
    return second.judge(second.open(lastOf(second)), capturedOf(JSON.stringify(late)), 0);
  }
  const { type, cursor_field, datetime_format } = createdBetween;

  test('leaves out no record of the same second, which prints an earlier time', () => {
    const whole: DatetimeBasedCursor = { type, cursor_field, datetime_format };
    const now = '2024-06-20T05:17:27.701Z';
    expect(nextTakes(whole, now, '2024-06-20T05:17:40Z', '2024-06-20T05:17:27Z')).toBe('emit');
  });

  test('leaves out no record of the same day, whose midnight is of another time zone', () => {
    const byDay: DatetimeBasedCursor = {
      ...createdBetween,
      datetime_format: '%Y-%m-%d',
      cursor_granularity: 'P1D',
      extensions: { look_ahead: 'P45D' },
    };
    for (const now of ['2024-06-20T16:00:00Z', '2024-06-21T01:00:00Z']) {
      expect(nextTakes(byDay, now, '2024-06-25T03:00:00Z', '2024-06-20T03:00:00Z')).toBe('emit');
    }
  });
});

test('a sync that is taken up reads all of the second at which the closed part ends', () => {
  const first = syncAt('2024-06-20T12:00:00.665Z');
  read(first, day(1), '2024-06-20T12:00:00.665Z', day(2), true);
  const second = syncAt(day(21), first.state(false));
  const open = second.open(lastOf(second));
  expect(second.judge(open, capturedOf('"2024-06-20T11:50:00Z"'), 0)).toBe('emit');
});

describe('an end date that is set after an interruption', () => {
  /** Interrupted on the 20th with the days 5 to 11 still open. */
  const interrupted = syncAt(day(20));
  read(interrupted, day(1), day(5), day(4));
  read(interrupted, day(12), day(20), day(19), true);
  const second = syncAt(day(25), interrupted.state(false), { endDate: day(10) });
  read(second, day(5), day(10), day(9), true);

  test('holds the mark, so that what lies behind it is read once it is taken away', () => {
    expect(second.state(true)['createdAt']).toBe(day(9));
    const third = syncAt(day(26), second.state(true));
    expect(spans(third)).toEqual(['06-08T23:50 06-26T00:00']);
  });
});
