/** Whole syncs against a model of an API: whatever happens, no record is lost and no mark runs ahead. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, SyncMode } from '../../protocol/messages.js';
import { dateBounds, isWithin } from '../../test-support/date-bounds.fixture.js';
import type { DateBounds } from '../../test-support/date-bounds.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { parseTimestamp, toIso } from '../datetime.js';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { beginPage } from './cursor.js';
import type { Cursor } from './cursor.js';
import { DatetimeCursor } from './datetime-cursor.js';
import { ListOrder } from './list-order.js';

const START = Date.parse('2024-01-30T21:15:30.250Z');

interface Api {
  readonly kind: 'seconds' | 'days' | 'none';
  readonly bounds: DateBounds;
}

/** One sync: what is new since the one before, and what goes wrong. */
interface Run {
  readonly mode: SyncMode;
  /** ms since the run before */
  readonly later: number;
  /** Where in the time since the run before new records lie, in thousandths; beyond 1000: after `now`. */
  readonly created: readonly number[];
  /** Decides the order of slices, what is split, and how far slices are read. */
  readonly choices: readonly number[];
  /** Slices after which the process dies; more than there are: it ends. */
  readonly crashAfter: number;
  /** Whether the date filter turns out not to work, and after how many slices. */
  readonly filterFailsAfter: number;
  /** Slices after which one lacks a record that the API counts; it does so once, in one of the runs. */
  readonly shortAfter: number;
}

const DEFINITION: DatetimeBasedCursor = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'createdAt',
  datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
};
const OPTIONS = { start_time_option: requestParameter('from'), end_time_option: requestParameter('to') };

function definitionOf(api: Api): DatetimeBasedCursor {
  if (api.kind === 'none') return DEFINITION;
  return api.kind === 'seconds'
    ? { ...DEFINITION, ...OPTIONS, step: 'P7D' }
    : { ...DEFINITION, ...OPTIONS, datetime_format: '%Y-%m-%d', cursor_granularity: 'P1D' };
}

/** The model: the records, newest first, that an API with these rules answers with. */
function answer(api: Api, records: readonly number[], { from, to }: Record<string, string>): number[] {
  return records.filter((time) => isWithin(time, from, to, api.bounds)).sort((a, b) => b - a);
}

class Simulation {
  readonly #api: Api;
  readonly #lookbackDays: number;
  readonly #records: number[] = [];
  readonly #emitted = new Set<number>();
  #wasShort = false;
  #now = START;
  #state: JsonObject | undefined;

  constructor(api: Api, lookbackDays: number) {
    this.#api = api;
    this.#lookbackDays = lookbackDays;
  }

  /** @throws if the state that the run prints says more than was read */
  run({ mode, later, created, choices, crashAfter, filterFailsAfter, shortAfter }: Run): void {
    const before = this.#now;
    this.#now += later;
    this.#records.push(...created.map((place) => before + Math.round((later * place) / 1000)));
    const cursor: Cursor = new DatetimeCursor(definitionOf(this.#api), {
      stream: 's',
      syncMode: mode,
      state: this.#state,
      startDate: toIso(START),
      lookbackDays: this.#lookbackDays,
      now: this.#now,
    });
    let queue = cursor.slices();
    let choice = 0;
    const choose = (count: number): number => (choices[choice++ % choices.length] ?? 0) % count;
    let splits = 0;
    let hasFailed = false;
    for (let done = 0; queue.length > 0; done++) {
      if (done === crashAfter) {
        // Some records of a slice leave, and then the process ends: what was printed stands.
        this.#read(cursor, queue[choose(queue.length)], choose(4));
        return;
      }
      if (done >= filterFailsAfter && !hasFailed) {
        hasFailed = true;
        const faults = ['ignored', 'partial', 'coarse'] as const;
        const fault = faults[choose(this.#api.kind === 'none' ? 2 : 3)] ?? 'ignored';
        queue = cursor.replan(fault);
        this.#print(cursor, false);
      }
      const [slice] = queue.splice(choose(queue.length), 1);
      const parts =
        slice === undefined || splits >= 4 || choose(3) > 0
          ? []
          : cursor.split(slice, choose(2) === 0 ? undefined : choose(6) + 1);
      if (parts.length > 1) {
        queue.push(...parts);
        splits++;
      } else {
        this.#read(cursor, slice, Infinity, done >= shortAfter);
        if (queue.length > 0 && choose(3) > 0) this.#print(cursor, false);
      }
    }
    this.#print(cursor, true);
  }

  #read(cursor: Cursor, slice: StreamSlice | undefined, limit: number, mayBeShort = false): void {
    if (slice === undefined) return;
    const open = cursor.open(slice);
    const records = answer(this.#api, this.#records, cursor.requestParameters(slice));
    for (const time of records.slice(0, limit)) {
      const isHidden = mayBeShort && !this.#wasShort && !this.#emitted.has(time);
      if (isHidden) this.#wasShort = open.isShort = true;
      else if (cursor.judge(open, capturedOf(JSON.stringify(toIso(time))), 0) === 'emit')
        this.#emitted.add(time);
    }
    if (limit === Infinity) cursor.close(open);
  }

  #print(cursor: Cursor, complete: boolean): void {
    const state = JSON.parse(JSON.stringify(cursor.state(complete))) as JsonObject;
    this.#state = state;
    const text = state['createdAt'];
    const mark = (typeof text === 'string' ? parseTimestamp(text) : undefined) ?? Infinity;
    const missed = this.missing().filter((time) => time <= this.#now && time < mark);
    expect({ mark: toIso(mark), missed: missed.map(toIso) }).toEqual({ mark: toIso(mark), missed: [] });
    expect(mark).toBeLessThanOrEqual(this.#now);
  }

  /** Records that no run has emitted. */
  missing(): number[] {
    return this.#records.filter((time) => !this.#emitted.has(time));
  }

  /** Somebody clears the destination, but not the state. */
  forgetEmitted(): void {
    this.#emitted.clear();
  }
}

const api = fc.record<Api>({ kind: fc.constantFrom('seconds', 'days', 'none'), bounds: dateBounds });
const length = fc.oneof(
  fc.nat({ max: 3 * SECOND_MS }),
  fc.nat({ max: 3 * DAY_MS }),
  fc.integer({ min: 1, max: 90 }).map((days) => days * DAY_MS),
);
const run = fc.record<Run>({
  mode: fc.constantFrom<SyncMode>('incremental', 'incremental', 'full_refresh'),
  later: length,
  created: fc.array(fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1, 999, 1000, 1002)), {
    maxLength: 12,
  }),
  choices: fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 40 }),
  crashAfter: fc.oneof(fc.nat({ max: 8 }), fc.constant(Infinity)),
  filterFailsAfter: fc.oneof(
    { weight: 4, arbitrary: fc.constant(Infinity) },
    { weight: 1, arbitrary: fc.nat({ max: 4 }) },
  ),
  shortAfter: fc.oneof(fc.constant(Infinity), fc.nat({ max: 4 })),
});
const lookbackDays = fc.constantFrom(0, 1, 30);

