import { TracedError } from '../../protocol/errors.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import { mayBeLimit } from '../retrievers/count-limit.js';
import type { PageInfo } from '../retrievers/list.js';
import type { Retriever } from '../retrievers/retriever.js';
import type { StreamSlice } from '../stream-slice.js';
import { DateFilterError } from './cursor.js';
import type { Cursor } from './cursor.js';

/**
 * Pages of a slice beyond which it is cut into smaller ones. It keeps an account of 200 records at a few
 * requests, and lets a large one be read by many slices at a time, each a point to go on from.
 */
const MAX_PAGES_PER_SLICE = 50;

/** Parts of one range that state as many records as the whole: of two of them one is wrong. */
const MANY_SAME_TOTALS = 2;

/** Parts that reach what may be a limit of the count, after which it is a count of the whole list all the same. */
const MANY_AT_LIMIT = 3000;

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
  /** Of the parts that have been told of. */
  sum: number;
  /** Those of them that stated no number. */
  readonly uncounted: StreamSlice[];
  /** Parts that have not. */
  left: number;
  /** Parts that state as many as the whole. */
  same: number;
  /** Holds them against it, from when all have been told of. */
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
  /** Parts that may reach a limit of the API's count. */
  #atLimit = 0;

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
    // Smaller parts are below a limit.
    const isLimited = total !== undefined && mayBeLimit(total);
    if (!isLimited && pageCount !== undefined && pageCount <= MAX_PAGES_PER_SLICE) return;
    const count = pageCount === undefined ? undefined : Math.ceil(pageCount / MAX_PAGES_PER_SLICE) + 1;
    const parts = this.#cursor.split(slice, count);
    if (parts.length <= 1) return;
    const whole: CutSlice = { slice, parts, total, sum: 0, uncounted: [], left: parts.length, same: 0 };
    for (const part of parts) this.#wholes.set(part, whole);
    throw new SplitSlice(parts);
  }

  /**
   * Before a slice counts as closed: once all parts of the one it was cut from have been told of, together they must hold
   * as many records. If the whole has lost some, too, it stays open once.
   * @throws DateFilterError if they do not; it is warned of where requests reach further on both sides already
   */
  async compare(slice: StreamSlice): Promise<void> {
    // The last part of it that was told of may have been cut itself.
    for (let whole = this.#wholes.get(slice); whole !== undefined; whole = this.#wholes.get(whole.slice)) {
      await whole.comparison;
    }
  }

  async #compare({ slice, parts, total, sum, uncounted }: CutSlice): Promise<void> {
    if (total === undefined) return;
    const { isByDays } = this.#cursor;
    const edges = this.#edges(slice, parts);
    if (edges.length === 0 && sum >= total) return;
    let held = sum;
    const others = [...edges, ...uncounted];
    for (const count of await Promise.all(others.map((one) => this.#count(one)))) held += count ?? NaN;
    if (!(held < total)) return;
    const range = `${toIso(slice.start)} to ${toIso(slice.end)}`;
    const still = await this.#count(slice);
    if (still === undefined || held >= still) {
      // Some have been deleted meanwhile, or the API has lost them for a moment only.
      if (this.#cursor.leaveOpen(slice))
        this.#warn(
          `${range} held ${total} records when it was cut, and its parts hold ${held}: the next sync reads it again`,
        );
      return;
    }
    const message = `${range} holds ${still} records, its parts ${held}`;
    if (isByDays) this.#warn(`${message}: some may be missing`);
    // Once: when it is known, all is read anew.
    else if (!this.#cursor.isByDays) throw new DateFilterError('coarse', message);
  }

  /**
   * The days before and behind a slice, as far as more was asked for there than of its parts. They are asked for as short
   * slices are: what is left out where these meet the parts is missing in both.
   */
  #edges(slice: StreamSlice, parts: readonly StreamSlice[]): StreamSlice[] {
    const asked = (one: StreamSlice, last?: StreamSlice): string =>
      JSON.stringify(this.#cursor.requestParameters(one, last));
    const [first = slice, last = slice] = [parts[0], parts.at(-1)];
    const { filtered } = slice;
    const before = Math.floor(slice.start / DAY_MS) * DAY_MS - DAY_MS;
    const behind = Math.ceil(slice.end / DAY_MS) * DAY_MS + DAY_MS;
    const edges: StreamSlice[] = [];
    if (asked(slice, last) !== asked(first, last))
      edges.push({ start: before, end: slice.start, filtered, isLast: false });
    if (asked(first, slice) !== asked(first, last))
      edges.push({ start: slice.end, end: behind, filtered, isLast: false });
    return edges;
  }

  /** @returns undefined where the API does not count, or fails */
  async #count(slice: StreamSlice): Promise<number | undefined> {
    const parameters = this.#cursor.requestParameters(slice);
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
    if (total === undefined) whole.uncounted.push(slice);
    else whole.sum += total;
    if (--whole.left === 0) {
      // While the parts are read, so that it takes no time of its own.
      whole.comparison = this.#compare(whole);
      // Whoever closes a part meets the error; until then nobody may be there.
      whole.comparison.catch(() => undefined);
    }
    if (total === undefined || total !== whole.total) return;
    if (++whole.same < MANY_SAME_TOTALS) return;
    if (!mayBeLimit(total) || ++this.#atLimit >= MANY_AT_LIMIT) this.#areUseless = true;
  }
}
