import type { JsonObject } from '../../protocol/messages.js';
import { DEFAULT_STEP } from '../components.js';
import type { DatetimeBasedCursor, FieldPath } from '../components.js';
import { parseDuration, parseTimestamp, toIso } from '../datetime.js';
import type { Duration } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { CapturedValues } from '../extractors/captured-values.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import type { ListNames } from './list-names.js';
import { newOpenSlice } from './cursor.js';
import type { Cursor, CutsInQuestion, FilterFault, FilterInQuestion, OpenSlice, Verdict } from './cursor.js';
import { CursorProgress } from './cursor-progress.js';
import type { CursorMark } from './cursor-mark.js';
import { DateFilter } from './date-filter.js';
import { addToOrder } from './list-order.js';
import { blindParts, evenRanges, rangesByStep } from './slicer.js';
import { stillClosed, syncStart } from './sync-start.js';
import type { CursorOptions } from './sync-start.js';
import { syncWindow } from './sync-window.js';
import type { SyncWindow } from './sync-window.js';

/**
 * The cursor of a stream whose records carry a date.
 *
 * Range: from the state less the lookback window (a full refresh: from the start date) to `now`, which is
 * frozen, or to the end date. Lists come newest first, so the mark moves only when slices are closed, and
 * only as far as they are closed without a gap.
 *
 * @throws TracedError (config_error) if the state is not one of this stream
 */
export class DatetimeCursor implements Cursor {
  readonly capture: readonly FieldPath[];
  readonly fields: number;
  readonly notice: string | undefined;
  readonly isFeed: boolean;
  readonly #definition: DatetimeBasedCursor;
  readonly #window: SyncWindow;
  #range: TimeRange;
  /** Unix ms: when the sync began. */
  readonly #now: number;
  readonly #startDate: number;
  /** Unix ms: records before the first or from the second on are not read at all. */
  readonly #notBefore: number;
  readonly #endDate: number;
  #filter: DateFilter;
  /** What the filter leaves out has been read from the start on: by an earlier sync, or by this one in the end. */
  readonly #hadWholeList: boolean;
  #hasWholeList = false;
  readonly #progress: CursorProgress;

