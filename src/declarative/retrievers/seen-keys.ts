import type { CapturedValues } from '../extractors/captured-values.js';

/** Characters of a key beyond which it is not remembered: no API has such, and so many would fill memory. */
const MAX_KEY = 512;

/** Records after which the older half of what is remembered is forgotten: a list shifts by pages, not by this. */
const GENERATION = 20_000;

/** A primary key: raw JSON, or the number that it is if it is a whole one. */
export type RecordKey = string | number;

/**
 * The primary key of a record.
 * @param offset of its first value
 * @param places of the values that are its key; none where nothing tells records apart
 * @returns undefined for a record without one
 */
export function keyOf(
  captured: CapturedValues,
  offset: number,
  places: readonly number[],
): RecordKey | undefined {
  const [place] = places;
  if (place === undefined) return undefined;
  const key =
    places.length === 1
      ? (captured.wholeNumber(offset + place) ?? captured.present(offset + place))
      : joinedKey(captured, offset, places);
  return typeof key === 'string' && key.length > MAX_KEY ? undefined : key;
}

function joinedKey(captured: CapturedValues, offset: number, places: readonly number[]): string | undefined {
  const parts = places.map((place) => captured.present(offset + place));
  return parts.includes(undefined) ? undefined : parts.join(' ');
}

/** Slots of a set that is empty; a power of two. So few, since most lists of children hold no more, or no numbers at all. */
const FIRST_SIZE = 8;

/**
 * Whole numbers from 0 on. Outside of the heap: what lives through a sync, the garbage collector would copy and visit
 * again and again.
 */
class NumberSet {
  /** Open addressing; the number and 1, and 0 where there is none. */
  #slots = new Float64Array(FIRST_SIZE);
  size = 0;

  has(value: number): boolean {
    return this.#slots[this.#slotOf(value)] === value + 1;
  }

  add(value: number): void {
    const slot = this.#slotOf(value);
    if (this.#slots[slot] === value + 1) return;
    this.#slots[slot] = value + 1;
    if (++this.size * 2 > this.#slots.length) this.#grow();
  }

  /** Where a number is, or would be. */
  #slotOf(value: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    const high = Math.floor(value / 2 ** 32);
    const mixed = Math.imul((value >>> 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    let slot = (mixed ^ (mixed >>> 15)) & last;
    while (slots[slot] !== 0 && slots[slot] !== value + 1) slot = (slot + 1) & last;
    return slot;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Float64Array(2 * before.length);
    before.forEach((one) => {
      if (one !== 0) this.#slots[this.#slotOf(one - 1)] = one;
    });
  }
}

class KeySet {
  readonly #numbers = new NumberSet();
  readonly #strings = new Set<string>();

  get size(): number {
    return this.#numbers.size + this.#strings.size;
  }

  has(key: RecordKey): boolean {
    return typeof key === 'number' ? this.#numbers.has(key) : this.#strings.has(key);
  }

  add(key: RecordKey): void {
    if (typeof key === 'number') this.#numbers.add(key);
    else this.#strings.add(key);
  }
}

/** Primary keys of records that came. Bounded in size. */
export class SeenKeys {
  #recent = new KeySet();
  #older = new KeySet();
  hasForgotten = false;

  has(key: RecordKey): boolean {
    return this.#recent.has(key) || this.#older.has(key);
  }

  add(key: RecordKey): void {
    if (this.#recent.size >= GENERATION) {
      if (this.#older.size > 0) this.hasForgotten = true;
      this.#older = this.#recent;
      this.#recent = new KeySet();
    }
    this.#recent.add(key);
  }
}
