import { DAY_MS, SECOND_MS } from '../src/declarative/durations.js';
/**
 * Creation times of a series, oldest first, computed by index: a million records cost no memory, and a date
 * range is found by binary search because the times never go back.
 *
 * The times hold the cases that break date slicing: several records in one second, records exactly at midnight,
 * in the first and in the last second of a month, and a few per cent on the day of `now`, up to `now` itself.
 */

/** At most this many records lie on the last day. */
const MAX_RECENT = 500;
/** Records 0–3 of every ten share one second. */
const CYCLE = 10;
const BURST = 4;

export interface Timeline {
  /** The newest record's time, ms; also where there is no record. */
  readonly end: number;
  /** Creation time in ms, whole seconds. */
  at(index: number): number;
  /** The first index created at or after `time`; `count` if there is none. */
  lowerBound(time: number): number;
}

function floorTo(time: number, unit: number): number {
  return Math.floor(time / unit) * unit;
}

function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function startOfMonth(month: number): number {
  return Date.UTC(Math.floor(month / 12), month % 12, 1);
}

export function createTimeline(count: number, startMs: number, nowMs: number): Timeline {
  const now = floorTo(nowMs, SECOND_MS);
  const today = floorTo(now, DAY_MS);
  const start = floorTo(Math.min(startMs, today), SECOND_MS);
  const recent = Math.min(count, Math.max(3, Math.min(MAX_RECENT, Math.ceil(count * 0.05))));
  const old = count - recent;

  function base(index: number): number {
    if (index < old) return floorTo(start + ((today - start) * index) / old, SECOND_MS);
    if (index >= count - 1) return now;
    return floorTo(today + ((now - today) * (index - old)) / Math.max(1, recent - 1), SECOND_MS);
  }

  function at(index: number): number {
    const phase = index % CYCLE;
    const first = phase < BURST ? index - phase : index;
    const time = base(first);
    if (first === 0 || first >= old) return time;
    const before = base(first - 1);
    const month = monthOf(time);
    if (monthOf(before) !== month) return startOfMonth(month);
    const after = base(first === index - phase ? first + BURST : first + 1);
    if (monthOf(after) !== month) return startOfMonth(month + 1) - SECOND_MS;
    const midnight = floorTo(time, DAY_MS);
    return midnight > before && first % 4 === 0 ? midnight : time;
  }

  function lowerBound(time: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return { end: now, at, lowerBound };
}