  constructor(definition: DatetimeBasedCursor, options: CursorOptions) {
    this.#definition = definition;
    const isFullRefresh = options.syncMode === 'full_refresh';
    const aliases = definition.extensions?.cursor_field_aliases ?? [];
    this.fields = 1 + aliases.length;
    this.capture = [
      [definition.cursor_field],
      ...aliases.map((alias) => [alias]),
      ...(definition.extensions?.change_fields ?? []),
    ];
    // A record that is old but has changed may stand behind any other one.
    this.isFeed = definition.is_data_feed === true && this.capture.length === this.fields;

    const start = syncStart(definition.cursor_field, options);
    const { startDate, mark } = start;
    const { takesEarlier, endDate, lookbackDays, now, goesOnSince } = options;
    const lookback = lookbackDays * DAY_MS;
    // Changes are asked for by themselves, or everything is read anew.
    const isReadOnce = isFullRefresh || definition.extensions?.changed_since !== undefined;
    this.#endDate = (endDate === undefined ? undefined : parseTimestamp(endDate)) ?? Infinity;
    const closed = isReadOnce ? start.closed : stillClosed(start.closed, lookback, this.#endDate, now);
    this.#startDate = startDate.time;
    this.#notBefore = takesEarlier === true ? -Infinity : startDate.time;
    this.#window = syncWindow(definition, {
      start: startDate,
      endDate: this.#endDate,
      mark,
      finished: start.finished,
      closedAsOf:
        isFullRefresh || closed.length === 0 ? undefined : Math.min(...closed.map(({ asOf }) => asOf)),
      lookback: isFullRefresh ? Infinity : lookback,
      now,
    });
    this.#range = this.#window.range;
    this.notice = start.notice ?? this.#window.notice;
    this.#now = now;
    this.#filter = new DateFilter(definition, this.#range, now, start.isByDays);
    this.#hadWholeList = start.hadWholeList;
    this.#progress = new CursorProgress(definition, {
      isFullRefresh,
      start,
      closed,
      window: this.#window,
      endDate: this.#endDate,
      now,
      goesOnSince,
    });
  }

  get knownAbsent(): ListNames {
    return this.#progress.knownAbsent;
  }

  get isByDays(): boolean {
    return this.#filter.isByDays;
  }

  slices(): StreamSlice[] {
    const unread = this.#progress.unreadParts(this.#range);
    const [first] = unread;
    if (first === undefined) return this.#changes();
    // Without a filter each slice would read the whole list, so there is one.
    if (this.#definition.start_time_option === undefined) {
      return [...this.#changes(), this.#slice({ start: first.start, end: this.#range.end }, false)];
    }
    const ranges =
      this.#definition.extensions?.limited_range === true
        ? unread.flatMap((range) => rangesByStep(range, this.#step()))
        : unread;
    return [...this.#changes(), ...ranges.map((range) => this.#slice(range, true))];
  }

  replan(fault: FilterFault): StreamSlice[] {
    this.#progress.clear();
    if (fault === 'coarse') {
      this.#filter = this.#filter.byDays();
      return this.slices();
    }
    // One that may go by another date, and now sends what it should not, has left out others, from the first sync on.
    const leavesOut = fault === 'partial' || this.#definition.extensions?.prove_filter === true;
    if (leavesOut && !this.#hadWholeList) {
      this.#range = { start: Math.min(this.#startDate, this.#range.start), end: this.#range.end };
      this.#hasWholeList = true;
    }
    return [...this.#changes(), this.#slice(this.#range, false)];
  }

  open(slice: StreamSlice): OpenSlice {
    return newOpenSlice(slice);
  }

  judge(open: OpenSlice, values: CapturedValues, offset: number): Verdict {
    const time = this.#timeOf(values, offset);
    if (time === undefined) {
      open.withoutCursor++;
      addToOrder(open.page, undefined);
      return 'emit';
    }
    if (open.slice.ofChanges === true) {
      const isRead = time >= this.#range.start && !this.#progress.wasClosed(time);
      return !isRead && time >= this.#notBefore && time < this.#endDate ? 'emit' : 'outside';
    }
    addToOrder(open.page, time);

    const { slice } = open;
    this.#filter.check(slice, time);
    let newest = time;
    for (let i = this.fields; i < this.capture.length; i++) {
      newest = Math.max(newest, values.time(offset + i) ?? newest);
    }
    if (time < this.#notBefore || time >= this.#endDate) return 'outside';
    const from = slice.start > this.#startDate ? slice.start : this.#notBefore;
    if (newest < from || (time >= slice.end && !slice.isLast)) return 'outside';
    if (open.mark === undefined || time > open.mark.time) open.mark = this.#markOf(values, offset, time);
    return 'emit';
  }

  leaveOpen(range: TimeRange): boolean {
    return this.#progress.leaveOpen(range);
  }

  close(open: OpenSlice): boolean {
    return this.#progress.close(open);
  }

  split(slice: StreamSlice, parts: number | undefined): StreamSlice[] {
    if (!slice.filtered || slice.ofChanges === true) return [slice];
    const count = parts ?? blindParts(slice, this.#step());
    return evenRanges(slice, count).map((range) => this.#slice(range, true));
  }

  requestParameters(slice: StreamSlice, last?: StreamSlice): Record<string, string> {
    return this.#filter.parameters(slice, last);
  }

  filterInQuestion(slice: StreamSlice): FilterInQuestion | undefined {
    const isFromFirst = this.#notBefore === -Infinity && slice.start <= this.#startDate;
    return this.#filter.inQuestion(slice, isFromFirst, this.#hadWholeList, (values, offset) =>
      this.#timeOf(values, offset),
    );
  }

  cutsInQuestion(slice: StreamSlice): CutsInQuestion | undefined {
    return this.#filter.cutsInQuestion(slice);
  }

  state(isThrough: boolean): JsonObject {
    return this.#progress.state(isThrough, this.#range, {
      isByDays: this.#filter.isByDays,
      hadWholeList: this.#hadWholeList,
      hasWholeList: this.#hasWholeList,
    });
  }

  /**
   * The first of the fields that may hold the cursor and does. In a list without a date filter it is the newest of them:
   * a database's empty date, or one that was imported, must not hide that the record is new.
   */
  #timeOf(values: CapturedValues, offset: number): number | undefined {
    const isWholeList = this.#definition.start_time_option === undefined;
    let newest: number | undefined;
    for (let i = 0; i < this.fields && (newest === undefined || isWholeList); i++) {
      const time = values.time(offset + i);
      if (newest === undefined || (time !== undefined && time > newest)) newest = time;
    }
    return newest;
  }

  /** The spelling of a record's time. */
  #markOf(values: CapturedValues, offset: number, time: number): CursorMark {
    let i = 0;
    while (i < this.fields - 1 && values.time(offset + i) !== time) i++;
    return { time, text: values.text(offset + i) ?? toIso(time) };
  }

  #slice(range: TimeRange, filtered: boolean): StreamSlice {
    const isLast = range.end === this.#range.end;
    const isPart = filtered && !(isLast && range.start === this.#range.start);
    return { ...range, filtered, isLast, ...(isPart ? { isPart } : {}) };
  }

  #changes(): StreamSlice[] {
    const start = this.#window.changesSince;
    if (!this.#progress.changesAreDue || start === undefined) return [];
    // Records of the window change after its end too.
    const end = Math.max(this.#now, this.#range.end);
    return [{ start, end, filtered: true, isLast: true, isPart: true, ofChanges: true }];
  }

  #step(): Duration {
    return parseDuration(this.#definition.step ?? DEFAULT_STEP);
  }
}
