import type { ListReading } from './list.js';

/**
 * Lists in a row that came short although they were read twice, after which the API's counts are no longer taken for
 * exact: those that follow are read once.
 */
const MAX_INEXACT_IN_ROW = 3;

/** Empty lists without a count after which that is taken for the API's way, unless it has counted an empty one. */
const MAX_UNCOUNTED = 20;

/** Lists in a row with a promised page without records, after which that is taken for the API's way. */
const MAX_EMPTY_ENDS = 3;

/** Lists in a row without any records after which others are believed to have none at once. */
const MAX_EMPTY_LISTS = 10;

/** How an API counts the records of a stream's lists, and ends them, as those show it that have been read. */
export class CountHabits {
  /** Lists in a row with a promised page without records; those of one page, which promised none, do not count. */
  #emptyEnds = 0;
  /** Lists in a row without any records. */
  #emptyLists = 0;
  /** Lists in a row that came short. */
  #inexactInRow = 0;
  /** The API has counted the records of a list; of one without any. */
  #hasCounted = false;
  #hasCountedEmpty = false;
  /** Empty lists that it has not counted. */
  #uncounted = 0;

  /** Whether it is worth while to read a list again that comes short. */
  get areExact(): boolean {
    return this.#inexactInRow < MAX_INEXACT_IN_ROW;
  }

  /** Whether a promised page without records may be a fault. */
  get areEmptyEndsRare(): boolean {
    return this.#emptyEnds < MAX_EMPTY_ENDS;
  }

  /** Whether a list without any records may be a fault: an account has nothing to show of its first years, say. */
  get areEmptyListsRare(): boolean {
    return this.#emptyLists < MAX_EMPTY_LISTS;
  }

  /** @param total that a page of a list has stated; undefined if it has none */
  addPage(total: number | undefined): void {
    if (total !== undefined) this.#hasCounted = true;
  }

  /**
   * With each list that has been read.
   * @param isOne the stream has no other list. Slices of one come short together when the API fails for a moment; lists of
   *   parents are too many to be all read again.
   */
  addList(reading: ListReading, isOne: boolean): { isShort: boolean; isUncounted: boolean } {
    this.#emptyLists = reading.distinct === 0 ? this.#emptyLists + 1 : 0;
    const isCut = reading.hasEmptyPage === true;
    if (isCut) this.#emptyEnds++;
    else if (reading.pages > 1) this.#emptyEnds = 0;
    const isShort = reading.completeness === 'short';
    // Whatever the counts are, what helps goes on.
    if (isShort && reading.hasHelped !== true) this.#inexactInRow++;
    else if (reading.completeness === 'verified') this.#inexactInRow = 0;
    return {
      isShort:
        (isShort && (isOne || this.#inexactInRow <= MAX_INEXACT_IN_ROW)) ||
        (isCut && (isOne || this.#emptyEnds <= MAX_EMPTY_ENDS)),
      isUncounted: this.#isUncounted(reading, isOne),
    };
  }

  /** Many parents have no children: where none of their lists is counted, they must not all be read again. */
  #isUncounted({ exists, distinct, total }: ListReading, isOne: boolean): boolean {
    if (!exists || distinct > 0) return false;
    if (total === 0) this.#hasCountedEmpty = true;
    if (total !== undefined || !this.#hasCounted) return false;
    return isOne || ++this.#uncounted <= MAX_UNCOUNTED || this.#hasCountedEmpty;
  }
}
