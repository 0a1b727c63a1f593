import type { JsonObject } from '../../protocol/messages.js';
import type { DatetimeBasedCursor, FieldPath } from '../components.js';
import { parseDuration, parseTimestamp, toIso } from '../datetime.js';
import type { Duration } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import { AbsentLists, OWN_LIST } from './absent-lists.js';
import { newOpenSlice } from './cursor.js';
import type { Cursor, CutsInQuestion, FilterFault, FilterInQuestion, OpenSlice, Verdict } from './cursor.js';
import { markOf, newerMark, printCursorState } from './cursor-state.js';
import type { CursorMark, FinishedWindow } from './cursor-state.js';
import { DateFilter, grainOf } from './date-filter.js';
import { addToOrder } from './list-order.js';
import { SliceLedger } from './slice-ledger.js';
import { blindParts, evenRanges, rangesByStep } from './slicer.js';
import { stillClosed, syncStart } from './sync-start.js';
import type { CursorOptions } from './sync-start.js';
import { settledAt, syncWindow } from './sync-window.js';
import type { SyncWindow } from './sync-window.js';

/**
 * Slices that stay open because lists of parents are not there. A failure of seconds meets those that are read then; if
 * lists of more slices are not there, the API has none for some parents.
 */
const MAX_ABSENCES = 5;

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
  readonly knownAbsent: AbsentLists;
  readonly #definition: DatetimeBasedCursor;
  readonly #fullRefresh: boolean;
  readonly #initial: CursorMark;
  readonly #window: SyncWindow;
  #range: TimeRange;
  /** Unix ms: when the sync began. */
  readonly #now: number;
  readonly #startDate: number;
  /** ISO timestamp: from where on everything has been read up to the mark; undefined if the state does not say. */
  readonly #readFrom: string | undefined;
  /** Unix ms: records before the first or from the second on are not read at all. */
  readonly #notBefore: number;
  readonly #endDate: number;
  readonly #finishedBefore: FinishedWindow | undefined;
  #filter: DateFilter;
  /** What the filter leaves out has been read from the start on: by an earlier sync, or by this one in the end. */
  readonly #hadWholeList: boolean;
  #hasWholeList = false;
  /** Lists of slices that were closed though they are not there. */
  readonly #absent = new AbsentLists();
  /** An unfinished sync has read a part of the lists already. */
  readonly #goesOn: boolean;
  /** Slices that stay open because lists are not there. */
  #absences = 0;
  readonly #slices: SliceLedger;
  /** Older records that have changed are still to be read; until then the mark must not move. */
  #changesAreDue: boolean;

  constructor(definition: DatetimeBasedCursor, options: CursorOptions) {
    this.#definition = definition;
    this.#fullRefresh = options.syncMode === 'full_refresh';
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
    const { startDate, short, mark } = start;
    const { takesEarlier, endDate, lookbackDays, now, goesOnSince } = options;
    const lookback = lookbackDays * DAY_MS;
    // Changes are asked for by themselves, or everything is read anew.
    const isReadOnce = this.#fullRefresh || definition.extensions?.changed_since !== undefined;
    this.#endDate = (endDate === undefined ? undefined : parseTimestamp(endDate)) ?? Infinity;
    const closed = isReadOnce ? start.closed : stillClosed(start.closed, lookback, this.#endDate, now);
    this.knownAbsent = start.absent;
    this.#goesOn = goesOnSince !== undefined || closed.length > 0;
    this.#initial = mark ?? startDate;
    this.#readFrom = start.readFrom;
    this.#startDate = startDate.time;
    this.#notBefore = takesEarlier === true ? -Infinity : startDate.time;
    this.#finishedBefore = start.finished;
    this.#window = syncWindow(definition, {
      start: startDate,
      endDate: this.#endDate,
      mark,
      finished: start.finished,
      closedAsOf:
        this.#fullRefresh || closed.length === 0 ? undefined : Math.min(...closed.map(({ asOf }) => asOf)),
      lookback: this.#fullRefresh ? Infinity : lookback,
      now,
    });
    this.#range = this.#window.range;
    this.notice = start.notice ?? this.#window.notice;
    this.#now = now;
    this.#filter = new DateFilter(definition, this.#range, now, start.isByDays);
    this.#hadWholeList = start.hadWholeList;
    this.#changesAreDue = this.#window.changesSince !== undefined;
    this.#slices = new SliceLedger({ closed, short }, now, goesOnSince);
  }

  get isByDays(): boolean {
    return this.#filter.isByDays;
  }

  slices(): StreamSlice[] {
    const unread = this.#slices.unreadParts(this.#range);
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
    this.#slices.clear();
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

  judge(open: OpenSlice, values: readonly (string | undefined)[], offset: number): Verdict {
    const mark = this.#markOf(values, offset);
    if (mark === undefined) {
      open.withoutCursor++;
      addToOrder(open.page, undefined);
      return 'emit';
    }
    const { time } = mark;
    if (open.slice.ofChanges === true) {
      const isRead = time >= this.#range.start && !this.#slices.wasClosed(time);
      return !isRead && time >= this.#notBefore && time < this.#endDate ? 'emit' : 'outside';
    }
    addToOrder(open.page, time);

    const { slice } = open;
    this.#filter.check(slice, time);
    let newest = time;
    for (let i = this.fields; i < this.capture.length; i++) {
      newest = Math.max(newest, markOf(values[offset + i])?.time ?? newest);
    }
    if (time < this.#notBefore || time >= this.#endDate) return 'outside';
    const from = slice.start > this.#startDate ? slice.start : this.#notBefore;
    if (newest < from || (time >= slice.end && !slice.isLast)) return 'outside';
    if (open.mark === undefined || time > open.mark.time) open.mark = mark;
    return 'emit';
  }

  leaveOpen(range: TimeRange): boolean {
    return this.#slices.reopen(range);
  }

  close(open: OpenSlice): boolean {
    const { slice, mark } = open;
    if (slice.ofChanges !== true && this.#slices.isLeftOpen(slice)) return false;
    const isUncounted = open.isUncounted && !this.knownAbsent.has(OWN_LIST);
    const isAbsence = open.absent.exceeds(this.knownAbsent) && this.#absences < MAX_ABSENCES;
    if ((open.isShort || isUncounted || isAbsence) && this.#slices.staysOpen(slice)) {
      if (!open.isShort && isAbsence) this.#absences++;
      return false;
    }
    this.#absent.addAll(open.absent);
    if (open.isUncounted) this.#absent.add(OWN_LIST);
    if (slice.ofChanges === true) this.#changesAreDue = false;
    else this.#slices.close(slice, mark);
    return true;
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
    return this.#filter.inQuestion(
      slice,
      isFromFirst,
      this.#hadWholeList,
      (values, offset) => this.#markOf(values, offset)?.time,
    );
  }

  cutsInQuestion(slice: StreamSlice): CutsInQuestion | undefined {
    return this.#filter.cutsInQuestion(slice);
  }

  state(isThrough: boolean): JsonObject {
    const slices = this.#slices;
    const complete = isThrough && !slices.hasLeftOpen;
    const { start, end } = this.#range;
    const done = complete ? slices.markBefore(end) : slices.markFrom(start);
    const seen = newerMark(this.#initial, this.#changesAreDue ? undefined : done) ?? this.#initial;
    const cap = this.#cap();
    const isCapped = seen.time > cap.time && seen.time > this.#initial.time;
    const mark = isCapped ? (newerMark(this.#initial, cap) ?? this.#initial) : seen;
    const closed = complete && !this.#fullRefresh ? [] : slices.closed;
    const isCoarse = this.#filter.isByDays && closed.length > 0;
    const hasWholeList = this.#hadWholeList || (complete && this.#hasWholeList);
    return printCursorState(this.#definition.cursor_field, {
      mark,
      startDate: this.#readFrom,
      closed,
      finished: this.#finished(complete),
      filterFault: hasWholeList ? 'partial' : isCoarse ? 'coarse' : undefined,
      short: complete ? [] : slices.short,
      absent: this.#absentSoFar(complete),
      syncMode: this.#fullRefresh ? 'full_refresh' : 'incremental',
    });
  }

  /** Those that are there again are forgotten when one sync has asked for all. */
  #absentSoFar(complete: boolean): AbsentLists {
    if (complete && !this.#goesOn) return this.#absent;
    const all = new AbsentLists();
    all.addAll(this.knownAbsent);
    all.addAll(this.#absent);
    return all;
  }

  /** What the state says of an end date that has been reached. */
  #finished(complete: boolean): FinishedWindow | undefined {
    const { isFinished, changesSince } = this.#window;
    const isNothingRead = this.#range.start === this.#range.end && changesSince === undefined;
    if (isNothingRead || !complete) return isNothingRead || isFinished ? this.#finishedBefore : undefined;
    if (this.#fullRefresh || this.#endDate > settledAt(this.#slices.ceiling)) return undefined;
    return { endDate: this.#endDate, asOf: this.#slices.ceiling };
  }

  /**
   * The first of the fields that may hold the cursor and does. In a list without a date filter it is the newest of them:
   * a database's empty date, or one that was imported, must not hide that the record is new.
   */
  #markOf(values: readonly (string | undefined)[], offset: number): CursorMark | undefined {
    const isWholeList = this.#definition.start_time_option === undefined;
    let mark: CursorMark | undefined;
    for (let i = 0; i < this.fields && (mark === undefined || isWholeList); i++) {
      mark = newerMark(mark, markOf(values[offset + i]));
    }
    return mark;
  }

  #slice(range: TimeRange, filtered: boolean): StreamSlice {
    return { ...range, filtered, isLast: range.end === this.#range.end };
  }

  /**
   * The newest value that the mark may take, on whole grains: a record of the same second prints an earlier
   * time than the clock showed, and one of the same day midnight of some time zone. What an earlier attempt, which had
   * no end date, has read behind this one's is for whoever takes the end date away.
   */
  #cap(): CursorMark {
    const grain = grainOf(this.#definition);
    const { ceiling } = this.#slices;
    const known = Math.floor(ceiling / grain) * grain - (grain < DAY_MS ? 0 : grain);
    const time = Math.min(known, this.#endDate);
    return { time, text: toIso(time) };
  }

  #changes(): StreamSlice[] {
    const start = this.#window.changesSince;
    if (!this.#changesAreDue || start === undefined) return [];
    // Records of the window change after its end too.
    const end = Math.max(this.#now, this.#range.end);
    return [{ start, end, filtered: true, isLast: true, ofChanges: true }];
  }

  #step(): Duration {
    return parseDuration(this.#definition.step ?? 'P1M');
  }
}
