import type { SelectedPage } from './record-selector.js';
import { isPresent } from './stream-slice.js';

/** Records after which the older half of what is remembered is forgotten: a list shifts by pages, not by this. */
const GENERATION = 20_000;

/** Whether a list was read whole, going by the number of records that the API itself states. */
export type Completeness =
  /** As many different records came as the API counts. */
  | 'verified'
  /** Fewer came, or the count fell while the list was read, so that a record may have slipped by. */
  | 'short'
  /** The API states no number, or one that is not of records. */
  | 'unknown';

/** Primary keys of records that came. Bounded in size. */
class SeenKeys {
  #recent = new Set<string>();
  #older = new Set<string>();

  has(key: string): boolean {
    return this.#recent.has(key) || this.#older.has(key);
  }

  add(key: string): void {
    if (this.#recent.size >= GENERATION) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(key);
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
  #distinct = 0;
  #smallestTotal = Infinity;
  #largestTotal = -Infinity;
  #hasFallen = false;

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

  /** The largest number that the API has stated; undefined if it stated none. */
  get total(): number | undefined {
    return this.#largestTotal < 0 ? undefined : this.#largestTotal;
  }

  /** Records that are still missing, going by the number that the API states. */
  get missing(): number {
    return this.completeness === 'short' ? Math.max(0, this.#smallestTotal - this.#distinct) : 0;
  }

  /**
   * @param total what the answer states
   * @param totalBefore `total` of this tally when the request was sent: a smaller one now means that records
   *   were deleted, which moves others to pages that were read already
   */
  count(total: number | undefined, totalBefore: number | undefined): void {
    if (total === undefined) return;
    if (totalBefore !== undefined && total < totalBefore) this.#hasFallen = true;
    this.#smallestTotal = Math.min(this.#smallestTotal, total);
    this.#largestTotal = Math.max(this.#largestTotal, total);
  }

  /** @returns for each record of the page whether it is to be passed on */
  add(page: SelectedPage): boolean[] {
    const fresh: boolean[] = [];
    for (let i = 0; i < page.ranges.length / 2; i++) {
      const key = this.#key(page, i);
      if (key === undefined) {
        this.#distinct++;
        fresh.push(true);
        continue;
      }
      const isNew = !this.#seen.has(key);
      if (isNew) {
        this.#distinct++;
        this.#seen.add(key);
      }
      fresh.push(isNew && this.#before?.hasPassed(key) !== true);
    }
    return fresh;
  }

  hasPassed(key: string): boolean {
    return this.#seen.has(key) || this.#before?.hasPassed(key) === true;
  }

  get completeness(): Completeness {
    const isCountOfRecords = this.total !== undefined && this.#distinct <= this.#largestTotal;
    if (this.#keyPlaces.length === 0 || !isCountOfRecords) return 'unknown';
    return this.#hasFallen || this.#distinct < this.#smallestTotal ? 'short' : 'verified';
  }

  #key(page: SelectedPage, record: number): string | undefined {
    if (this.#keyPlaces.length === 0) return undefined;
    const offset = record * this.#width;
    const [place] = this.#keyPlaces;
    if (this.#keyPlaces.length === 1 && place !== undefined) {
      const key = page.captured[offset + place];
      return isPresent(key) ? key : undefined;
    }
    const parts = this.#keyPlaces.map((one) => page.captured[offset + one]);
    return parts.every(isPresent) ? parts.join(' ') : undefined;
  }
}
