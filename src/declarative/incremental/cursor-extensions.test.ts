/** Slices of lists with special rules: limited ranges, dates to come, newest first. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { fakeApi, listBetween, NOW, pageOf, runRead, START } from '../../test-support/read-run.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { beginPage, DateFilterError } from './cursor.js';
import type { Cursor } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import { ListOrder } from './list-order.js';
import type { CursorOptions } from './sync-start.js';

function cursorOf(definition: Partial<DatetimeBasedCursor>, options: Partial<CursorOptions> = {}): Cursor {
  return new DatetimeCursor(
    { ...createdBetween, datetime_format: '%Y-%m-%d', cursor_granularity: 'P1D', ...definition },
    {
      stream: 's',
      syncMode: 'incremental',
      state: undefined,
      startDate: toIso(START),
      lookbackDays: 0,
      now: NOW,
      ...options,
    },
  );
}

function lastOf(slices: readonly StreamSlice[]): StreamSlice {
  const last = slices.at(-1);
  if (last === undefined) throw new Error('there is no slice');
  return last;
}

describe('a list whose range is limited', () => {
  const limited = { step: 'P14D', extensions: { limited_range: true } } as const;

  test('is read in slices of at most a step, without a gap or an overlap', () => {
    const time = fc.integer({ min: Date.parse('2020-01-01'), max: NOW - 1 });
    fc.assert(
      fc.property(time, fc.constantFrom('P14D', 'P1D', 'P30D'), (start, step) => {
        const slices = cursorOf({ ...limited, step }, { startDate: toIso(start) }).slices();
        const days = Number(/\d+/.exec(step)?.[0]);
        expect(slices.filter((one) => one.end - one.start > days * DAY_MS)).toEqual([]);
        expect(slices.filter((one) => !one.filtered)).toEqual([]);
        expect(slices[0]?.start).toBe(start);
        expect(slices.slice(1).map((one) => one.start)).toEqual(slices.slice(0, -1).map((one) => one.end));
        expect(lastOf(slices)).toMatchObject({ end: NOW, isLast: true });
        expect(slices.filter(({ isLast }) => isLast)).toHaveLength(1);
      }),
    );
  });

  test('is cut so in each part that an interrupted sync had left', () => {
    const closed = { start: toIso(START + 20 * DAY_MS), end: toIso(NOW - 3 * DAY_MS) };
    const cursor = cursorOf(limited, { state: { createdAt: toIso(START), closed_slices: [closed] } });
    expect(cursor.slices().map(({ start, end }) => [toIso(start), toIso(end)])).toEqual([
      [toIso(START), toIso(START + 14 * DAY_MS)],
      [toIso(START + 14 * DAY_MS), closed.start],
      [closed.end, toIso(NOW)],
    ]);
  });

  test('is one slice where it is not limited', () => {
    expect(cursorOf({ step: 'P14D' }).slices()).toHaveLength(1);
  });

  test('is asked for a step at a time, with the grain of the filter on both sides', async () => {
    const api = fakeApi((url) => pageOf(url, []));
    const orders = streamOf('orders', {
      incremental_sync: {
        ...createdBetween,
        ...limited,
        datetime_format: '%Y-%m-%d',
        cursor_granularity: 'P1D',
      },
    });
    const run = await runRead([orders], api);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    const asked = api.asked.map(({ searchParams }) => [searchParams.get('from'), searchParams.get('to')]);
    expect(new Set(asked.map(String)).size).toBe(12);
    expect(asked).toContainEqual(['2023-12-31', '2024-01-16']);
    expect(asked).toContainEqual(['2024-01-14', '2024-01-30']);
  });
});

describe('a list with dates to come', () => {
  const ahead = { extensions: { look_ahead: 'P45D' } } as const;
  const state = { createdAt: toIso(NOW - DAY_MS) };
  const soon = JSON.stringify('2024-07-20T00:00:00Z');

  test('is asked for them', () => {
    const cursor = cursorOf(ahead);
    expect(cursor.slices()).toHaveLength(1);
    expect(cursor.requestParameters(lastOf(cursor.slices()))['to']).toBe('2024-08-01');
  });

  test('is cut there too where its range is limited', () => {
    const slices = cursorOf({
      step: 'P14D',
      extensions: { look_ahead: 'P45D', limited_range: true },
    }).slices();
    expect(slices.filter(({ start, end }) => end - start > 14 * DAY_MS)).toEqual([]);
    expect(lastOf(slices)).toMatchObject({ end: NOW + 45 * DAY_MS, isLast: true });
  });

  test('is read again from ten minutes before now by the sync that takes up an interrupted one', () => {
    const definition = { step: 'P14D', extensions: { look_ahead: 'P45D', limited_range: true } } as const;
    const cursor = cursorOf(definition);
    for (const slice of cursor.slices().slice(1)) cursor.close(cursor.open(slice));
    const next = cursorOf(definition, { state: cursor.state(false), now: NOW + DAY_MS }).slices();
    const covers = (time: number) => next.some(({ start, end }) => time >= start && time < end);
    expect([NOW - 600_001, NOW - 600_000, NOW, NOW + DAY_MS, NOW + 45 * DAY_MS].map(covers)).toEqual([
      false,
      ...[true, true, true, true],
    ]);
  });

  test('is asked for no such where the definition names none', () => {
    const cursor = cursorOf({});
    expect(cursor.requestParameters(lastOf(cursor.slices()))['to']).toBe('2024-06-17');
  });

  test('emits them in every sync, and the mark does not pass the day before the end of the sync', () => {
    const cursor = cursorOf(ahead, { state });
    const open = cursor.open(lastOf(cursor.slices()));
    expect(cursor.judge(open, capturedOf(soon), 0)).toBe('emit');
    cursor.close(open);
    const end = cursor.state(true);
    expect(Date.parse(end['createdAt'] as string)).toBeLessThanOrEqual(NOW - DAY_MS);
    const next = cursorOf(ahead, { state: end, now: NOW + DAY_MS });
    expect(next.judge(next.open(lastOf(next.slices())), capturedOf(soon), 0)).toBe('emit');
  });

  test('does not suspect the filter of them, but of later ones', () => {
    const cursor = cursorOf(ahead);
    const open = cursor.open(lastOf(cursor.slices()));
    expect(cursor.judge(open, capturedOf(JSON.stringify('2024-08-03T00:00:00Z')), 0)).toBe('emit');
    expect(() => cursor.judge(open, capturedOf(JSON.stringify('2024-08-03T00:00:01Z')), 0)).toThrow(
      DateFilterError,
    );
  });

  test('suspects the filter of them in a slice that ends long before', () => {
    const cursor = cursorOf(ahead);
    const [first] = cursor.split(lastOf(cursor.slices()), 2);
    const open = cursor.open(first ?? lastOf([]));
    expect(() => cursor.judge(open, capturedOf(soon), 0)).toThrow(DateFilterError);
  });
});

describe('a newest-first list without a filter', () => {
  const { type, cursor_field, datetime_format } = createdBetween;
  const feed: DatetimeBasedCursor = { type, cursor_field, datetime_format, is_data_feed: true };
  const state = { createdAt: toIso(NOW - 20 * DAY_MS) };

  /** Reads pages of records, named by their age in days; a record without one has no date. */
  function pastAfter(
    pages: readonly (readonly (number | undefined)[])[],
    definition: DatetimeBasedCursor = feed,
  ): boolean[] {
    const options = { stream: 's', syncMode: 'incremental' as const, startDate: toIso(START) };
    const cursor = new DatetimeCursor(definition, { ...options, state, lookbackDays: 0, now: NOW });
    const open = cursor.open(lastOf(cursor.slices()));
    const order = new ListOrder();
    return pages.map((page, i) => {
      beginPage(open);
      for (const age of page) {
        const value = age === undefined ? undefined : JSON.stringify(toIso(NOW - age * DAY_MS));
        cursor.judge(open, capturedOf(value), 0);
      }
      order.add(i + 1, open.page);
      return cursor.isFeed && order.isPast(open.slice.start);
    });
  }

  test('is read on after an empty page, and left at the first that is older', () => {
    expect(pastAfter([[1, 2], [], [21, 22]])).toEqual([false, false, true]);
  });

  test.each([
    ['first', [undefined, 21, 22]],
    ['last', [21, 22, undefined]],
    ['alone', [undefined]],
  ])('is read on after a page that holds a record without a date, here %s', (_, page) => {
    expect(pastAfter([[1, 2], page, [23, 24]])).toEqual([false, false, true]);
  });

  test('is never left where other dates may show that an old record changed', () => {
    expect(pastAfter([[1], [21], [22]], { ...feed, extensions: { change_fields: [['updatedAt']] } })).toEqual(
      [false, false, false],
    );
  });

  describe('that one source says can be filtered', () => {
    const definition = { ...createdBetween, is_data_feed: true };
    const all = Array.from({ length: 600 }, (_, id) => ({ id, createdAt: toIso(NOW - id * (DAY_MS / 4)) }));
    const ledger = streamOf('ledger', { incremental_sync: definition });

    test('is read in slices, counted, and never left early if the API does filter', async () => {
      const api = fakeApi((url) => listBetween(url, all));
      const run = await runRead([ledger], api);
      expect(run.records('ledger')).toHaveLength(all.length);
      expect(run.states('ledger').length).toBeGreaterThan(2);
      expect(run.logs.at(-1)).toContain('verified');
      expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    });

    test('is read down to what is known if the API does not', async () => {
      const api = fakeApi((url) => pageOf(url, all));
      const run = await runRead([ledger], api, { states: new Map([['ledger', state]]) });
      const ids = run.records('ledger').map(({ id }) => id);
      expect([...new Set(ids)].toSorted()).toEqual(
        all
          .slice(0, 81)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(run.course('ledger').at(-1)).toBe('COMPLETE');
      expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([
        expect.stringContaining('the API does not filter by createdAt'),
      ]);
      expect(api.asked.length).toBeLessThan(30);
    });
  });

  test('is asked for no page behind the first that is older', async () => {
    const all = Array.from({ length: 100 }, (_, id) => ({ id, createdAt: toIso(NOW - id * DAY_MS) }));
    const withGap = all.map((one) => (one.id === 25 ? { id: one.id } : one));
    for (const [records, pages] of [
      [all, 4],
      [withGap, 4],
      [all.map((one) => (one.id === 35 ? { id: one.id } : one)), 5],
    ] as const) {
      const api = fakeApi((url) => pageOf(url, records));
      const ledger = streamOf('ledger', { incremental_sync: feed });
      const run = await runRead([ledger], api, { states: new Map([['ledger', state]]) });
      expect(run.course('ledger').at(-1)).toBe('COMPLETE');
      expect(api.asked).toHaveLength(pages);
    }
  });
});
