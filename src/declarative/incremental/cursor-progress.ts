import type { JsonObject } from '../../protocol/messages.js';
import type { DatetimeBasedCursor } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { TimeRange } from '../stream-slice.js';
import { ListNames, OWN_LIST } from './list-names.js';
import type { OpenSlice } from './cursor.js';
import { newerMark } from './cursor-mark.js';
import { printCursorState } from './cursor-state.js';
import type { CursorMark } from './cursor-mark.js';
import type { ClosedSlice, FinishedWindow } from './cursor-state.js';
import { grainOf } from './date-filter.js';
import { SliceLedger } from './slice-ledger.js';
import type { SyncStart } from './sync-start.js';
import { settledAt } from './sync-window.js';
import type { SyncWindow } from './sync-window.js';

/**
 * Slices that stay open because lists of parents are not there. A failure of seconds meets those that are read then; if
 * lists of more slices are not there, the API has none for some parents.
 */
const MAX_ABSENCES = 5;

interface ProgressOptions {
  readonly isFullRefresh: boolean;
  readonly start: SyncStart;
  /** What of the slices that an unfinished sync had closed need not be read again. */
  readonly closed: readonly ClosedSlice[];
  readonly window: SyncWindow;
  /** Unix ms */
  readonly endDate: number;
  /** Unix ms: the frozen end of the sync. */
  readonly now: number;
  /** Unix ms: when an earlier, unfinished sync began whose other work this one goes on with. */
  readonly goesOnSince: number | undefined;
}

/** What a sync has found of the API's date filter, as far as the next one is to know. */
interface FilterFindings {
  /** It goes by whole days. */
  readonly isByDays: boolean;
  /** What it leaves out had been read from the start on by an earlier sync; by this one, if it comes to its end. */
  readonly hadWholeList: boolean;
  readonly hasWholeList: boolean;
}

/** Which slices of a sync have been read, and what its state says of it. */
export class CursorProgress {
  /** Lists that earlier syncs have found not to be there. */
  readonly knownAbsent: ListNames;
  readonly #definition: DatetimeBasedCursor;
  readonly #isFullRefresh: boolean;
  readonly #initial: CursorMark;
  /** ISO timestamp: from where on everything has been read up to the mark; undefined if the state does not say. */
  readonly #readFrom: string | undefined;
  readonly #endDate: number;
  readonly #finishedBefore: FinishedWindow | undefined;
  readonly #window: SyncWindow;
  /** An unfinished sync has read a part of the lists already. */
  readonly #goesOn: boolean;
  readonly #slices: SliceLedger;
  /** Lists of slices that were closed though they are not there. */
  readonly #absent = new ListNames();
  /** Slices that stay open because lists are not there. */
  #absences = 0;
  #changesAreDue: boolean;
  /** A record has come, to this sync or to the unfinished one that it goes on with. */
  #hasBrought: boolean;

  constructor(definition: DatetimeBasedCursor, options: ProgressOptions) {
    const { start, closed, window, now, goesOnSince } = options;
    this.#definition = definition;
    this.#isFullRefresh = options.isFullRefresh;
    this.#initial = start.mark ?? start.startDate;
    this.#readFrom = start.readFrom;
    this.#endDate = options.endDate;
    this.#finishedBefore = start.finished;
    this.#window = window;
    this.#goesOn = goesOnSince !== undefined || closed.length > 0;
    this.knownAbsent = start.absent;
    this.#changesAreDue = window.changesSince !== undefined;
    this.#hasBrought = closed.some(({ mark }) => mark !== undefined);
    this.#slices = new SliceLedger({ closed, short: start.short }, now, goesOnSince);
  }

  /** Older records that have changed are still to be read; until then the mark must not move. */
  get changesAreDue(): boolean {
    return this.#changesAreDue;
  }

  /** What is to be read of a range. */
  unreadParts(range: TimeRange): TimeRange[] {
    return this.#slices.unreadParts(range);
  }

  /** Whether what is dated so is not read by this sync, because an unfinished one had read it. @param time Unix ms */
  wasClosed(time: number): boolean {
    return this.#slices.wasClosed(time);
  }

  /** All of it is to be read anew. */
  clear(): void {
    this.#slices.clear();
  }

