import type { StreamSlice } from './stream-slice.js';

/** Parts of one range that state as many records as the whole: of two of them one is wrong. */
const MANY_SAME_TOTALS = 2;

/** Notices that the API counts the same records for every range, so that to cut it makes nothing smaller. */
export class SliceCuts {
  readonly #wholes = new WeakMap<StreamSlice, { readonly total: number | undefined; same: number }>();
  #areUseless = false;

  /** @param total of the range that was cut into these */
  add(slices: readonly StreamSlice[], total: number | undefined): void {
    const whole = { total, same: 0 };
    for (const slice of slices) this.#wholes.set(slice, whole);
  }

  /** @param total of a slice, to be told once */
  areUseless(slice: StreamSlice, total: number | undefined): boolean {
    const whole = this.#wholes.get(slice);
    if (whole !== undefined && total !== undefined && total === whole.total) {
      if (++whole.same >= MANY_SAME_TOTALS) this.#areUseless = true;
    }
    return this.#areUseless;
  }
}
