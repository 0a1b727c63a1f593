import { crc32 } from 'node:zlib';
import type { SelectedPage } from '../extractors/record-selector.js';
import { mayBeLimit } from './count-limit.js';
import { keyOf, SeenKeys } from './seen-keys.js';
import type { RecordKey } from './seen-keys.js';

/** Whether a list was read whole, going by the number of records that the API itself states. */
export type Completeness =
  /** As many different records came as the API counts. */
  | 'verified'
  /** Fewer came, or the count fell while the list was read, so that a record may have slipped by. */
  | 'short'
  /** The API states no number, or one that is not of records, or that may be the most that it counts. */
  | 'unknown';

const OPEN_BRACE = 0x7b;

/** Bytes at either end of a page by which it is known: pages with the same first and last records are the same. */
const END = 4096;

/** Tells one page from another nearly always, in a few bytes. */
function checksum(page: SelectedPage): number {
  const records = page.bytes.subarray(page.ranges[0] ?? 0, page.ranges.at(-1) ?? 0);
  return records.length * 2 ** 32 + crc32(records.subarray(-END), crc32(records.subarray(0, END)));
}

/** The numbers of records that the answers of one list state, which change when it does. */
class StatedTotals {
  smallest = Infinity;
  hasFallen = false;
  /** A page shows an older version of the list than a page before it. */
  isOvertaken = false;
  /** First and last page that stated each number; by number, and so by page as long as none is overtaken. */
  readonly #runs: { readonly total: number; first: number; last: number }[] = [];
  #largest = -Infinity;

  get largest(): number | undefined {
    return this.#largest < 0 ? undefined : this.#largest;
  }

