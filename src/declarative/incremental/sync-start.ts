/** What of a saved state counts for this sync. */
import type { JsonObject, SyncMode } from '../../protocol/messages.js';
import { parseTimestamp } from '../datetime.js';
import { ListNames } from './list-names.js';
import { newerMark } from './cursor-mark.js';
import { isResumable, parseCursorState } from './cursor-state.js';
import type { CursorMark } from './cursor-mark.js';
import type { ClosedSlice, FinishedWindow } from './cursor-state.js';
import type { ShortRange } from './short-ranges.js';
import { isStale, settledAt } from './sync-window.js';

export interface CursorOptions {
  readonly stream: string;
  readonly syncMode: SyncMode;
  readonly state: JsonObject | undefined;
  /** ISO timestamp of the config. */
  readonly startDate: string;
  /** Records dated before it are taken too, if the API sends any: the user has not asked to leave them out. */
  readonly takesEarlier?: boolean | undefined;
  /** ISO timestamp of the config: records dated at or after it are not read. */
  readonly endDate?: string | undefined;
  readonly lookbackDays: number;
  /** Unix ms: the frozen end of this sync. */
  readonly now: number;
  /** Unix ms: when an earlier, unfinished sync began whose work this one goes on with. */
  readonly goesOnSince?: number | undefined;
}

/** Where a sync begins, and what it need not read or find out again. */
export interface SyncStart {
  readonly startDate: CursorMark;
  /** The mark that the sync goes on from; undefined to begin at the start date. */
  readonly mark: CursorMark | undefined;
  /** ISO timestamp: from where on everything has been read up to the mark; undefined if the state does not say. */
  readonly readFrom: string | undefined;
  /** What an unfinished sync of the same kind had closed, and what it left open because records were missing. */
  readonly closed: readonly ClosedSlice[];
  readonly short: readonly ShortRange[];
  readonly finished: FinishedWindow | undefined;
  /** Lists that earlier syncs have found not to be there. */
  readonly absent: ListNames;
  /** What the filter leaves out has been read from the start on. */
  readonly hadWholeList: boolean;
  /** The API's filter was found to go by whole days. */
  readonly isByDays: boolean;
  /** A sentence for the log where there is something unusual. */
  readonly notice: string | undefined;
}

/** Told of a full refresh, since whoever gave it a state by mistake gets a part, or nothing, of what they expect. */
const GOES_ON =
  'goes on with the full refresh whose state was given: what that one read is not read again. Without a state everything is read';

/** Told of a start date that is earlier than the one of the saved state. */
const STARTS_EARLIER =
  'the start date is earlier than the one that the state was read from: everything is read from it, once';

/**
 * What of the slices that an unfinished sync had closed need not be read again. A stream of which one part can never be
 * read stays unfinished for days; what changes within the lookback of the others must not wait for that.
 * One that has not come to the end yet is to come further first.
 * @param lookback ms
 * @param endDate Unix ms
 * @param now Unix ms
 */
export function stillClosed(
  closed: readonly ClosedSlice[],
  lookback: number,
  endDate: number,
  now: number,
): ClosedSlice[] {
  const lastEnd = Math.max(...closed.map(({ end }) => end));
  const lastAsOf = Math.max(...closed.map(({ asOf }) => asOf));
  if (lookback === 0 || lastEnd < Math.min(endDate, settledAt(lastAsOf))) return [...closed];
  const newestMark = closed.map(({ mark }) => mark).reduce(newerMark, undefined);
  return closed.flatMap((slice) => {
    if (!isStale(slice.asOf, now)) return [slice];
    const { start, mark, ...rest } = slice;
    const end = Math.min(slice.end, Math.min(slice.asOf, newestMark?.time ?? Infinity) - lookback);
    if (end <= start) return [];
    const isOwn = mark !== undefined && mark.time < end;
    // What is left was older than the lookback when it was read: to read it now would bring nothing else.
    return [{ ...rest, start, end, asOf: now, ...(isOwn ? { mark } : {}) }];
  });
}

/**
 * @param field the cursor field
 * @throws TracedError (config_error) if the state is not one of this stream
 */
export function syncStart(field: string, options: CursorOptions): SyncStart {
  const { stream, syncMode, state, startDate: text, takesEarlier, goesOnSince } = options;
  const isFullRefresh = syncMode === 'full_refresh';
  const saved = parseCursorState(stream, field, state);
  const startDate: CursorMark = { time: parseTimestamp(text) ?? 0, text };
  const isOwn = isResumable(syncMode, state);
  const closed = isOwn ? saved.closed : [];
  // Whoever names no start date goes on from where another connector was told to begin.
  const readFrom = saved.startDate ?? (takesEarlier === true ? undefined : saved.rangesFrom);
  const startsEarlier = readFrom !== undefined && startDate.time < readFrom;
  // A full refresh has no use for a mark alone.
  const goesOn = closed.length > 0 || goesOnSince !== undefined;
  const mark = startsEarlier || (isFullRefresh && !goesOn) ? undefined : saved.mark;
  const notice = isFullRefresh ? (goesOn ? GOES_ON : undefined) : startsEarlier ? STARTS_EARLIER : undefined;
  return {
    startDate,
    mark,
    readFrom: mark === undefined || saved.startDate !== undefined ? text : undefined,
    closed,
    short: isOwn ? saved.short : [],
    finished: isFullRefresh || startsEarlier ? undefined : saved.finished,
    // What is read now was not asked for when these were found.
    absent: startsEarlier ? new ListNames() : saved.absent,
    hadWholeList: saved.filterFault === 'partial' && !startsEarlier,
    isByDays: closed.length > 0 && saved.filterFault === 'coarse',
    notice,
  };
}
