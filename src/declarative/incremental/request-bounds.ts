import { toIso } from '../datetime.js';
import { DAY_MS, HOUR_MS } from '../durations.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import { DateFilterError } from './cursor.js';

/**
 * How far outside of the requested range a record may lie before the API's date filter counts as not working on the
 * cursor field. An API that cuts bounds to whole days, in its own time zone, stays below: before the range by a day and
 * the three hours of the vendors' zones, behind it by a day and a half, since its last day may be meant to be whole.
 * A record that is dated further before may be one of many that the filter finds by a later date of theirs.
 */
const TOLERANCE_BEFORE_MS = 27 * HOUR_MS;
const TOLERANCE_BEHIND_MS = 2 * DAY_MS;

/** ms that requests reach further where the API cuts bounds: by more than what is tolerated, so that nothing falls between. */
const MARGIN_BY_DAYS_MS = 2 * DAY_MS;

/**
 * Slices so long that a day more on both sides costs little: an API that cuts one of the bounds to a day of its own
 * time zone would otherwise leave out records where two of them meet, without sending any by which it could be told.
 */
const LONG_SLICE_MS = 7 * DAY_MS;

/** Days on each side of the end of a slice in which the API's counts are compared. */
const DAYS_AROUND_CUT = 2;

/** What the requests of one sync ask for, slice by slice, and whether what comes fits it. Times are Unix ms. */
export class RequestBounds {
  readonly #range: TimeRange;
  readonly #margin: number;
  /** They are wanted for each record. */
  readonly #bounds = new WeakMap<StreamSlice, TimeRange>();

  /**
   * @param range of the whole sync
   * @param margin ms that requests reach beyond a slice on both sides
   */
  constructor(range: TimeRange, margin: number) {
    this.#range = range;
    this.#margin = margin;
  }

  /** For an API that cuts bounds to days. */
  byDays(): RequestBounds {
    return new RequestBounds(this.#range, MARGIN_BY_DAYS_MS);
  }

  /**
   * Wider than the slice on both sides, and to the end of its last day, so that bounds may be inclusive or
   * exclusive; on whole grains.
   */
  of(slice: StreamSlice): TimeRange {
    let bounds = this.#bounds.get(slice);
    if (bounds === undefined) this.#bounds.set(slice, (bounds = this.#widen(slice)));
    return bounds;
  }

  /**
   * What lies outside of the requested range tells how the API's filter works.
   * @param time of a record that was sent
   * @throws DateFilterError
   */
  check(slice: StreamSlice, time: number): void {
    const bounds = this.of(slice);
    const isBefore = time < bounds.start;
    if (!isBefore && time <= bounds.end) return;
    const message = `asked for ${toIso(bounds.start)} to ${toIso(bounds.end)}, the API sent a record of ${toIso(time)}`;
    if (time < bounds.start - TOLERANCE_BEFORE_MS || time > bounds.end + TOLERANCE_BEHIND_MS) {
      throw new DateFilterError('ignored', message);
    }
    // At the ends of the whole range nothing can be lost by it; between two slices it can.
    const isBetween = isBefore ? slice.start > this.#range.start : !slice.isLast;
    if (isBetween && this.#margin < DAY_MS) throw new DateFilterError('coarse', message);
  }

  /**
   * The days around the end of a slice, as one request asks for them and as those of short slices do. An API that cuts
   * ends alone to a day of its own time zone sends less in parts, and nothing by which it could be told.
   * @returns undefined where requests reach so far that nothing is lost by it
   */
  aroundCut(
    slice: StreamSlice,
  ): { readonly whole: TimeRange; readonly parts: readonly TimeRange[] } | undefined {
    if (slice.isLast || this.#marginOf(slice) >= DAY_MS) return undefined;
    const cut = Math.floor(slice.end / DAY_MS) * DAY_MS;
    const asked = (from: number, to: number): TimeRange => ({
      start: cut + from * DAY_MS - this.#margin,
      end: cut + to * DAY_MS + this.#margin,
    });
    return {
      whole: asked(-DAYS_AROUND_CUT, DAYS_AROUND_CUT),
      parts: Array.from({ length: 2 * DAYS_AROUND_CUT }, (_, day) =>
        asked(day - DAYS_AROUND_CUT, day + 1 - DAYS_AROUND_CUT),
      ),
    };
  }

  #marginOf(slice: StreamSlice): number {
    const isLong = slice.ofChanges !== true && slice.end - slice.start >= LONG_SLICE_MS;
    return isLong ? Math.max(this.#margin, DAY_MS) : this.#margin;
  }

  #widen(slice: StreamSlice): TimeRange {
    const margin = this.#marginOf(slice);
    // At the ends of the whole range no other slice shows that the API reads its bounds in a time zone of its
    // own, and a day more costs next to nothing.
    const atEnd = Math.max(margin, DAY_MS);
    const grid = Math.min(margin, DAY_MS);
    const isFirst = slice.start === this.#range.start || slice.ofChanges === true;
    return {
      start: Math.floor(slice.start / grid) * grid - (isFirst ? atEnd : margin),
      end: Math.ceil(slice.end / DAY_MS) * DAY_MS + (slice.isLast ? atEnd : margin),
    };
  }
}
