import { configError } from '../../protocol/errors.js';
import { isObject } from '../../protocol/json-object.js';
import type { JsonObject, JsonValue, SyncMode } from '../../protocol/messages.js';
import { toIso } from '../datetime.js';
import type { TimeRange } from '../stream-slice.js';
import { newerMark, toMark } from './cursor-mark.js';
import type { CursorMark } from './cursor-mark.js';
import { ListNames } from './list-names.js';
import { lowCodeMark } from './low-code-state.js';
import { parseShort, printShort } from './short-ranges.js';
import type { ShortRange } from './short-ranges.js';

/** A range that has been read to its end, and the newest cursor seen in it. */
export interface ClosedSlice extends TimeRange {
  readonly mark?: CursorMark;
  /** Unix ms: the end of the sync that closed it; of joined ranges the earliest. */
  readonly asOf: number;
}

/** A sync had read everything up to this end date, after that date had passed. Unix ms. */
export interface FinishedWindow {
  readonly endDate: number;
  /** When that sync began. */
  readonly asOf: number;
  /** It has brought no record, which may have been an outage that answers with nothing: another one is to show it. */
  readonly isEmpty?: true;
}

/** The state of a stream with a cursor, as read from a STATE message. */
export interface CursorState {
  readonly mark: CursorMark | undefined;
  /** Unix ms: the start date from which everything up to the mark was read; undefined if nothing says so. */
  readonly startDate?: number | undefined;
  /** Unix ms: the same, of another connector's state of ranges. */
  readonly rangesFrom?: number | undefined;
  /** What an unfinished sync had closed, or a finished full refresh. */
  readonly closed: readonly ClosedSlice[];
  readonly finished?: FinishedWindow;
  /**
   * `coarse`: so the unfinished sync had found the API's date filter. `partial`: what it leaves out was read from the
   * start on.
   */
  readonly filterFault?: KnownFault;
  /** Ranges that the sync left open, because records of them were missing. */
  readonly short: readonly ShortRange[];
  /** Lists of which the API said in two syncs that they are not there, or empty without a count: that is believed. */
  readonly absent: ListNames;
}

/** Beside the cursor field: ranges that need not be read again when a sync is taken up. */
const CLOSED_SLICES = 'closed_slices';
/**
 * Beside the cursor field: that a full refresh wrote the state. Only that can be gone on with by another one: an
 * incremental sync has left out what was read before it.
 */
const SYNC_MODE = 'sync_mode';
/** Beside the cursor field: the start date of the config, without which nobody would notice that it has moved. */
const START_DATE = 'start_date';
/** Beside the cursor field: the end date that has been reached. */
const FINISHED = 'finished';
/** Beside the cursor field: what is wrong with the API's date filter, so that it need not be found out again. */
const DATE_FILTER = 'date_filter';
const FILTER_FAULTS = { coarse: 'days', partial: 'partial' } as const;
type KnownFault = keyof typeof FILTER_FAULTS;
/** Beside the cursor field: the API has no lists for some parents, which was looked at twice. */
const ABSENT_LISTS = 'absent_lists';
/** Beside the cursor field: ranges that are open because records of them were missing, of which lists, and for how many syncs. */
const SHORT = 'short';

function refuse(stream: string, why: string): Error {
  return configError(
    `The saved state of the stream ${stream} is not one of this connector: ${why}. ` +
      'Clear the data of that stream to read it anew, or pass the last state that was saved for it.',
  );
}

function parseClosed(stream: string, value: JsonValue | undefined): ClosedSlice[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw refuse(stream, `"${CLOSED_SLICES}" is not a list`);
  return value.map((entry) => {
    const slice = isObject(entry) ? entry : {};
    const start = toMark(slice['start']);
    const end = toMark(slice['end']);
    if (start === undefined || end === undefined) {
      throw refuse(stream, `"${CLOSED_SLICES}" holds an entry without start and end`);
    }
    const mark = toMark(slice['mark']);
    const asOf = toMark(slice['as_of'])?.time ?? end.time;
    return { start: start.time, end: end.time, asOf, ...(mark === undefined ? {} : { mark }) };
  });
}

/**
 * Whether a sync can go on with the work that a saved state tells of. An incremental sync takes no more than the mark
 * of a full refresh: what changed since the full refresh is to be read once more.
 */
export function isResumable(syncMode: SyncMode, state: JsonObject | undefined): boolean {
  return (state?.[SYNC_MODE] ?? 'incremental') === syncMode;
}

/** Whether a saved state tells of slices that need not be read again. */
export function hasClosedSlices(state: JsonObject | undefined): boolean {
  const closed = state?.[CLOSED_SLICES];
  return Array.isArray(closed) && closed.length > 0;
}

