import { DEFAULT_CURSOR_GRANULARITY } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { fixedDuration, formatDatetime } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import type { CutsInQuestion, FilterInQuestion } from './cursor.js';
import { RequestBounds } from './request-bounds.js';

/** Before any record of any vendor. Not the beginning of Unix time, which may be taken for no time at all. */
const BEFORE_ALL = Date.UTC(2000, 0, 1);

/** ms behind now, so that whatever is there lies before it. */
const MARGIN_MS = 2 * DAY_MS;

/** @returns ms: the grain of the API's filter */
export function grainOf({ cursor_granularity }: DatetimeBasedCursor): number {
  return fixedDuration(cursor_granularity ?? DEFAULT_CURSOR_GRANULARITY);
}

/** How requests ask for a range of time, and what is thought of the answers. Times are Unix ms. */
export class DateFilter {
  readonly #definition: DatetimeBasedCursor;
  readonly #range: TimeRange;
  readonly #now: number;
  readonly #bounds: RequestBounds;
  /** The API cuts bounds to days. */
  readonly isByDays: boolean;

  /** @param range of the whole sync */
  constructor(definition: DatetimeBasedCursor, range: TimeRange, now: number, isByDays: boolean) {
    this.#definition = definition;
    this.#range = range;
    this.#now = now;
    const bounds = new RequestBounds(range, grainOf(definition));
    this.#bounds = isByDays ? bounds.byDays() : bounds;
    this.isByDays = isByDays;
  }

  byDays(): DateFilter {
    return new DateFilter(this.#definition, this.#range, this.#now, true);
  }

  /** The request parameters of a slice, or of all from this one to another. */
  parameters(slice: StreamSlice, last = slice): Record<string, string> {
    const { extensions } = this.#definition;
    const options = (slice.ofChanges === true ? extensions?.changed_since : undefined) ?? this.#definition;
    if (!slice.filtered) return {};
    return this.#parametersOf({ ...this.#bounds.of(slice), end: this.#bounds.of(last).end }, options);
  }

  /**
   * @param time of a record that came for a slice
   * @throws DateFilterError if the API should not have sent it
   */
  check(slice: StreamSlice, time: number): void {
    if (slice.filtered) this.#bounds.check(slice, time);
  }

  /**
   * What has to be looked at, if the definition says that the filter may go by another date.
   * @param isFromFirst no record is older than the slice
   * @param isKnownFault an earlier sync has found that it does
   */
  inQuestion(
    slice: StreamSlice,
    isFromFirst: boolean,
    isKnownFault: boolean,
    timeOf: FilterInQuestion['timeOf'],
  ): FilterInQuestion | undefined {
    const { start_time_option, extensions } = this.#definition;
    if (start_time_option === undefined || extensions?.prove_filter !== true) return undefined;
    if (!slice.filtered || slice.ofChanges === true) return undefined;
    const isSlice = isFromFirst && slice.isLast && this.#range.end === this.#now;
    const { start, end } = isSlice
      ? this.#bounds.of(slice)
      : { start: BEFORE_ALL, end: this.#now + MARGIN_MS };
    return {
      parameters: this.#parametersOf({ start, end }, this.#definition),
      isSlice,
      // An API may cut what it is given to a day of its own time zone.
      since: start + DAY_MS,
      isKnownFault,
      timeOf,
    };
  }

  /** What has to be looked at before a slice may count as closed that another one follows. */
  cutsInQuestion(slice: StreamSlice): CutsInQuestion | undefined {
    if (!slice.filtered || this.#definition.end_time_option === undefined) return undefined;
    const around = this.#bounds.aroundCut(slice);
    if (around === undefined) return undefined;
    const asked = (range: TimeRange) => this.#parametersOf(range, this.#definition);
    return { whole: asked(around.whole), parts: around.parts.map(asked) };
  }

  #parametersOf(
    { start, end }: TimeRange,
    {
      start_time_option,
      end_time_option,
    }: Pick<DatetimeBasedCursor, 'start_time_option' | 'end_time_option'>,
  ): Record<string, string> {
    const { datetime_format } = this.#definition;
    if (start_time_option === undefined) return {};
    return {
      [start_time_option.field_name]: formatDatetime(start, datetime_format),
      ...(end_time_option === undefined
        ? {}
        : { [end_time_option.field_name]: formatDatetime(end, datetime_format) }),
    };
  }
}
