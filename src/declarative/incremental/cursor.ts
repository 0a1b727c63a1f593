import type { JsonObject } from '../../protocol/messages.js';
import { NO_CURSOR_STATE } from '../../protocol/state.js';
import type { FieldPath } from '../components.js';
import type { CapturedValues } from '../extractors/captured-values.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import { ListNames } from './list-names.js';
import type { CursorMark } from './cursor-mark.js';
import { emptyPage } from './list-order.js';
import type { PageOrder } from './list-order.js';

/** What may be wrong with the API's date filter. */
export type FilterFault =
  /** It sends what it should leave out, because it is ignored or goes by another date. */
  | 'ignored'
  /** It leaves out what it should send, because it goes by another date. */
  | 'partial'
  /** It cuts bounds to days. */
  | 'coarse';

/** The API's date filter does not do what is documented. */
export class DateFilterError extends Error {
  override readonly name = 'DateFilterError';
  readonly kind: FilterFault;

  constructor(kind: FilterFault, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** A date filter that may leave out records, because they do not have the date that it goes by. */
export interface FilterInQuestion {
  /** The request parameters for everything that there is. */
  readonly parameters: Record<string, string>;
  /** The list of the slice is just that, so its first page says how much there is. */
  readonly isSlice: boolean;
  /** Unix ms: what they ask for begins a day before this at the latest. */
  readonly since: number;
  /** An earlier sync has found that it leaves out records. */
  readonly isKnownFault: boolean;
  /** Unix ms; undefined for a record without a date. @param offset of its first value */
  readonly timeOf: (values: CapturedValues, offset: number) => number | undefined;
}

/** Places where slices meet, at which an API that cuts the ends of what it is asked for leaves out records. */
export interface CutsInQuestion {
  /** The request parameters for some days at once. */
  readonly whole: Record<string, string>;
  /** Those for the same days one by one. */
  readonly parts: readonly Record<string, string>[];
}

/** What becomes of a record; one that lies outside is read by another slice, or was read by an earlier sync. */
export type Verdict = 'emit' | 'outside';

/** The reading of one slice, from its first page to its close. */
export interface OpenSlice {
  readonly slice: StreamSlice;
  /** Smaller for slices that were begun earlier. */
  rank: number;
  /** Newest cursor of a record that was emitted. */
  mark: CursorMark | undefined;
  /** Records without a cursor that can be read. They are emitted. */
  withoutCursor: number;
  /** Records without their primary key. They are emitted. */
  withoutKey: number;
  /** Records that were written. */
  written: number;
  /** Records are missing, going by the API's own count. */
  isShort: boolean;
  /** Lists of parents that are not there. */
  readonly absent: ListNames;
  /** Lists that are short, and those that are newly found not to be there (marked so). */
  readonly inDoubt: ListNames;
  /** The API has sent nothing, and not counted it, though it counts other lists. */
  isUncounted: boolean;
  /** It could not be found out whether the API's date filter leaves records out. */
  isUnproven: boolean;
  /** Of the records since `beginPage`. */
  page: PageOrder;
}

/**
 * Divides a stream into slices, decides which records belong to them, and says in STATE how far reading has
 * come. One object for each stream and sync.
 */
export interface Cursor {
  /** Values that `judge` wants from each record, in this order. */
  readonly capture: readonly FieldPath[];
  /** How many of them, from the first, may hold the cursor itself. */
  readonly fields: number;
  /** Lists that were not there in an earlier sync, and not in the one after it either: the API has none for some parents. */
  readonly knownAbsent: ListNames;
  /** Requests reach further on both sides already, as for an API that cuts bounds to days. */
  readonly isByDays: boolean;
  /** The slices to read; none if there is nothing new. */
  slices(): StreamSlice[];
  open(slice: StreamSlice): OpenSlice;
  /**
   * @param offset of the record's first value
   * @throws DateFilterError
   */
  judge(open: OpenSlice, values: CapturedValues, offset: number): Verdict;
  /** The stream's list is newest first, so its reading may stop once all that follows is older than a slice. */
  readonly isFeed: boolean;
  /**
   * The slice has been read to its end and all its records are written.
   * @returns false if it stays open because records are missing: the next sync reads it once more
   */
  close(open: OpenSlice): boolean;
  /**
   * Slices of a range are not to count as closed, though they may have been: records of it are missing.
   * @returns false if the sync before this one left it open already, and it is to be believed now
   */
  leaveOpen(range: TimeRange): boolean;
  /** Replaces a slice by smaller ones; a list of one if it cannot be cut. */
  split(slice: StreamSlice, parts: number | undefined): StreamSlice[];
  /**
   * Begins anew after the API's date filter turned out otherwise: with requests that reach further on both sides
   * if it is coarse; else without the filter, in one slice over everything. If it leaves records out, that reaches
   * back to the start, unless an earlier sync has read so already: those before it were left with as few.
   */
  replan(fault: FilterFault): StreamSlice[];
  /** The request parameters of a slice, or of all from this one to another, which asks for as much. */
  requestParameters(slice: StreamSlice, last?: StreamSlice): Record<string, string>;
  /** How the slice, when its first page has come, shows whether the API's date filter does what it should. */
  filterInQuestion(slice: StreamSlice): FilterInQuestion | undefined;
  /** By which counts the API shows whether something is lost between this slice and the next; undefined if it cannot be. */
  cutsInQuestion(slice: StreamSlice): CutsInQuestion | undefined;
  /** @param isThrough all slices have been read */
  state(isThrough: boolean): JsonObject;
  /** A sentence for the log where the input asks for something unusual. */
  readonly notice: string | undefined;
}

export function newOpenSlice(slice: StreamSlice): OpenSlice {
  return {
    slice,
    rank: 0,
    mark: undefined,
    withoutCursor: 0,
    withoutKey: 0,
    written: 0,
    isShort: false,
    absent: new ListNames(),
    inDoubt: new ListNames(),
    isUncounted: false,
    isUnproven: false,
    page: emptyPage(),
  };
}

/** Before the records of another page are judged. */
export function beginPage(open: OpenSlice): void {
  open.page = emptyPage();
}

/** For streams without a date to go by: one slice, always everything. */
export function fullRefreshCursor(now: number): Cursor {
  const slice: StreamSlice = { start: 0, end: now, isLast: true, filtered: false };
  return {
    capture: [],
    fields: 0,
    notice: undefined,
    slices: () => [slice],
    open: newOpenSlice,
    judge: () => 'emit',
    isFeed: false,
    knownAbsent: ListNames.parse(true),
    isByDays: false,
    close: () => true,
    leaveOpen: () => false,
    split: (one) => [one],
    replan: () => [slice],
    requestParameters: () => ({}),
    filterInQuestion: () => undefined,
    cutsInQuestion: () => undefined,
    state: () => NO_CURSOR_STATE,
  };
}
