import type { JsonObject, SyncMode } from '../protocol/messages.js';
import { NO_CURSOR_STATE } from '../protocol/state.js';
import type { DatetimeBasedCursor, FieldPath } from './components.js';
import { mergeClosed, newerMark, parseCursorState, printCursorState } from './cursor-state.js';
import type { ClosedSlice, CursorMark } from './cursor-state.js';
import {
  addDuration,
  fixedDuration,
  formatDatetime,
  parseDuration,
  parseTimestamp,
  toIso,
} from './datetime.js';
import { subtractRanges } from './stream-slice.js';
import type { StreamSlice, TimeRange } from './stream-slice.js';

const DAY_MS = 86_400_000;

/**
 * How far outside of the requested range a record may lie before the API's date filter counts as not
 * working on the cursor field: an API that cuts bounds to whole days, in whatever time zone, stays below.
 */
const FILTER_TOLERANCE_MS = 2 * DAY_MS;

/** The API's date filter does not do what is documented; the list must be read without it. */
export class DateFilterError extends Error {
  override readonly name = 'DateFilterError';
}

/** What becomes of a record; one that lies outside is read by another slice, or was read by an earlier sync. */
export type Verdict = 'emit' | 'outside';

/** The reading of one slice, from its first page to its close. */
export interface OpenSlice {
  readonly slice: StreamSlice;
  /** Newest cursor of a record that was emitted. */
  mark: CursorMark | undefined;
  /** Records without a cursor that can be read. They are emitted. */
  withoutCursor: number;
  /** All records so far came newest first, by their cursor. */
  newestFirst: boolean;
  /** Cursor of the record before, and of the newest one; Unix ms. */
  lastTime: number;
  newestTime: number;
  /** Newest cursor of the current page. Whoever reads pages sets it back to -Infinity before each. */
  newestOfPage: number;
}

/**
 * Divides a stream into slices, decides which records belong to them, and says in STATE how far reading has
 * come. One object for each stream and sync.
 */
export interface Cursor {
  /** Values that `judge` wants from each record, in this order. */
  readonly capture: readonly FieldPath[];
  /** The slices to read; none if there is nothing new. */
  slices(): StreamSlice[];
  open(slice: StreamSlice): OpenSlice;
  /**
   * @param values raw JSON of the captured values
   * @throws DateFilterError
   */
  judge(open: OpenSlice, values: readonly (string | undefined)[], offset: number): Verdict;
  /** Whether a newest-first list has nothing more for this slice behind the current page. */
  isPast(open: OpenSlice): boolean;
  /** The slice has been read to its end and all its records are written. */
  close(open: OpenSlice): void;
  /** Replaces a slice by smaller ones; a list of one if it cannot be cut. */
  split(slice: StreamSlice, parts: number | undefined): StreamSlice[];
  /** Gives up the API's date filter: one slice over everything, filtered by the records' own dates. */
  readWhole(): StreamSlice[];
  /** The request parameters of a slice. */
  requestParameters(slice: StreamSlice): Record<string, string>;
  /** @param complete all slices are closed */
  state(complete: boolean): JsonObject;
  /** A sentence for the log where the input asks for something unusual. */
  readonly notice: string | undefined;
}

export interface CursorOptions {
  readonly stream: string;
  readonly syncMode: SyncMode;
  readonly state: JsonObject | undefined;
  /** ISO timestamp of the config. */
  readonly startDate: string;
  readonly lookbackDays: number;
  /** Unix ms: the frozen end of this sync. */
  readonly now: number;
}

function newOpenSlice(slice: StreamSlice): OpenSlice {
  return {
    slice,
    mark: undefined,
    withoutCursor: 0,
    newestFirst: true,
    lastTime: Infinity,
    newestTime: -Infinity,
    newestOfPage: -Infinity,
  };
}

/** For streams without a date to go by: one slice, always everything. */
export function fullRefreshCursor(now: number): Cursor {
  const slice: StreamSlice = { start: 0, end: now, isLast: true, filtered: false };
  return {
    capture: [],
    notice: undefined,
    slices: () => [slice],
    open: newOpenSlice,
    judge: () => 'emit',
    isPast: () => false,
    close: () => undefined,
    split: (one) => [one],
    readWhole: () => [slice],
    requestParameters: () => ({}),
    state: () => NO_CURSOR_STATE,
  };
}

