import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TracedError } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/messages.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import { parseTimestamp, toIso } from '../datetime.js';
import type { StreamSlice } from '../stream-slice.js';
import type { Cursor } from './cursor.js';
import { ListNames } from './list-names.js';
import { newerMark } from './cursor-mark.js';
import { mergeClosed, parseCursorState, printCursorState } from './cursor-state.js';
import { mergeShort } from './short-ranges.js';
import type { CursorMark } from './cursor-mark.js';
import type { ClosedSlice } from './cursor-state.js';
import type { ShortRange } from './short-ranges.js';
import { DatetimeCursor } from './datetime-cursor.js';
import type { CursorOptions } from './sync-start.js';

const day = (number: number): string => `2024-06-${String(number).padStart(2, '0')}T00:00:00.000Z`;
const ms = (number: number): number => Date.parse(day(number));
/** A closed slice as it is printed; the sync that closed it ended on the day `asOf`. */
const closed = (start: number, end: number, mark?: number, asOf = 20): JsonObject => ({
  start: day(start),
  end: day(end),
  as_of: day(asOf),
  ...(mark === undefined ? {} : { mark: day(mark) }),
});

function cursorOf(state: JsonObject | undefined, options: Partial<CursorOptions> = {}): Cursor {
  return new DatetimeCursor(
    {
      type: 'DatetimeBasedCursor',
      cursor_field: 'createdAt',
      datetime_format: '%Y-%m-%d',
      cursor_granularity: 'P1D',
      start_time_option: requestParameter('from'),
    },
    {
      stream: 's',
      syncMode: 'incremental',
      state,
      startDate: day(1),
      lookbackDays: 0,
      now: ms(20),
      ...options,
    },
  );
}

/** Reads the days [start, end), in which the newest record is of the day `mark`. */
function read(cursor: Cursor, start: number, end: number, mark?: number): void {
  const slice: StreamSlice = { start: ms(start), end: ms(end), isLast: ms(end) === ms(20), filtered: true };
  const open = cursor.open(slice);
  if (mark !== undefined) expect(cursor.judge(open, capturedOf(JSON.stringify(day(mark))), 0)).toBe('emit');
  cursor.close(open);
}

function days(cursor: Cursor): string[] {
  return cursor.slices().map(({ start, end }) => `${toIso(start).slice(8, 10)}-${toIso(end).slice(8, 10)}`);
}

describe('the state of a sync', () => {
  test('moves to the newest record of the closed slices that follow one another from the start', () => {
    const cursor = cursorOf(undefined, { lookbackDays: 1 });
    read(cursor, 10, 15, 14);
    expect(cursor.state(false)).toEqual({
      start_date: day(1),
      createdAt: day(1),
      closed_slices: [closed(10, 15, 14)],
    });
    read(cursor, 1, 5, 4);
    expect(cursor.state(false)).toEqual({
      start_date: day(1),
      createdAt: day(4),
      closed_slices: [closed(1, 5, 4), closed(10, 15, 14)],
    });
    read(cursor, 5, 10);
    expect(cursor.state(false)).toEqual({
      start_date: day(1),
      createdAt: day(14),
      closed_slices: [closed(1, 15, 14)],
    });
    read(cursor, 15, 20, 19);
    expect(cursor.state(true)).toEqual({ start_date: day(1), createdAt: day(19) });
  });

  test('keeps the spelling of the record, and does not move without records', () => {
    const cursor = cursorOf(undefined);
    const open = cursor.open({ start: ms(1), end: ms(20), isLast: true, filtered: true });
    cursor.judge(open, capturedOf('"2024-06-05T10:00:00.123456+01:00"'), 0);
    cursor.close(open);
    expect(cursor.state(true)).toEqual({ start_date: day(1), createdAt: '2024-06-05T10:00:00.123456+01:00' });
    const second = cursorOf({ createdAt: '2024-06-05 10:00:00' });
    second.slices().forEach((slice) => second.close(second.open(slice)));
    expect(second.state(true)).toEqual({
      createdAt: '2024-06-05 10:00:00',
    });
  });

  test('lets a resumed sync read what is left, up to its own end', () => {
    const state = { createdAt: day(4), closed_slices: [closed(1, 5, 4), closed(10, 15, 14)] };
    expect(days(cursorOf(state))).toEqual(['05-10', '15-20']);
    expect(days(cursorOf(state, { lookbackDays: 30 }))).toEqual(['05-10', '15-20']);
    const cursor = cursorOf({ createdAt: day(1), closed_slices: [closed(1, 20)] });
    expect(cursor.slices()).toEqual([]);
  });

  test('of a resumed sync is not newer than what was closed before, so that a lookback that is set later covers it', () => {
    const state = { createdAt: day(4), closed_slices: [closed(1, 5, 4, 15), closed(10, 15, 14, 17)] };
    const cursor = cursorOf(state, { lookbackDays: 0 });
    read(cursor, 5, 10, 8);
    read(cursor, 15, 20, 19);
    // On the 15th, less the day that the API's filter cannot tell apart from another time zone's.
    expect(cursor.state(true)).toEqual({ createdAt: day(14) });
    const late = cursorOf({ createdAt: day(17), closed_slices: [closed(1, 5, 4, 16)] }, { lookbackDays: 0 });
    read(late, 17, 20, 19);
    expect(late.state(true)).toEqual({ createdAt: day(17) });
  });

  test('of a full refresh keeps its slices except for its last ten minutes, and only they make it resumable', () => {
    const refresh = { syncMode: 'full_refresh' as const };
    const first = cursorOf(undefined, refresh);
    read(first, 1, 8, 7);
    const state = first.state(false);
    expect(state).toEqual({
      start_date: day(1),
      createdAt: day(7),
      closed_slices: [closed(1, 8, 7)],
      sync_mode: 'full_refresh',
    });
    const second = cursorOf(state, refresh);
    expect(days(second)).toEqual(['08-20']);
    read(second, 8, 20, 18);
    expect(second.state(true)).toEqual({
      sync_mode: 'full_refresh',
      start_date: day(1),
      createdAt: day(18),
      closed_slices: [{ ...closed(1, 20, 18), end: '2024-06-19T23:50:00.000Z' }],
    });
    expect(days(cursorOf({ createdAt: day(7) }, refresh))).toEqual(['01-20']);
  });
});

