import { subtractRanges } from '../stream-slice.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import { newerMark } from './cursor-mark.js';
import { mergeClosed } from './cursor-state.js';
import { mergeShort } from './short-ranges.js';
import type { CursorMark } from './cursor-mark.js';
import type { ClosedSlice, CursorState } from './cursor-state.js';
import type { ShortRange } from './short-ranges.js';
import { ListNames } from './list-names.js';
import { settledAt } from './sync-window.js';

/** Syncs in a row that may leave a range open, each for other lists. */
const MAX_TIMES = 5;

/** The slices of a sync that are done, and those that were read and stay open. Times are Unix ms. */
export class SliceLedger {
  readonly #now: number;
  /** When the sync began, or the unfinished one whose work it goes on with. */
  readonly #asOf: number;
  /**
   * Newest value that the mark may take. Slices that earlier, unfinished syncs had closed are known as of
   * then; were the mark to pass that time, the next lookback would miss what changed in them since.
   */
  readonly ceiling: number;
  #closed: readonly ClosedSlice[];
  /** Those that an unfinished sync had closed. */
  readonly #closedBefore: readonly ClosedSlice[];
  /** Those of this sync, up to their very end, which `closed` leaves to the next one. */
  #settled: TimeRange[] = [];
  /** Slices that stay open although they were read: records of them are missing. */
  #leftOpen: ShortRange[] = [];
  /** Those that the sync before this one left to it. */
  readonly #leftOpenBefore: readonly ShortRange[];

  /**
   * @param saved what an unfinished sync had done
   * @param now the frozen end of this sync
   * @param goesOnSince when an unfinished sync began whose other work this one goes on with
   */
  constructor({ closed, short }: Pick<CursorState, 'closed' | 'short'>, now: number, goesOnSince = now) {
    this.#now = now;
    this.#asOf = Math.min(now, goesOnSince);
    this.#closed = mergeClosed(closed);
    this.#closedBefore = this.#closed;
    this.#leftOpenBefore = short;
    this.ceiling = Math.min(this.#asOf, ...this.#closed.map((slice) => slice.asOf));
  }

  get closed(): readonly ClosedSlice[] {
    return this.#closed;
  }

  /** Whether slices stay open that were read. */
  get hasLeftOpen(): boolean {
    return this.#leftOpen.length > 0;
  }

  /** Whether what is dated so is not read by this sync, because an unfinished one had read it. */
  wasClosed(time: number): boolean {
    return this.#closedBefore.some(({ start, end }) => start <= time && time < end);
  }

  /** What is to be read of a range. */
  unreadParts(range: TimeRange): TimeRange[] {
    return subtractRanges(range, this.#closed);
  }

  /**
   * Whether a slice of which records are missing stays open, for the next sync to read once more. Notes it if so.
   * @param lists of which they are missing
   */
  staysOpen({ start, end }: TimeRange, lists = ListNames.own()): boolean {
    const before = this.#leftOpenBefore.filter((one) => one.start < end && start < one.end);
    const known = new ListNames();
    for (const one of before) known.addAll(one.lists);
    const times = Math.max(0, ...before.map((one) => one.times));
    // Not for what the sync before was in doubt of, too: a count that stays too high is not one of these records, and the
    // rest must not wait for it.
    if (before.length > 0 && (!lists.exceeds(known) || times >= MAX_TIMES)) return false;
    this.#leftOpen.push({ start, end, lists, times: times + 1 });
    return true;
  }

  /**
   * Leaves a range open, though slices of it may have been closed, for the next sync to read it once more.
   * @returns false if that sync left it open to this one
   */
  reopen(range: TimeRange): boolean {
    if (!this.staysOpen(range)) return false;
    this.#closed = this.#closed.flatMap((slice) =>
      subtractRanges(slice, [range]).map(({ start, end }) => {
        const { mark, ...rest } = slice;
        // Of several joined slices: it may be that of the part that is open now.
        const isOwn = mark !== undefined && mark.time >= start && mark.time < end;
        return { ...rest, start, end, ...(isOwn ? { mark } : {}) };
      }),
    );
    return true;
  }

  /** Whether a slice is part of a range that was left open. */
  isLeftOpen({ start, end }: TimeRange): boolean {
    return this.#leftOpen.some((one) => one.start <= start && end <= one.end);
  }

  close({ start, end }: StreamSlice, mark: CursorMark | undefined): void {
    const slice = {
      start,
      end: Math.min(end, Math.max(start, settledAt(this.#now))),
      asOf: this.#asOf,
      ...(mark === undefined ? {} : { mark }),
    };
    this.#closed = mergeClosed([...this.#closed, slice]);
    this.#settled.push({ start, end });
  }

  /** All of it is to be read anew. */
  clear(): void {
    this.#closed = [];
    this.#settled = [];
    this.#leftOpen = [];
  }

  /** The newest cursor up to which nothing is left to read from a time on. */
  markFrom(start: number): CursorMark | undefined {
    return newest(this.#closed.filter((slice) => slice.start <= start && slice.end >= start));
  }

  /** The newest cursor of the closed slices that begin before a time. */
  markBefore(end: number): CursorMark | undefined {
    return newest(this.#closed.filter((slice) => slice.start < end));
  }

  /** What the state of an unfinished sync lists as open because records are missing. */
  get short(): ShortRange[] {
    const settled = [...this.#closed, ...this.#settled, ...this.#leftOpen];
    return mergeShort([
      ...this.#leftOpen,
      ...this.#leftOpenBefore.flatMap((one) =>
        subtractRanges(one, settled).map((range) => ({ ...one, ...range })),
      ),
    ]);
  }
}

function newest(slices: readonly ClosedSlice[]): CursorMark | undefined {
  return slices.map(({ mark }) => mark).reduce(newerMark, undefined);
}