/** The time of a raw JSON value, if it is a timestamp. */
function timeOf(raw: string | undefined): number | undefined {
  return raw === undefined || raw.charCodeAt(0) !== 0x22 ? undefined : parseTimestamp(raw.slice(1, -1));
}

/**
 * The cursor of a stream whose records carry a date.
 *
 * Range: from the state less the lookback window (a full refresh: from the start date) to `now`, which is
 * frozen. Lists come newest first, so the mark moves only when slices are closed, and only as far as they
 * are closed without a gap.
 *
 * @throws TracedError (config_error) if the state is not one of this stream
 */
export class DatetimeCursor implements Cursor {
  readonly capture: readonly FieldPath[];
  readonly notice: string | undefined;
  readonly #definition: DatetimeBasedCursor;
  readonly #fullRefresh: boolean;
  readonly #cursorFields: number;
  readonly #initial: CursorMark;
  readonly #range: TimeRange;
  readonly #filtered: boolean;
  /**
   * Newest value that the mark may take. Slices that an earlier, unfinished sync had closed are known as of
   * then; were the mark to pass that time, the next lookback would miss what changed in them since.
   */
  readonly #ceiling: number;
  #closed: ClosedSlice[];

  constructor(definition: DatetimeBasedCursor, options: CursorOptions) {
    const { stream, syncMode, state, startDate, lookbackDays, now } = options;
    this.#definition = definition;
    this.#fullRefresh = syncMode === 'full_refresh';
    const aliases = definition.extensions?.cursor_field_aliases ?? [];
    this.#cursorFields = 1 + aliases.length;
    this.capture = [
      [definition.cursor_field],
      ...aliases.map((alias) => [alias]),
      ...(definition.extensions?.change_fields ?? []),
    ];
    this.#filtered = definition.start_time_option !== undefined;

    const saved = parseCursorState(stream, definition.cursor_field, state);
    const start: CursorMark = { time: parseTimestamp(startDate) ?? 0, text: startDate };
    // A full refresh goes on from a state only if it is that of a full refresh: one with closed slices.
    const resumes = !this.#fullRefresh || saved.closed.length > 0;
    this.#initial = (resumes ? saved.mark : undefined) ?? start;
    const lookback = this.#fullRefresh ? Infinity : lookbackDays * DAY_MS;
    const isFuture = this.#initial.time > now;
    if (isFuture) {
      this.notice = `the ${saved.mark === undefined ? 'start date' : 'state'} ${this.#initial.text} lies in the future: nothing to read`;
    }
    this.#range = {
      start: isFuture ? now : Math.max(start.time, this.#initial.time - lookback),
      end: now,
    };
    this.#closed = resumes ? mergeClosed(saved.closed) : [];
    this.#ceiling = Math.min(now, ...this.#closed.slice(-1).map((slice) => slice.end));
  }