/** A remark that cannot be read is left out: the window is then read again. */
function parseFinished(value: JsonValue | undefined): FinishedWindow | undefined {
  const finished = isObject(value) ? value : {};
  const endDate = toMark(finished['end_date']);
  const asOf = toMark(finished['as_of']);
  if (endDate === undefined || asOf === undefined) return undefined;
  const isEmpty = finished['empty'] === true;
  return { endDate: endDate.time, asOf: asOf.time, ...(isEmpty ? { isEmpty } : {}) };
}

function printFinished({ endDate, asOf, isEmpty }: FinishedWindow): JsonObject {
  return { end_date: toIso(endDate), as_of: toIso(asOf), ...(isEmpty === true ? { empty: true } : {}) };
}

/**
 * Reads the state of one stream: this connector's own, that of Airbyte's connector for the same API, or that of
 * the manifest.
 * @throws TracedError (config_error) if it belongs to something else
 */
export function parseCursorState(
  stream: string,
  cursorField: string,
  state: JsonObject | undefined,
): CursorState {
  const absent = ListNames.parse(state?.[ABSENT_LISTS]);
  const keys = Object.entries(state ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (state === undefined || keys.length === 0) return { mark: undefined, closed: [], short: [], absent };
  const foreign = state[cursorField] === undefined ? lowCodeMark(state) : 'none';
  if (foreign === 'beginning') return { mark: undefined, closed: [], short: [], absent };
  if (foreign !== 'none') {
    const mark = toMark(foreign.from);
    if (mark === undefined) throw refuse(stream, 'its "slices" hold no timestamp');
    return { mark, rangesFrom: toMark(foreign.since)?.time, closed: [], short: [], absent };
  }

  const closed = parseClosed(stream, state[CLOSED_SLICES]);
  const short = parseShort(state[SHORT]);
  const value = state[cursorField];
  if (value === undefined || value === null) {
    if (closed.length > 0) return { mark: undefined, closed, short, absent };
    throw refuse(stream, `it has no "${cursorField}" but ${keys.map(([key]) => `"${key}"`).join(', ')}`);
  }
  const mark = toMark(value);
  if (mark === undefined) throw refuse(stream, `its "${cursorField}" is not a timestamp`);
  const finished = parseFinished(state[FINISHED]);
  const filterFault = (['coarse', 'partial'] as const).find(
    (fault) => state[DATE_FILTER] === FILTER_FAULTS[fault],
  );
  return {
    mark,
    startDate: toMark(state[START_DATE])?.time,
    closed,
    ...(filterFault === undefined ? {} : { filterFault }),
    short,
    absent,
    ...(finished === undefined ? {} : { finished }),
  };
}

/** What a state says of a stream with a cursor. */
export interface PrintedState {
  readonly mark: CursorMark;
  /** ISO timestamp; see `CursorState`. */
  readonly startDate: string | undefined;
  /** Left out of a finished incremental sync: its mark says all. */
  readonly closed: readonly ClosedSlice[];
  /** Of an incremental sync that has an end date and reached it. */
  readonly finished?: FinishedWindow | undefined;
  readonly filterFault: KnownFault | undefined;
  readonly short: readonly ShortRange[];
  readonly absent: ListNames;
  readonly syncMode: SyncMode;
}

export function printCursorState(
  cursorField: string,
  { mark, startDate, closed, finished, filterFault, short, absent, syncMode }: PrintedState,
): JsonObject {
  const slices = closed.map((slice) => ({
    start: toIso(slice.start),
    end: toIso(slice.end),
    as_of: toIso(slice.asOf),
    ...(slice.mark === undefined ? {} : { mark: slice.mark.text }),
  }));
  const absentLists = absent.print();
  return {
    [cursorField]: mark.text,
    ...(startDate === undefined ? {} : { [START_DATE]: startDate }),
    ...(syncMode === 'full_refresh' ? { [SYNC_MODE]: syncMode } : {}),
    ...(slices.length === 0 ? {} : { [CLOSED_SLICES]: slices }),
    ...(filterFault === undefined ? {} : { [DATE_FILTER]: FILTER_FAULTS[filterFault] }),
    ...(short.length === 0 ? {} : { [SHORT]: short.map(printShort) }),
    ...(absentLists === undefined ? {} : { [ABSENT_LISTS]: absentLists }),
    ...(finished === undefined ? {} : { [FINISHED]: printFinished(finished) }),
  };
}

/** Joins ranges that touch, so that the list stays as short as the number of gaps. */
export function mergeClosed(slices: readonly ClosedSlice[]): ClosedSlice[] {
  const merged: ClosedSlice[] = [];
  for (const slice of [...slices].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || slice.start > last.end) merged.push(slice);
    else {
      const mark = newerMark(last.mark, slice.mark);
      merged[merged.length - 1] = {
        start: last.start,
        end: Math.max(last.end, slice.end),
        asOf: Math.min(last.asOf, slice.asOf),
        ...(mark === undefined ? {} : { mark }),
      };
    }
  }
  return merged;
}
