import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { beginPage } from './cursor.js';
import type { Cursor, OpenSlice } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import { ListOrder } from './list-order.js';

const NOW = Date.parse('2024-06-15T12:34:56.789Z');

function cursorOf(extra: Partial<DatetimeBasedCursor> = {}, startDate = '2024-01-01T00:00:00Z'): Cursor {
  return new DatetimeCursor(
    {
      type: 'DatetimeBasedCursor',
      cursor_field: 'createdAt',
      datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
      start_time_option: requestParameter('from'),
      end_time_option: requestParameter('to'),
      ...extra,
    },
    { stream: 's', syncMode: 'incremental', state: undefined, startDate, lookbackDays: 30, now: NOW },
  );
}

function slice(start: string | number, end: string | number, isLast = false): StreamSlice {
  const [from, to] = [start, end].map((time) => (typeof time === 'string' ? Date.parse(time) : time));
  return { start: from ?? 0, end: to ?? 0, isLast, filtered: true };
}

function starts(slices: readonly StreamSlice[]): string[] {
  return slices.map(({ start }) => toIso(start));
}

describe('splitting a slice', () => {
  test('by a number of parts cuts at midnight where the parts are longer than a day', () => {
    const parts = cursorOf().split(slice('2024-01-01T06:00:00Z', NOW, true), 4);
    expect(starts(parts)).toEqual([
      '2024-01-01T06:00:00.000Z',
      '2024-02-12T00:00:00.000Z',
      '2024-03-24T00:00:00.000Z',
      '2024-05-05T00:00:00.000Z',
    ]);
  });

  test('into many parts never cuts within a day, which an API may not be able to tell apart', () => {
    const days = slice('2024-06-10T12:00:00Z', '2024-06-12T12:00:00Z');
    expect(starts(cursorOf().split(days, 50))).toEqual([
      '2024-06-10T12:00:00.000Z',
      '2024-06-11T00:00:00.000Z',
      '2024-06-12T00:00:00.000Z',
    ]);
  });

  test('gives back what cannot be cut', () => {
    const tiny = slice('2024-06-15T00:00:00.100Z', '2024-06-15T00:00:00.900Z', true);
    expect(cursorOf({}, '2024-06-15T00:00:00Z').split({ ...tiny, isLast: false }, 9)).toEqual([
      { ...tiny, isLast: false, isPart: true },
    ]);
    const day = slice('2024-06-14T01:00:00Z', '2024-06-14T23:00:00Z');
    expect(cursorOf({ cursor_granularity: 'P1D' }).split(day, 5)).toEqual([{ ...day, isPart: true }]);
  });

  test('without a page count cuts into few parts at a time, none shorter than the step', () => {
    const whole = slice('2024-03-31T10:00:00Z', NOW, true);
    expect(starts(cursorOf().split(whole, undefined))).toEqual([
      '2024-03-31T10:00:00.000Z',
      '2024-05-08T00:00:00.000Z',
    ]);
    expect(cursorOf({ step: 'P7D' }).split(whole, undefined)).toHaveLength(8);
    expect(cursorOf({ step: 'P1Y' }).split(whole, undefined)).toMatchObject([whole]);
  });

  test('leaves no gap, no overlap and one last part', () => {
    const time = fc.integer({ min: Date.parse('2020-01-01'), max: NOW - 1 });
    const step = fc.constantFrom('P1M', 'P1D', 'PT7H', 'P3M');
    const grain = fc.constantFrom('PT1S', 'P1D', 'PT0.001S');
    fc.assert(
      fc.property(
        time,
        fc.option(fc.nat({ max: 60 }), { nil: undefined }),
        step,
        grain,
        (start, parts, one, of) => {
          const cursor = cursorOf({ step: one, cursor_granularity: of }, toIso(start));
          const [whole] = cursor.slices();
          const slices = cursor.split(whole ?? slice(0, 0), parts === undefined ? parts : parts + 1);
          expect(slices[0]?.start).toBe(start);
          expect(slices.at(-1)?.end).toBe(NOW);
          expect(slices.every((part) => part.end > part.start && part.filtered)).toBe(true);
          expect(slices.map((part) => part.isLast)).toEqual(slices.map((_, i) => i === slices.length - 1));
          expect(slices.slice(1).map((part) => part.start)).toEqual(
            slices.slice(0, -1).map((part) => part.end),
          );
          expect(slices.length).toBeLessThanOrEqual(parts === undefined ? Infinity : parts + 1);
        },
      ),
    );
  });
});