  slices(): StreamSlice[] {
    const gaps = subtractRanges(this.#range, this.#closed);
    const [first] = gaps;
    if (first === undefined) return [];
    // Without a filter each slice would read the whole list, so there is one.
    return this.#filtered
      ? gaps.map((gap) => this.#slice(gap, true))
      : [this.#slice({ start: first.start, end: this.#range.end }, false)];
  }

  readWhole(): StreamSlice[] {
    this.#closed = [];
    return [this.#slice(this.#range, false)];
  }

  open(slice: StreamSlice): OpenSlice {
    return newOpenSlice(slice);
  }

  judge(open: OpenSlice, values: readonly (string | undefined)[], offset: number): Verdict {
    let time: number | undefined;
    let text = '';
    for (let i = 0; i < this.#cursorFields && time === undefined; i++) {
      const raw = values[offset + i];
      time = timeOf(raw);
      if (time !== undefined && raw !== undefined) text = raw;
    }
    if (time === undefined) {
      open.withoutCursor++;
      return 'emit';
    }
    if (time > open.lastTime) open.newestFirst = false;
    open.lastTime = time;
    open.newestTime = Math.max(open.newestTime, time);
    open.newestOfPage = Math.max(open.newestOfPage, time);

    const { slice } = open;
    if (slice.filtered) this.#checkFilter(slice, time);
    let newest = time;
    for (let i = this.#cursorFields; i < this.capture.length; i++) {
      newest = Math.max(newest, timeOf(values[offset + i]) ?? newest);
    }
    if (newest < slice.start || (time >= slice.end && !slice.isLast)) return 'outside';
    if (open.mark === undefined || time > open.mark.time) {
      open.mark = { time, text: text.slice(1, -1) };
    }
    return 'emit';
  }

  isPast(open: OpenSlice): boolean {
    return (
      this.#definition.is_data_feed === true &&
      open.newestFirst &&
      open.newestOfPage < open.slice.start &&
      // All at one time proves no order.
      open.newestTime > open.lastTime
    );
  }

  close(open: OpenSlice): void {
    const { slice, mark } = open;
    this.#closed = mergeClosed([
      ...this.#closed,
      { start: slice.start, end: slice.end, ...(mark === undefined ? {} : { mark }) },
    ]);
  }

  split(slice: StreamSlice, parts: number | undefined): StreamSlice[] {
    if (!slice.filtered) return [slice];
    const bounds = parts === undefined ? this.#stepBounds(slice) : evenBounds(slice, parts, this.#grain());
    return bounds.slice(1).map((end, i) => this.#slice({ start: bounds[i] ?? slice.start, end }, true));
  }

  requestParameters(slice: StreamSlice): Record<string, string> {
    const { start_time_option, end_time_option, datetime_format } = this.#definition;
    if (!slice.filtered || start_time_option === undefined) return {};
    const bounds = this.#requestBounds(slice);
    return {
      [start_time_option.field_name]: formatDatetime(bounds.start, datetime_format),
      ...(end_time_option === undefined
        ? {}
        : { [end_time_option.field_name]: formatDatetime(bounds.end, datetime_format) }),
    };
  }

  state(complete: boolean): JsonObject {
    const prefix = this.#closed.find(
      (slice) => slice.start <= this.#range.start && slice.end >= this.#range.start,
    );
    const seen = newerMark(this.#initial, prefix?.mark) ?? this.#initial;
    const isCapped = seen.time > this.#ceiling && seen.time > this.#initial.time;
    const mark = isCapped
      ? (newerMark(this.#initial, { time: this.#ceiling, text: toIso(this.#ceiling) }) ?? this.#initial)
      : seen;
    const keep = complete && !this.#fullRefresh ? [] : this.#closed;
    return printCursorState(this.#definition.cursor_field, mark, keep);
  }

  #slice(range: TimeRange, filtered: boolean): StreamSlice {
    return { ...range, filtered, isLast: range.end === this.#range.end };
  }

  /** One grain wider than the slice on both sides, on whole grains, so that bounds may be in- or exclusive. */
  #requestBounds(slice: TimeRange): TimeRange {
    const grain = this.#grain();
    return {
      start: Math.floor(slice.start / grain) * grain - grain,
      end: Math.ceil(slice.end / grain) * grain + grain,
    };
  }

  #grain(): number {
    return fixedDuration(this.#definition.cursor_granularity ?? 'PT1S');
  }

  #checkFilter(slice: StreamSlice, time: number): void {
    const bounds = this.#requestBounds(slice);
    if (time < bounds.start - FILTER_TOLERANCE_MS || time > bounds.end + FILTER_TOLERANCE_MS) {
      throw new DateFilterError(
        `asked for ${toIso(bounds.start)} to ${toIso(bounds.end)}, the API sent a record of ${toIso(time)}`,
      );
    }
  }

  /** Bounds at every step from the slice's start, for an API that does not say how much a range holds. */
  #stepBounds(slice: TimeRange): number[] {
    const step = parseDuration(this.#definition.step ?? 'P1M');
    const bounds = [slice.start];
    for (let at = addDuration(slice.start, step); at < slice.end; at = addDuration(at, step)) bounds.push(at);
    return [...bounds, slice.end];
  }
}

/**
 * Cuts a range into equal parts. Cuts lie on midnight (UTC) where parts are longer than a day, so that an
 * API that cuts bounds to the day still answers each of them fully; else on whole grains of the filter.
 */
function evenBounds(slice: TimeRange, parts: number, filterGrain: number): number[] {
  const length = (slice.end - slice.start) / parts;
  const grain = length > DAY_MS ? DAY_MS : Math.max(1000, filterGrain);
  const cuts = Array.from(
    { length: parts - 1 },
    (_, i) => Math.round((slice.start + (i + 1) * length) / grain) * grain,
  ).filter((cut) => cut > slice.start && cut < slice.end);
  return [...new Set([slice.start, ...cuts, slice.end])];
}
