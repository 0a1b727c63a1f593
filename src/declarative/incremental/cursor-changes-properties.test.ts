/** Syncs of records that change, against a model of an API: the last version of each arrives. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, SyncMode } from '../../protocol/messages.js';
import { createdBetween } from '../../test-support/definitions.fixture.js';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { requestParameter } from '../components.js';
import { toIso } from '../datetime.js';
import { HOUR_MS } from '../durations.js';
import type { StreamSlice } from '../stream-slice.js';
import { DatetimeCursor } from './datetime-cursor.js';

const START = Date.parse('2024-01-30T21:15:30.250Z');

interface Changing {
  readonly created: number;
  changed: number;
}

/** What happens between two syncs, and how the second one goes. */
interface Run {
  readonly mode: SyncMode;
  readonly hours: number;
  /** New records: when, in thousandths of the time since the run before. */
  readonly created: readonly number[];
  /** Changes: of which record, and when. */
  readonly changed: readonly (readonly [number, number])[];
  /** Which slice is read next, and whether it is cut. */
  readonly choices: readonly number[];
  /** Slices after which the process dies. */
  readonly crashAfter: number;
}

class Simulation {
  readonly #lookbackDays: number;
  readonly #records: Changing[] = [];
  readonly #arrived = new Map<Changing, number>();
  #now = START;
  #state: JsonObject | undefined;

  constructor(lookbackDays: number) {
    this.#lookbackDays = lookbackDays;
  }

  run({ mode, hours, created, changed, choices, crashAfter }: Run): void {
    const before = this.#now;
    this.#now += hours * HOUR_MS;
    const when = (place: number) => before + Math.round((hours * HOUR_MS * place) / 1000);
    for (const place of created) this.#records.push({ created: when(place), changed: when(place) });
    for (const [which, place] of changed) {
      const record = this.#records[which % Math.max(1, this.#records.length)];
      if (record !== undefined) record.changed = Math.max(record.changed, when(place));
    }
    const cursor = new DatetimeCursor(
      {
        ...createdBetween,
        extensions: {
          changed_since: {
            start_time_option: requestParameter('changed_from'),
            end_time_option: requestParameter('changed_to'),
          },
        },
      },
      {
        stream: 's',
        syncMode: mode,
        state: this.#state,
        startDate: toIso(START),
        lookbackDays: this.#lookbackDays,
        now: this.#now,
      },
    );
    const queue = cursor.slices();
    let choice = 0;
    const choose = (count: number) => (choices[choice++ % choices.length] ?? 0) % count;
    for (let done = 0; queue.length > 0; done++) {
      if (done === crashAfter) return;
      const [slice] = queue.splice(choose(queue.length), 1);
      const parts = slice !== undefined && choose(3) === 0 ? cursor.split(slice, 3) : [];
      if (parts.length > 1) queue.push(...parts);
      else this.#read(cursor, slice);
      this.#state = JSON.parse(JSON.stringify(cursor.state(queue.length === 0))) as JsonObject;
    }
  }

  #read(cursor: DatetimeCursor, slice: StreamSlice | undefined): void {
    if (slice === undefined) return;
    const open = cursor.open(slice);
    const { from, to, changed_from, changed_to } = cursor.requestParameters(slice);
    const lower = Date.parse(from ?? changed_from ?? '');
    const upper = Date.parse(to ?? changed_to ?? '');
    for (const record of this.#records) {
      const time = changed_from === undefined ? record.created : record.changed;
      if (time <= lower || time >= upper) continue;
      const verdict = cursor.judge(open, capturedOf(JSON.stringify(toIso(record.created))), 0);
      if (verdict === 'emit') this.#arrived.set(record, record.changed);
    }
    cursor.close(open);
  }

  /** Records whose last version has not arrived. */
  outdated(): Changing[] {
    return this.#records.filter((record) => this.#arrived.get(record) !== record.changed);
  }
}

const place = fc.integer({ min: 1, max: 1000 });
const run = fc.record<Run>({
  mode: fc.constantFrom<SyncMode>('incremental', 'incremental', 'incremental', 'full_refresh'),
  hours: fc.integer({ min: 1, max: 1000 }),
  created: fc.array(place, { maxLength: 6 }),
  changed: fc.array(fc.tuple(fc.nat({ max: 50 }), place), { maxLength: 6 }),
  choices: fc.array(fc.nat({ max: 59 }), { minLength: 1, maxLength: 20 }),
  crashAfter: fc.oneof(fc.nat({ max: 6 }), fc.constant(Infinity)),
});
const END: Run = {
  mode: 'incremental',
  hours: 24,
  created: [],
  changed: [],
  choices: [0],
  crashAfter: Infinity,
};

test('the last version of every record arrives, whatever was interrupted, once two syncs have ended', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fc.array(run, { maxLength: 7 }), (lookback, runs) => {
      const simulation = new Simulation(lookback);
      runs.forEach((one) => simulation.run(one));
      // A sync that takes up another may leave changes in what that one had closed to its successor.
      simulation.run(END);
      simulation.run(END);
      expect(simulation.outdated()).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});