describe('a saved state', () => {
  test.each([
    [undefined, undefined],
    [{}, undefined],
    [{ createdAt: null }, undefined],
    [{ createdAt: '2024-06-05' }, '2024-06-05'],
    [{ createdAt: day(5), use_global_cursor: false }, day(5)],
    [
      {
        state_type: 'date-range',
        slices: [{ start: day(2), end: day(9), most_recent_cursor_value: day(7) }],
      },
      day(7),
    ],
    [
      {
        state_type: 'date-range',
        slices: [
          { start: day(2), end: day(9) },
          { start: day(12), end: day(14) },
        ],
      },
      day(2),
    ],
    // Of lists of parents: the common mark, less the time that the sync took (s).
    [{ use_global_cursor: true, state: { createdAt: day(5) }, lookback_window: 86_400 }, day(4)],
    [{ use_global_cursor: false, parent_state: { parents: { updatedAt: day(5) } } }, day(5)],
    // The partition that is furthest behind decides.
    [
      {
        use_global_cursor: false,
        state: { createdAt: day(9) },
        states: [
          { partition: { id: '1' }, cursor: { createdAt: day(6) } },
          { partition: { id: '2' }, cursor: { createdAt: day(8) } },
        ],
      },
      day(6),
    ],
    // There may be partitions that no sync has come to.
    [{ use_global_cursor: false, states: [{ partition: {}, cursor: { createdAt: day(6) } }] }, undefined],
    [{ parent_state: {}, states: [] }, undefined],
  ])('%j has the mark %s', (state, text) => {
    const { mark, closed: slices } = parseCursorState('s', 'createdAt', state);
    expect(mark).toEqual(text === undefined ? undefined : { time: parseTimestamp(text), text });
    expect(slices).toEqual([]);
  });

  test.each<[JsonObject, string]>([
    [{ updatedAt: day(5) }, 'it has no "createdAt" but "updatedAt"'],
    [{ createdAt: 1_717_545_600 }, 'its "createdAt" is not a timestamp'],
    [{ createdAt: 'yesterday' }, 'its "createdAt" is not a timestamp'],
    [{ createdAt: '2024-06-31' }, 'its "createdAt" is not a timestamp'],
    [{ createdAt: { at: day(1) } }, 'its "createdAt" is not a timestamp'],
    [{ createdAt: day(1), closed_slices: {} }, '"closed_slices" is not a list'],
    [{ createdAt: day(1), closed_slices: [{ start: day(1) }] }, '"closed_slices" holds an entry'],
    [{ createdAt: day(1), closed_slices: ['x'] }, '"closed_slices" holds an entry'],
    [{ state_type: 'date-range', slices: [] }, 'its "slices" hold no timestamp'],
    [{ state_type: 'date-range' }, 'its "slices" hold no timestamp'],
  ])('%j is refused, with what to do', (state, why) => {
    let error: unknown;
    try {
      cursorOf(state);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TracedError);
    expect(error).toMatchObject({ failureType: 'config_error' });
    expect(String(error)).toContain(`the stream s is not one of this connector: ${why}`);
    expect(String(error)).toContain('Clear the data of that stream');
  });

  test('comes back as it was printed', () => {
    const time = fc.integer({ min: ms(1), max: ms(28) });
    const mark = time.map((at): CursorMark => ({ time: at, text: toIso(at) }));
    const slice = fc.oneof(
      fc.record({ start: time, end: time, asOf: time }),
      fc.record({ start: time, end: time, asOf: time, mark }),
    );
    fc.assert(
      fc.property(
        mark,
        fc.option(mark, { nil: undefined }),
        fc.array(slice, { maxLength: 4 }),
        fc.constantFrom(undefined, 'coarse' as const, 'partial' as const),
        fc.array(fc.record({ start: time, end: time }), { maxLength: 2 }),
        fc.array(fc.string(), { maxLength: 3 }),
        (one, start, slices, filterFault, ranges, lists) => {
          const inDoubt = (i: number) => (i === 0 ? ListNames.own() : ListNames.parse(lists));
          const short = ranges.map((range, i) => ({ ...range, lists: inDoubt(i), times: i + 1 }));
          const absent = ListNames.parse(lists);
          const printed = JSON.parse(
            JSON.stringify(
              printCursorState('createdAt', {
                mark: one,
                startDate: start?.text,
                closed: slices,
                filterFault,
                short,
                absent,
                syncMode: 'incremental',
              }),
            ),
          ) as JsonObject;
          const { absent: read, short: open, ...rest } = parseCursorState('s', 'createdAt', printed);
          expect(read.print()).toEqual(absent.print());
          expect(open.map((range) => ({ ...range, lists: range.lists.print() }))).toEqual(
            short.map((range) => ({ ...range, lists: range.lists.print() ?? [''] })),
          );
          expect(rest).toEqual({
            mark: one,
            startDate: start?.time,
            closed: slices,
            ...(filterFault === undefined ? {} : { filterFault }),
          });
        },
      ),
    );
  });
});