  /** Leaves a range open, though slices of it may have been closed. @returns false if it is to be believed now */
  leaveOpen(range: TimeRange): boolean {
    return this.#slices.reopen(range);
  }

  /** A slice has been read to its end. @returns whether it counts as closed; if not, the next sync reads it once more */
  close(open: OpenSlice): boolean {
    const { slice, mark } = open;
    if (open.written > 0) this.#hasBrought = true;
    if (slice.ofChanges !== true && this.#slices.isLeftOpen(slice)) return false;
    const isUncounted = open.isUncounted && !this.knownAbsent.has(OWN_LIST);
    const isAbsence = open.absent.exceeds(this.knownAbsent) && this.#absences < MAX_ABSENCES;
    const isInDoubt = open.isShort || open.isUnproven || isUncounted || isAbsence;
    if (isInDoubt && this.#slices.staysOpen(slice, listsInDoubt(open))) {
      if (!open.isShort && isAbsence) this.#absences++;
      return false;
    }
    this.#absent.addAll(open.absent);
    if (open.isUncounted) this.#absent.add(OWN_LIST);
    if (slice.ofChanges === true) this.#changesAreDue = false;
    else this.#slices.close(slice, mark);
    return true;
  }

  /** @param isThrough all slices of the range have been read */
  state(isThrough: boolean, { start, end }: TimeRange, filter: FilterFindings): JsonObject {
    const slices = this.#slices;
    const complete = isThrough && !slices.hasLeftOpen;
    const done = complete ? slices.markBefore(end) : slices.markFrom(start);
    const seen = newerMark(this.#initial, this.#changesAreDue ? undefined : done) ?? this.#initial;
    const cap = this.#cap();
    const isCapped = seen.time > cap.time && seen.time > this.#initial.time;
    const mark = isCapped ? (newerMark(this.#initial, cap) ?? this.#initial) : seen;
    const closed = complete && !this.#isFullRefresh ? [] : slices.closed;
    const isCoarse = filter.isByDays && closed.length > 0;
    const hasWholeList = filter.hadWholeList || (complete && filter.hasWholeList);
    return printCursorState(this.#definition.cursor_field, {
      mark,
      startDate: this.#readFrom,
      closed,
      finished: this.#finished(complete, start === end),
      filterFault: hasWholeList ? 'partial' : isCoarse ? 'coarse' : undefined,
      short: complete ? [] : slices.short,
      absent: this.#absentSoFar(complete),
      syncMode: this.#isFullRefresh ? 'full_refresh' : 'incremental',
    });
  }

  /** Those that are there again are forgotten when one sync has asked for all. */
  #absentSoFar(complete: boolean): ListNames {
    if (complete && !this.#goesOn) return this.#absent;
    const all = new ListNames();
    all.addAll(this.knownAbsent);
    all.addAll(this.#absent);
    return all;
  }

  /** What the state says of an end date that has been reached. @param isEmpty nothing was to be read by date */
  #finished(complete: boolean, isEmpty: boolean): FinishedWindow | undefined {
    const { isFinished, changesSince } = this.#window;
    const isNothingRead = isEmpty && changesSince === undefined;
    if (isNothingRead || !complete) return isNothingRead || isFinished ? this.#finishedBefore : undefined;
    const asOf = this.#slices.ceiling;
    if (this.#isFullRefresh || this.#endDate > settledAt(asOf)) return undefined;
    if (this.#hasBrought || isFinished) return { endDate: this.#endDate, asOf };
    // Nothing at all: as if an outage answered. It is believed when a later sync has met the same.
    const before = this.#finishedBefore?.endDate === this.#endDate ? this.#finishedBefore : undefined;
    if (before?.isEmpty !== true) return { endDate: this.#endDate, asOf, isEmpty: true };
    return before.asOf <= settledAt(asOf) ? { endDate: this.#endDate, asOf } : before;
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
}

/** What is in doubt of a slice that is not of lists of parents, is so of its own list. */
function listsInDoubt({ inDoubt, isUnproven, isUncounted }: OpenSlice): ListNames {
  const isOwn = isUnproven || isUncounted || inDoubt.isEmpty;
  if (!isOwn) return inDoubt;
  const lists = ListNames.own();
  lists.addAll(inDoubt);
  return lists;
}
