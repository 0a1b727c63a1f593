/** From where to where a sync reads a stream with dates. Times are Unix ms. */
import type { DatetimeBasedCursor } from '../components.js';
import { fixedDuration, toIso } from '../datetime.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';
import type { TimeRange } from '../stream-slice.js';
import type { CursorMark } from './cursor-mark.js';
import type { FinishedWindow } from './cursor-state.js';

/** The end of a sync's range that never counts as closed: a resumed sync reads it again. */
const UNSETTLED_MS = 10 * MINUTE_MS;

/** By as much this machine's clock may have been ahead when a window ended. */
const CLOCK_MARGIN_MS = DAY_MS;

/** ms after which what an unfinished sync has read is no longer as if it had been read now. */
const STALE_MS = 6 * HOUR_MS;

/** @param asOf Unix ms at which something was read; undefined if nothing was */
export function isStale(asOf: number | undefined, now: number): asOf is number {
  return asOf !== undefined && asOf <= now - STALE_MS;
}

export interface SyncWindow {
  /** What is read by date; empty if there is nothing to read so. */
  readonly range: TimeRange;
  /** From when on the changes of older records are read; undefined if `range` leaves none out. */
  readonly changesSince: number | undefined;
  /** The state says that the window had been read for good, so that only changes are left. */
  readonly isFinished: boolean;
  /** A sentence for the log where there is something unusual. */
  readonly notice: string | undefined;
}

export interface WindowOptions {
  readonly start: CursorMark;
  /** Infinity for none. */
  readonly endDate: number;
  /** The mark that the sync goes on from; undefined to begin at the start. */
  readonly mark: CursorMark | undefined;
  readonly finished: FinishedWindow | undefined;
  /** When the oldest of the slices was read that an unfinished sync had closed; undefined without any. */
  readonly closedAsOf?: number | undefined;
  /** ms; Infinity for a full refresh. */
  readonly lookback: number;
  /** The frozen end of the sync. */
  readonly now: number;
}

/** Whether a record may change at any time and stays in the window all the same. */
function mayChange({ extensions }: DatetimeBasedCursor): boolean {
  return extensions?.change_fields !== undefined && extensions.change_moves_cursor !== true;
}

/** The same, where the whole list is read for that. */
function staysWhenChanged(definition: DatetimeBasedCursor): boolean {
  return mayChange(definition) && definition.start_time_option === undefined;
}

/**
 * Whether a window that was read once it had ended need not be read again: no record in it can have changed
 * since, as far as the definition promises.
 */
function isForGood(
  definition: DatetimeBasedCursor,
  { endDate, finished, lookback, now }: WindowOptions,
): boolean {
  if (finished === undefined || finished.isEmpty === true || finished.endDate < endDate) return false;
  // By a clock that was ahead of this one: the end date may not have come yet.
  if (finished.asOf > now) return false;
  // A record may change at any time and stays in the window all the same.
  if (mayChange(definition)) return false;
  // A list without a filter goes by the date of change: what changed later has left the window.
  const changesFor = definition.start_time_option === undefined ? 0 : lookback;
  return finished.asOf >= endDate + Math.max(changesFor, CLOCK_MARGIN_MS);
}

/**
 * The end of what counts as closed for a sync that began at a time. A record of the last moments may still
 * become visible, or be dated by a clock that is behind ours. On whole seconds, because a record of the same
 * second prints an earlier time than the clock showed.
 */
export function settledAt(time: number): number {
  return Math.floor((time - UNSETTLED_MS) / 1000) * 1000;
}

/** The window [start date or state less lookback, now or end date), and what is to be read of it. */
export function syncWindow(definition: DatetimeBasedCursor, options: WindowOptions): SyncWindow {
  const { start, endDate, mark, finished, closedAsOf, lookback, now } = options;
  const { look_ahead, changed_since } = definition.extensions ?? {};
  const from = mark ?? start;
  // Even without a lookback: what was dated just before the newest record may have become visible after it.
  const since = Math.max(start.time, from.time - Math.max(lookback, UNSETTLED_MS));
  const ahead = `the ${mark === undefined ? 'start date' : 'state'} ${from.text} lies in the future`;
  if (since > now) {
    const at = Math.min(now, endDate);
    return {
      range: { start: at, end: at },
      changesSince: undefined,
      isFinished: false,
      notice: `${ahead}: nothing to read`,
    };
  }
  const horizon = now + fixedDuration(look_ahead ?? 'P0D');
  // An end date that was set when the mark had passed it ends the window, but not what changes in it.
  const least = staysWhenChanged(definition) ? since + 1 : 0;
  const end = Math.max(Math.min(horizon, endDate), least);
  const isFinished = isForGood(definition, options);
  const range = { start: isFinished ? end : Math.min(since, end), end };
  // The times of earlier syncs are this machine's, so a day more is asked for at least.
  if (changed_since !== undefined && range.start === start.time && isStale(closedAsOf, now)) {
    return { range, changesSince: Math.max(start.time, closedAsOf - DAY_MS), isFinished, notice: undefined };
  }
  if (changed_since !== undefined && range.start > start.time) {
    const known = isFinished && finished !== undefined ? finished.asOf - Math.max(lookback, DAY_MS) : since;
    return { range, changesSince: Math.max(since, known), isFinished, notice: undefined };
  }
  const isOver = range.start === end && end === endDate;
  return {
    range,
    changesSince: undefined,
    isFinished,
    notice: isOver
      ? `all up to the end date ${toIso(endDate)} was read by earlier syncs: nothing to read`
      : from.time > horizon
        ? `${ahead}: reading what the lookback window leaves`
        : undefined,
  };
}
