import { TracedError } from '../protocol/errors.js';
import { DateFilterError } from './cursor.js';
import type { Cursor } from './cursor.js';
import { DAY_MS, toIso } from './datetime.js';
import type { PageInfo } from './list.js';
import type { Retriever } from './retriever.js';
import type { StreamSlice } from './stream-slice.js';

/**
 * Pages of a slice beyond which it is cut into smaller ones. It keeps an account of 200 records at a few
 * requests, and lets a large one be read by many slices at a time, each a point to go on from.
 */
const MAX_PAGES_PER_SLICE = 50;

/** Share of what would be there if it lay evenly. */
const SURELY = 0.97;

/** Parts of one range that state as many records as the whole: of two of them one is wrong. */
const MANY_SAME_TOTALS = 2;

/** Thrown by the reading of a slice, before it has written anything, to replace it by smaller ones. */
export class SplitSlice extends Error {
  readonly slices: StreamSlice[];
  constructor(slices: StreamSlice[]) {
    super('the slice is read in parts');
    this.slices = slices;
  }
}

/** A slice that was cut, and how many records it and its parts hold, going by the API. */
interface CutSlice {
  readonly slice: StreamSlice;
  readonly parts: readonly StreamSlice[];
  readonly total: number | undefined;
  /** Of the parts that have been told of; NaN if one of them states no number. */
  sum: number;
  /** Parts that have not. */
  left: number;
  /** Parts that state as many as the whole. */
  same: number;
  /** Holds them against it, once for all parts. */
  comparison?: Promise<void>;
}

/**
 * Cuts large slices, and holds what the API says of their parts against what it said of the whole: as many in each part
 * show that to cut it makes nothing smaller, fewer in all that something is left out.
 */
export class SliceCuts {
  readonly #cursor: Cursor;
  readonly #retriever: Retriever;
  readonly #warn: (message: string) => void;
  readonly #wholes = new WeakMap<StreamSlice, CutSlice>();
  #areUseless = false;
  /** The first of which records are left out. When that is known, reading begins anew, once. */
  #short: CutSlice | undefined;

  /** @param retriever of the list that the slices are parts of */
  constructor(cursor: Cursor, retriever: Retriever, warn: (message: string) => void) {
    this.#cursor = cursor;
    this.#retriever = retriever;
    this.#warn = warn;
  }

  /**
   * With each page of a slice, before anything of it is emitted.
   * @throws SplitSlice if it is large
   */
  add(slice: StreamSlice, { isFirst, pageCount, total, mayBeLong }: PageInfo): void {
    if (!isFirst) return;
    this.#tell(slice, total);
    if (!mayBeLong || this.#areUseless) return;
    if (pageCount !== undefined && pageCount <= MAX_PAGES_PER_SLICE) return;
    const count = pageCount === undefined ? undefined : Math.ceil(pageCount / MAX_PAGES_PER_SLICE) + 1;
    const parts = this.#cursor.split(slice, count);
    if (parts.length <= 1) return;
    const whole: CutSlice = { slice, parts, total, sum: 0, left: parts.length, same: 0 };
    for (const part of parts) this.#wholes.set(part, whole);
    throw new SplitSlice(parts);
  }

  /**
   * Before a slice counts as closed: once all parts of the one it was cut from have been told of, together they must hold
   * as many records.
   * @throws DateFilterError if they do not; of one slice, others are warned of
   */
  async compare(slice: StreamSlice): Promise<void> {
    // The last part of it that was told of may have been cut itself.
    for (let whole = this.#wholes.get(slice); whole !== undefined; whole = this.#wholes.get(whole.slice)) {
      if (whole.left > 0 || !(whole.sum < this.#expected(whole))) continue;
      await (whole.comparison ??= this.#compare(whole));
    }
  }

  /**
   * Records that the parts may be expected to hold. If more was asked for on both sides of the whole, some of what it
   * counted lies there: about as much as anywhere.
   */
  #expected({ slice, parts, total = 0 }: CutSlice): number {
    const asked = (first: StreamSlice, last?: StreamSlice): string =>
      JSON.stringify(this.#cursor.requestParameters(first, last));
    const [first = slice, last = slice] = [parts[0], parts.at(-1)];
    if (asked(slice) === asked(first, last)) return total;
    const length = slice.end - slice.start;
    return (total * SURELY * length) / (length + 2 * DAY_MS);
  }

  async #compare(whole: CutSlice): Promise<void> {
    const { slice, parts, sum } = whole;
    const [first = slice, last = slice] = [parts[0], parts.at(-1)];
    // Some may have been deleted meanwhile.
    const parameters = this.#cursor.requestParameters(first, last);
    const total = await this.#count(parameters);
    if (total !== undefined && total > sum) {
      const message = `${toIso(first.start)} to ${toIso(last.end)} holds ${total} records, its parts ${sum}`;
      this.#short ??= whole;
      if (this.#short === whole && !this.#cursor.isByDays) throw new DateFilterError('coarse', message);
      this.#warn(`${message}: some may be missing`);
    }
  }

  /** @returns undefined where the API does not count, or fails */
  async #count(parameters: Record<string, string>): Promise<number | undefined> {
    try {
      return (await this.#retriever.glance(parameters, 1, this.#retriever.pageSize ?? 1))?.total;
    } catch (error) {
      if (!(error instanceof TracedError)) throw error;
      this.#warn(`parts of a range may hold less than the whole (${error.internalMessage ?? error.message})`);
      return undefined;
    }
  }

  #tell(slice: StreamSlice, total: number | undefined): void {
    const whole = this.#wholes.get(slice);
    if (whole === undefined) return;
    whole.left--;
    whole.sum += total ?? NaN;
    if (total === undefined || total !== whole.total) return;
    if (++whole.same >= MANY_SAME_TOTALS) this.#areUseless = true;
  }
}
