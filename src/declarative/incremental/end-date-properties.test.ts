/** A history that is split over two connections by date, against a model of an API: together they read what one reads. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import type { JsonObject } from '../../protocol/messages.js';
import { dateBounds, isWithin } from '../../test-support/date-bounds.fixture.js';
import type { DateBounds } from '../../test-support/date-bounds.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { parseTimestamp, toIso } from '../datetime.js';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { DatetimeCursor } from './datetime-cursor.js';

const START = Date.parse('2024-01-30T21:15:30.250Z');

interface Changing {
  readonly created: number;
  changed: number;
}

const WHOLE: DatetimeBasedCursor = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'createdAt',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
};
const BY_SECONDS: DatetimeBasedCursor = {
  ...WHOLE,
  start_time_option: requestParameter('from'),
  end_time_option: requestParameter('to'),
  step: 'P7D',
};

/** Every kind of stream with a date. */
const KINDS = {
  'created in the window': BY_SECONDS,
  'created in the window, by days': {
    ...BY_SECONDS,
    datetime_format: '%Y-%m-%d',
    cursor_granularity: 'P1D',
  },
  'whole list, changed in the window': { ...WHOLE, cursor_field: 'updatedAt' },
  'whole list, created or changed': { ...WHOLE, extensions: { change_fields: [['updatedAt']] } },
  'newest first and never changed': { ...WHOLE, is_data_feed: true },
  'created in the window, and asked for by change': {
    ...BY_SECONDS,
    extensions: {
      changed_since: {
        start_time_option: requestParameter('changed_from'),
        end_time_option: requestParameter('changed_to'),
      },
    },
  },
} as const satisfies Record<string, DatetimeBasedCursor>;
type Kind = keyof typeof KINDS;

/** How the slices of a sync are worked off. */
interface Course {
  readonly choices: readonly number[];
  /** Slices after which the process dies. */
  readonly crashAfter: number;
}

/** One connection, and what has arrived at its destination. */
class Connection {
  readonly #definition: DatetimeBasedCursor;
  readonly #bounds: DateBounds;
  readonly #dates: { startDate: string; endDate?: string };
  readonly #lookbackDays: number;
  readonly arrived = new Map<Changing, number>();
  state: JsonObject | undefined;
  requests = 0;

  constructor(kind: Kind, bounds: DateBounds, lookbackDays: number, start: number, end?: number) {
    this.#definition = KINDS[kind];
    this.#bounds = bounds;
    this.#lookbackDays = lookbackDays;
    this.#dates = { startDate: toIso(start), ...(end === undefined ? {} : { endDate: toIso(end) }) };
  }

  /** @returns the records that were emitted, in any order */
  sync(records: readonly Changing[], now: number, { choices, crashAfter }: Course): Changing[] {
    const cursor = new DatetimeCursor(this.#definition, {
      stream: 's',
      syncMode: 'incremental',
      state: this.state,
      ...this.#dates,
      lookbackDays: this.#lookbackDays,
      now,
    });
    const emitted: Changing[] = [];
    const queue = cursor.slices();
    let choice = 0;
    const choose = (count: number): number => (choices[choice++ % choices.length] ?? 0) % count;
    for (let done = 0; queue.length > 0; done++) {
      if (done === crashAfter) return emitted;
      const [slice] = queue.splice(choose(queue.length), 1);
      if (slice === undefined) break;
      const parts = choose(3) === 0 ? cursor.split(slice, choose(6) + 1) : [];
      if (parts.length > 1) queue.push(...parts);
      else {
        emitted.push(...this.#read(cursor, slice, records));
        this.#keep(cursor.state(false));
      }
    }
    this.#keep(cursor.state(true));
    return emitted;
  }

  #read(cursor: DatetimeCursor, slice: StreamSlice, records: readonly Changing[]): Changing[] {
    this.requests++;
    const open = cursor.open(slice);
    const { from, to, changed_from, changed_to } = cursor.requestParameters(slice);
    const emitted = records.filter((record) => {
      const asked = changed_from === undefined ? record.created : record.changed;
      if (!isWithin(asked, from ?? changed_from, to ?? changed_to, this.#bounds)) return false;
      const values = cursor.capture.map(([field]) =>
        JSON.stringify(toIso(field === 'updatedAt' ? record.changed : record.created)),
      );
      return cursor.judge(open, capturedOf(...values), 0) === 'emit';
    });
    for (const record of emitted) this.arrived.set(record, record.changed);
    open.written = emitted.length;
    cursor.close(open);
    return emitted;
  }

  #keep(state: JsonObject): void {
    this.state = JSON.parse(JSON.stringify(state)) as JsonObject;
    const mark = parseTimestamp(this.state[this.#definition.cursor_field] as string) ?? Infinity;
    const { startDate, endDate } = this.#dates;
    if (endDate !== undefined && mark !== Date.parse(startDate)) {
      expect(mark).toBeLessThan(Date.parse(endDate));
    }
  }
}

const kind = fc.constantFrom(...(Object.keys(KINDS) as Kind[]));
const course = fc.record<Course>({
  choices: fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 20 }),
  crashAfter: fc.constant(Infinity),
});
/** Around the date at which the history is split, on the very millisecond, and anywhere. */
const offset = fc.oneof(
  fc.constantFrom(0, -1, 1, -SECOND_MS, SECOND_MS, -DAY_MS, DAY_MS),
  fc.integer({ min: -90 * DAY_MS, max: 90 * DAY_MS }),
);
const SPLIT = START + 100 * DAY_MS;

