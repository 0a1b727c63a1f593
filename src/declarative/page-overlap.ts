import type { SelectedPage } from './record-selector.js';
import { isPresent } from './stream-slice.js';

/**
 * Drops records that the page before held already. Records that come in while a newest-first list is read
 * push the others down, so the end of one page shows up again at the start of the next. A record that has
 * changed in between is kept.
 *
 * Only one page is remembered, so memory does not grow with the list.
 */
export class PageOverlap {
  #previous = new Map<string, readonly [number, number]>();
  #bytes: Buffer = Buffer.alloc(0);
  readonly #keyPlaces: readonly number[];
  readonly #width: number;

  /**
   * @param width captured values for each record
   * @param keyPlaces places of the primary key among them; none to drop nothing
   */
  constructor(width: number, keyPlaces: readonly number[]) {
    this.#width = width;
    this.#keyPlaces = keyPlaces;
  }

  /** @returns for each record of the page whether it is new */
  newRecords(page: SelectedPage): boolean[] {
    const current = new Map<string, readonly [number, number]>();
    const fresh: boolean[] = [];
    for (let i = 0; i < page.ranges.length / 2; i++) {
      const range = [page.ranges[2 * i] ?? 0, page.ranges[2 * i + 1] ?? 0] as const;
      const key = this.#key(page, i);
      fresh.push(key === undefined || !this.#isSame(key, page, range));
      if (key !== undefined) current.set(key, range);
    }
    this.#previous = current;
    this.#bytes = page.bytes;
    return fresh;
  }

  #key(page: SelectedPage, record: number): string | undefined {
    if (this.#keyPlaces.length === 0) return undefined;
    const parts = this.#keyPlaces.map((place) => page.captured[record * this.#width + place]);
    return parts.every(isPresent) ? parts.join(' ') : undefined;
  }

  #isSame(key: string, page: SelectedPage, [start, end]: readonly [number, number]): boolean {
    const before = this.#previous.get(key);
    return before !== undefined && page.bytes.compare(this.#bytes, before[0], before[1], start, end) === 0;
  }
}