describe('mergeClosed', () => {
  test('joins what touches or overlaps, whatever the order, and keeps the newest mark', () => {
    const range = fc.tuple(
      fc.nat({ max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.nat({ max: 40 })),
    );
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), (ranges) => {
        const slices = ranges.map(([start, length, at]): ClosedSlice => ({
          start,
          end: start + length,
          asOf: 50 - start,
          ...(at === null ? {} : { mark: { time: at, text: String(at) } }),
        }));
        const merged = mergeClosed(slices);
        for (let at = 0; at < 36; at++) {
          const isIn = (list: readonly ClosedSlice[]) =>
            list.some(({ start, end }) => at >= start && at < end);
          expect([at, isIn(merged)]).toEqual([at, isIn(slices)]);
        }
        expect(merged.slice(1).every(({ start }, i) => start > (merged[i]?.end ?? 0))).toBe(true);
        for (const { start, end, mark, asOf } of merged) {
          const within = slices.filter((slice) => slice.start >= start && slice.end <= end);
          expect(asOf).toBe(Math.min(...within.map((slice) => slice.asOf)));
          expect(mark?.time).toBe(within.map((slice) => slice.mark).reduce(newerMark, undefined)?.time);
        }
      }),
    );
  });
});

describe('mergeShort', () => {
  test('joins what touches or overlaps as far as the same is said of it, and loses no moment', () => {
    const names = fc.constantFrom('a', 'b');
    const range = fc.tuple(
      fc.nat({ max: 30 }),
      fc.integer({ min: 1, max: 5 }),
      names,
      fc.integer({ min: 1, max: 2 }),
    );
    fc.assert(
      fc.property(fc.array(range, { maxLength: 8 }), (ranges) => {
        const short = ranges.map(([start, length, name, times]) => ({
          start,
          end: start + length,
          lists: ListNames.parse([name]),
          times,
        }));
        const merged = mergeShort(short);
        const saidOf = (list: readonly ShortRange[], moment: number) =>
          new Set(
            list
              .filter(({ start, end }) => start <= moment && moment < end)
              .map(({ lists, times }) => `${JSON.stringify(lists.print())} ${times}`),
          );
        for (let moment = -1; moment < 37; moment++)
          expect([moment, saidOf(merged, moment)]).toEqual([moment, saidOf(short, moment)]);
        expect(merged.length).toBeLessThanOrEqual(short.length);
      }),
    );
    const one = { lists: ListNames.own(), times: 1 };
    const touching = [
      { start: 10, end: 20, ...one },
      { start: 0, end: 10, ...one },
      { start: 20, end: 30, lists: ListNames.parse(['a']), times: 1 },
    ];
    expect(mergeShort(touching).map(({ start, end }) => [start, end])).toEqual([
      [0, 20],
      [20, 30],
    ]);
  });
});
