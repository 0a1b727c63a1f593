/** Which of the API's records have come: 9 bytes for each place of a table, so that millions of ids cost little. */

const EXPECTED = 1;
const SEEN = 2;

/** Two independent hashes of 32 bits; that two of a million ids share both has a chance of 1 in 30 million. */
function hashes(id: string): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0xcc9e2d51);
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
  b = Math.imul(b ^ (b >>> 16), 0xc2b2ae35);
  return [(a ^ (a >>> 13)) >>> 0, (b ^ (b >>> 13)) >>> 0];
}

export class IdLedger {
  #first = new Uint32Array(1 << 12);
  #second = new Uint32Array(1 << 12);
  #state = new Uint8Array(1 << 12);
  #expected = 0;
  #seen = 0;

  get expected(): number {
    return this.#expected;
  }

  get missing(): number {
    return this.#expected - this.#seen;
  }

  /** Adds an id that is to come. */
  expect(id: string): void {
    if (2 * this.#expected >= this.#state.length) this.#grow();
    const [a, b] = hashes(id);
    const place = this.#placeOf(a, b);
    if (this.#state[place] !== 0) return;
    this.#put(place, a, b, EXPECTED);
    this.#expected++;
  }

  /** @returns the place at which to mark the id as seen; undefined if it was never expected */
  find(id: string): number | undefined {
    const place = this.#placeOf(...hashes(id));
    return this.#state[place] === 0 ? undefined : place;
  }

  /** @returns whether it is the first time. @param place from `find`, with no `expect` in between */
  mark(place: number): boolean {
    if (this.#state[place] === SEEN) return false;
    this.#state[place] = SEEN;
    this.#seen++;
    return true;
  }

  isSeen(id: string): boolean {
    const place = this.find(id);
    return place !== undefined && this.#state[place] === SEEN;
  }

  #placeOf(a: number, b: number): number {
    const mask = this.#state.length - 1;
    let place = a & mask;
    while (this.#state[place] !== 0 && (this.#first[place] !== a || this.#second[place] !== b)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  #put(place: number, a: number, b: number, state: number): void {
    this.#first[place] = a;
    this.#second[place] = b;
    this.#state[place] = state;
  }

  #grow(): void {
    const [first, second, state] = [this.#first, this.#second, this.#state];
    const size = 2 * state.length;
    this.#first = new Uint32Array(size);
    this.#second = new Uint32Array(size);
    this.#state = new Uint8Array(size);
    for (let i = 0; i < state.length; i++) {
      const one = state[i] ?? 0;
      if (one === 0) continue;
      const [a, b] = [first[i] ?? 0, second[i] ?? 0];
      this.#put(this.#placeOf(a, b), a, b, one);
    }
  }
}