describe('the request of a slice', () => {
  const may = slice('2024-05-01T00:00:00Z', '2024-05-31T10:00:00.500Z');

  test('of less than a week reaches one second further on both sides, and to the end of its last day', () => {
    const days = slice('2024-05-28T00:00:00Z', '2024-05-31T10:00:00.500Z');
    expect(cursorOf().requestParameters(days)).toEqual({
      from: '2024-05-27T23:59:59.000Z',
      to: '2024-06-01T00:00:01.000Z',
    });
  });

  test('of a week or more reaches one day further: that costs little there', () => {
    expect(cursorOf().requestParameters(may)).toEqual({
      from: '2024-04-30T00:00:00.000Z',
      to: '2024-06-02T00:00:00.000Z',
    });
  });

  test('reaches one day further on both sides where the API filters by days', () => {
    const byDay = cursorOf({ datetime_format: '%Y-%m-%d', cursor_granularity: 'P1D' });
    expect(byDay.requestParameters(may)).toEqual({ from: '2024-04-30', to: '2024-06-02' });
    const whole = slice('2024-05-01T00:00:00Z', '2024-06-01T00:00:00Z');
    expect(byDay.requestParameters(whole)).toEqual({ from: '2024-04-30', to: '2024-06-02' });
  });

  test('has no end where the API takes none', () => {
    const { type, cursor_field } = { type: 'DatetimeBasedCursor' as const, cursor_field: 'createdAt' };
    const cursor = new DatetimeCursor(
      { type, cursor_field, datetime_format: '%Y-%m-%d', start_time_option: requestParameter('since') },
      {
        stream: 's',
        syncMode: 'incremental',
        state: undefined,
        startDate: '2024-01-01',
        lookbackDays: 0,
        now: NOW,
      },
    );
    expect(cursor.requestParameters(may)).toEqual({ since: '2024-04-30' });
  });
});

describe('a newest-first list without a filter', () => {
  /** Reads pages of records, named by days before the slice's start (negative: inside of it). */
  function pastAfter(pages: readonly (readonly number[])[], isFeed = true): boolean[] {
    const cursor = cursorOf({ is_data_feed: isFeed });
    const start = NOW - 20 * DAY_MS;
    const open: OpenSlice = cursor.open({ start, end: NOW, isLast: true, filtered: false });
    const order = new ListOrder();
    return pages.map((page, i) => {
      beginPage(open);
      for (const days of page)
        cursor.judge(open, capturedOf(JSON.stringify(toIso(start - days * DAY_MS))), 0);
      order.add(i + 1, open.page);
      return cursor.isFeed && order.isPast(open.slice.start);
    });
  }

  test('is left at the first page that is older than the slice', () => {
    expect(
      pastAfter([
        [-3, -2],
        [-1, 0, 1],
        [2, 3],
        [4, 5],
      ]),
    ).toEqual([false, false, true, true]);
    expect(pastAfter([[2, 3]])).toEqual([true]);
  });

  test('is read on while a page holds a record of the slice, its first moment included', () => {
    expect(
      pastAfter([
        [-2, -1],
        [0, 1, 2],
      ]),
    ).toEqual([false, false]);
  });

  test('is read to its end once a record came that is newer than the one before', () => {
    expect(
      pastAfter([
        [-2, -3],
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([false, false, false]);
    expect(
      pastAfter([
        [5, 4],
        [3, 2],
        [1, 0],
      ]),
    ).toEqual([false, false, false]);
    expect(pastAfter([[-1], [7], [3, 2]])).toEqual([false, true, false]);
  });

  test('is read on while all records are of one time, which proves no order', () => {
    expect(
      pastAfter([
        [3, 3, 3],
        [3, 3],
      ]),
    ).toEqual([false, false]);
  });

  test('is read to its end where the definition does not promise the order', () => {
    expect(
      pastAfter(
        [
          [-1, 1],
          [2, 3],
        ],
        false,
      ),
    ).toEqual([false, false]);
  });
});