describe('DatetimeCursor over syncs that crash and are taken up again', () => {
  test.each<SyncMode[]>([['incremental'], ['full_refresh']])(
    'in %s mode emits every record once the last sync has ended, and no printed mark is beyond a record that was not read',
    (mode) => {
      fc.assert(
        fc.property(api, lookbackDays, fc.array(run, { maxLength: 6 }), run, (one, lookback, runs, last) => {
          const simulation = new Simulation(one, lookback);
          runs.forEach((each) => simulation.run({ ...each, mode }));
          simulation.run({ ...last, mode, crashAfter: Infinity });
          // What lies behind the last moment of the last sync may wait for the next one.
          simulation.run({
            ...last,
            mode,
            created: [],
            later: DAY_MS,
            crashAfter: Infinity,
            shortAfter: Infinity,
          });
          expect(simulation.missing().map(toIso)).toEqual([]);
        }),
        { numRuns: 1500 },
      );
    },
  );

  test('a full refresh is whole by itself, whatever an incremental sync has left', () => {
    fc.assert(
      fc.property(api, lookbackDays, fc.array(run, { maxLength: 4 }), run, (one, lookback, runs, last) => {
        const simulation = new Simulation(one, lookback);
        runs.forEach((each) => simulation.run({ ...each, mode: 'incremental' }));
        simulation.forgetEmitted();
        simulation.run({
          ...last,
          mode: 'full_refresh',
          created: [],
          later: DAY_MS,
          crashAfter: Infinity,
          shortAfter: Infinity,
        });
        expect(simulation.missing().map(toIso)).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });

  test('loses nothing either when the sync mode changes in between', () => {
    fc.assert(
      fc.property(api, lookbackDays, fc.array(run, { minLength: 1, maxLength: 6 }), (one, lookback, runs) => {
        const simulation = new Simulation(one, lookback);
        runs.forEach((each) => simulation.run(each));
        simulation.run({
          mode: 'incremental',
          later: DAY_MS,
          created: [],
          choices: [0],
          crashAfter: Infinity,
          filterFailsAfter: Infinity,
          shortAfter: Infinity,
        });
        expect(simulation.missing().map(toIso)).toEqual([]);
      }),
      { numRuns: 800 },
    );
  });
});

describe('a newest-first list without a date filter', () => {
  test('yields every record of the range, though reading stops before its end, if the order is kept', () => {
    const place = fc.integer({ min: -40, max: 40 });
    fc.assert(
      fc.property(
        fc.array(place, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        (places, size, sorted) => {
          const times = (sorted ? [...places].sort((a, b) => b - a) : places).map(
            (hours) => START + hours * HOUR_MS,
          );
          const now = START + 40 * HOUR_MS;
          const cursor = new DatetimeCursor(
            { ...DEFINITION, is_data_feed: true },
            {
              stream: 's',
              syncMode: 'incremental',
              state: undefined,
              startDate: toIso(START),
              lookbackDays: 0,
              now,
            },
          );
          const [slice] = cursor.slices();
          const open = cursor.open(slice ?? { start: START, end: now, isLast: true, filtered: false });
          const emitted: number[] = [];
          let read = 0;
          let isPast = false;
          let pages = 0;
          const listOrder = new ListOrder();
          while (read < times.length && !isPast) {
            beginPage(open);
            for (const time of times.slice(read, read + size)) {
              if (cursor.judge(open, capturedOf(JSON.stringify(toIso(time))), 0) === 'emit')
                emitted.push(time);
            }
            read += size;
            listOrder.add(++pages, open.page);
            isPast = cursor.isFeed && listOrder.isPast(open.slice.start);
          }
          const order = times.slice(0, read);
          const isNewestFirst = order.every((time, i) => i === 0 || time <= (order[i - 1] ?? 0));
          expect(isPast && !isNewestFirst).toBe(false);
          const wanted = times.filter((time) => time >= START);
          expect(emitted).toEqual(sorted ? wanted : wanted.slice(0, emitted.length));
          if (sorted)
            expect(read).toBeLessThanOrEqual(
              wanted.length + 2 * size + times.filter((time) => time === times[0]).length,
            );
        },
      ),
    );
  });
});
