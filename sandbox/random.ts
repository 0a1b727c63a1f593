/** Seeded pseudo-random numbers: the same seed gives the same sandbox on every machine. */

export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** Whole number in [low, high], both included. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Letters and digits, as in `CUS_xnxdt6s1zg1f4nx`. */
  code(length: number): string;
}

/** mulberry32 (public domain): 32 bits of state, one multiply-and-shift round per number. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** FNV-1a over UTF-16 units. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

export function createDice(seed: number): Dice {
  const next = mulberry32(seed);
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    code: (length) => {
      let text = '';
      for (let i = 0; i < length; i += 1) text += ALPHABET.charAt(Math.floor(next() * ALPHABET.length));
      return text;
    },
  };
}

/** Dice of one item of one series: independent of the order in which items are asked for. */
export function diceFor(seed: number, series: string, index: number): Dice {
  return createDice(hashText(series) ^ Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
}