  add(total: number, totalBefore: number | undefined, page: number): void {
    if (totalBefore !== undefined && total < totalBefore) this.hasFallen = true;
    this.smallest = Math.min(this.smallest, total);
    this.#largest = Math.max(this.#largest, total);
    if (this.isOvertaken) return;
    // From the end, where most belong.
    let at = this.#runs.length;
    while (at > 0 && (this.#runs[at - 1]?.total ?? 0) >= total) at--;
    const own = this.#runs[at]?.total === total ? this.#runs[at] : undefined;
    if (own === undefined) this.#runs.splice(at, 0, { total, first: page, last: page });
    else {
      own.first = Math.min(own.first, page);
      own.last = Math.max(own.last, page);
    }
    const isLate = (this.#runs[at - 1]?.last ?? -Infinity) > page;
    const isEarly = (this.#runs[at + 1]?.first ?? Infinity) < page;
    this.isOvertaken = isLate || isEarly;
  }
}

/**
 * Counts the different records of one list and holds them against the number that the API states. Tells
 * which records are new: those that shift from one page to another while the list is read come twice, and
 * once is enough. What changes in the seconds between is for the next sync, as if it had changed behind them.
 */
export class ListTally {
  readonly #width: number;
  readonly #keyPlaces: readonly number[];
  /** What earlier readings of the same list have passed on. */
  readonly #before: ListTally | undefined;
  readonly #seen = new SeenKeys();
  /** Checksums of the pages that came. */
  readonly #pages = new Set<number>();
  #lastPage: number | undefined;
  #distinct = 0;
  readonly #totals = new StatedTotals();
  #hasOldestFirst = false;
  #hasRepeated = false;

  /**
   * @param width captured values for each record
   * @param keyPlaces places of the primary key among them; none where nothing tells records apart
   * @param before the reading that this one repeats
   */
  constructor(width: number, keyPlaces: readonly number[], before?: ListTally) {
    this.#width = width;
    this.#keyPlaces = keyPlaces;
    this.#before = before;
  }

  /** Different records so far. */
  get distinct(): number {
    return this.#distinct;
  }

  /** A record came on more than one page: while the list was read, it has moved. */
  get hasRepeated(): boolean {
    return this.#hasRepeated;
  }

  /** Some of the records that came are no longer known. */
  get hasForgotten(): boolean {
    return this.#seen.hasForgotten;
  }

  /** The number that the API states has become smaller since: something has been deleted. */
  get hasFallen(): boolean {
    return this.#totals.hasFallen;
  }

  /** The largest number that the API has stated; undefined if it stated none. */
  get total(): number | undefined {
    return this.#totals.largest;
  }

  /** Records that are still missing, going by the number that the API states. */
  get missing(): number {
    return this.completeness === 'short' ? Math.max(0, this.#expected - this.#distinct) : 0;
  }

  /**
   * @param total what the answer states
   * @param totalBefore `total` of this tally when the request was sent
   * @param page number of the page; 1 for the first
   */
  count(total: number | undefined, totalBefore: number | undefined, page: number): void {
    if (total !== undefined) this.#totals.add(total, totalBefore, page);
  }

  /** A page of the list is oldest first: what is added, or changes, comes at its end, and hides what it has moved. */
  noteOldestFirst(): void {
    this.#hasOldestFirst = true;
  }

  /** Whether the page is the same as the last one that was added. */
  isLast(page: SelectedPage): boolean {
    return page.recordCount > 0 && checksum(page) === this.#lastPage;
  }

  /** @returns for each record of the page whether it is to be passed on */
  add(page: SelectedPage): boolean[] {
    const fresh = new Array<boolean>(page.recordCount).fill(true);
    if (page.recordCount > 0) {
      this.#lastPage = checksum(page);
      this.#pages.add(this.#lastPage);
    }
    for (let i = 0; i < page.recordCount; i++) {
      const key = this.#key(page, i);
      if (key === undefined) {
        this.#distinct++;
        continue;
      }
      const isNew = !this.#seen.has(key);
      if (isNew) {
        this.#distinct++;
        this.#seen.add(key);
      } else this.#hasRepeated = true;
      fresh[i] = isNew && this.#before?.hasPassed(key) !== true;
    }
    return fresh;
  }

  /** Whether a page has records that should have a key, and none of them has one. */
  isKeyless(page: SelectedPage): boolean {
    const count = page.recordCount;
    // What is no object is its own key.
    const areObjects = page.bytes[page.ranges[0] ?? -1] === OPEN_BRACE;
    if (count === 0 || !areObjects || this.#keyPlaces.length === 0) return false;
    for (let i = 0; i < count; i++) {
      if (this.#key(page, i) !== undefined) return false;
    }
    return true;
  }

  /** Whether a page has records, and each has come on a page before, or that page as a whole. */
  hasCome(page: SelectedPage): boolean {
    const count = page.recordCount;
    if (count === 0) return false;
    for (let i = 0; i < count; i++) {
      const key = this.#key(page, i);
      // Without a key, or too long ago for it to be remembered.
      if (key === undefined || !this.#seen.has(key)) return this.#pages.has(checksum(page));
    }
    return true;
  }

  hasPassed(key: RecordKey): boolean {
    return this.#seen.has(key) || this.#before?.hasPassed(key) === true;
  }

  get completeness(): Completeness {
    const { total } = this;
    const isCountOfRecords = total !== undefined && this.#distinct <= total;
    if (this.#keyPlaces.length === 0 || !isCountOfRecords) return 'unknown';
    if (this.#totals.hasFallen || this.#distinct < this.#expected) return 'short';
    return mayBeLimit(total) ? 'unknown' : 'verified';
  }

  /**
   * As many records must have come. Pages read in their order miss nothing when records are inserted: those
   * move down. If a page was overtaken by a later one, what moved between the two may be missing, unless all
   * that exist came; and so where they do not move down, but come last.
   */
  get #expected(): number {
    const { isOvertaken, hasFallen, smallest } = this.#totals;
    return (isOvertaken || this.#hasOldestFirst) && !hasFallen ? (this.total ?? 0) : smallest;
  }

  #key({ captured }: SelectedPage, record: number): RecordKey | undefined {
    return keyOf(captured, record * this.#width, this.#keyPlaces);
  }
}