describe('two connections, of which one ends where the other begins', () => {
  test('read each record once, in one of the two, and all that one connection reads', () => {
    fc.assert(
      fc.property(
        kind,
        dateBounds,
        fc.array(fc.tuple(offset, fc.nat({ max: 40 * DAY_MS })), { maxLength: 20 }),
        fc.oneof(fc.constantFrom(0, SECOND_MS, -SECOND_MS, 500), fc.integer({ min: -DAY_MS, max: DAY_MS })),
        fc.constantFrom(1, 11 * MINUTE_MS, DAY_MS, 60 * DAY_MS, 200 * DAY_MS),
        fc.array(course, { minLength: 3, maxLength: 3 }),
        (one, rules, places, shift, later, courses) => {
          const split = SPLIT + shift;
          const now = split + later;
          const records = places
            .map(([from, change]): Changing => {
              const created = split + from;
              return { created, changed: Math.min(created + change, now) };
            })
            .filter(({ created }) => created <= now);
          const all = new Connection(one, rules, 30, START);
          const early = new Connection(one, rules, 30, START, split);
          const late = new Connection(one, rules, 30, split);
          const [first, second, third] = courses as [Course, Course, Course];
          const together = [...early.sync(records, now, first), ...late.sync(records, now, second)];
          expect(new Set(together).size).toBe(together.length);
          expect(new Set(together)).toEqual(new Set(all.sync(records, now, third)));
          expect(together).toHaveLength(records.length);
        },
      ),
      { numRuns: 3000 },
    );
  });

  interface Turn {
    /** ms since the turn before */
    readonly later: number;
    readonly created: readonly number[];
    /** Changes: of which record, and when, in thousandths of the time since the turn before. */
    readonly changed: readonly (readonly [number, number])[];
    readonly courses: readonly Course[];
  }
  const place = fc.integer({ min: 1, max: 1000 });
  const turn = fc.record<Turn>({
    later: fc.oneof(
      fc.constantFrom(1, 60_000, HOUR_MS),
      fc.integer({ min: 1, max: 60 }).map((days) => days * DAY_MS),
    ),
    created: fc.array(place, { maxLength: 5 }),
    changed: fc.array(fc.tuple(fc.nat({ max: 50 }), place), { maxLength: 5 }),
    courses: fc.array(
      fc.record<Course>({
        choices: fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 20 }),
        crashAfter: fc.oneof(fc.constant(Infinity), fc.nat({ max: 4 })),
      }),
      { minLength: 2, maxLength: 2 },
    ),
  });

  test('have between them the last version of every record, whatever was interrupted, as far as changes can be caught', () => {
    fc.assert(
      fc.property(
        kind,
        dateBounds,
        fc.constantFrom(0, 1, 30),
        fc.integer({ min: 0, max: 60 }),
        fc.array(turn, { maxLength: 6 }),
        (one, rules, lookbackDays, splitDays, turns) => {
          const split = START + splitDays * DAY_MS + 1;
          const early = new Connection(one, rules, lookbackDays, START, split);
          const late = new Connection(one, rules, lookbackDays, split);
          const records: Changing[] = [];
          let now = START;
          const quiet: Turn = { later: DAY_MS, created: [], changed: [], courses: [] };
          const whole: Course = { choices: [1], crashAfter: Infinity };
          // Beyond the split at the end; a sync that takes up another one leaves changes to its successor.
          for (const { later, created, changed, courses } of [
            ...turns,
            { ...quiet, later: 90 * DAY_MS },
            quiet,
            // A window without records is read once more.
            quiet,
          ]) {
            const before = now;
            now += later;
            const when = (thousandths: number) => before + Math.round((later * thousandths) / 1000);
            for (const at of created) records.push({ created: when(at), changed: when(at) });
            for (const [which, at] of changed) {
              const record = records[which % Math.max(1, records.length)];
              if (record === undefined || one === 'newest first and never changed') continue;
              // What happens to a record after the lookback window is not promised where nothing shows it.
              const isPromised =
                !one.startsWith('created in the window') ||
                one.endsWith('by change') ||
                when(at) <= record.created + lookbackDays * DAY_MS;
              if (isPromised) record.changed = Math.max(record.changed, when(at));
            }
            early.sync(records, now, courses[0] ?? whole);
            if (split <= now) late.sync(records, now, courses[1] ?? whole);
          }
          const version = (record: Changing) =>
            Math.max(early.arrived.get(record) ?? 0, late.arrived.get(record) ?? 0);
          expect(records.filter((record) => version(record) !== record.changed)).toEqual([]);

          // The window has ended for good: only changes that can still come are asked for.
          const before = early.requests;
          early.sync(records, now + DAY_MS, whole);
          const goesOn = one === 'whole list, created or changed' || one.endsWith('by change');
          expect(early.requests - before).toBe(goesOn ? 1 : 0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
