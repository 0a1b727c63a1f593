import { parseTimestamp, timestampAt } from '../datetime.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
/** With which `null` begins, and no other JSON. */
const N_OF_NULL = 0x6e;

/** Digits of the largest whole numbers that are all exact. */
const MAX_DIGITS = 15;

/**
 * The values captured from the records of a page, for each record in turn one for each path. They are places in its
 * bytes: most are compared, and become a string only for whoever asks. To be asked while there are those bytes.
 */
export class CapturedValues {
  readonly #bytes: Buffer;
  /** Start and end of each value; below 0 if a record has none. */
  readonly #places: readonly number[];

  constructor(bytes: Buffer, places: readonly number[]) {
    this.#bytes = bytes;
    this.#places = places;
  }

  get length(): number {
    return this.#places.length / 2;
  }

  /** The raw JSON of a value; undefined if it is not there. */
  raw(at: number): string | undefined {
    const start = this.#start(at);
    return start < 0 ? undefined : this.#bytes.toString('utf8', start, this.#end(at));
  }

  /** Whether a value is there and not null. */
  isPresent(at: number): boolean {
    const start = this.#start(at);
    return start >= 0 && this.#bytes[start] !== N_OF_NULL;
  }

  /** The raw JSON of a value; undefined if it is null or not there. */
  present(at: number): string | undefined {
    return this.isPresent(at) ? this.raw(at) : undefined;
  }

  /** A value that is a whole number from 0 on, and small enough to be exact; undefined for any other. */
  wholeNumber(at: number): number | undefined {
    const start = this.#start(at);
    const end = this.#end(at);
    if (start < 0 || end - start > MAX_DIGITS) return undefined;
    let value = 0;
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (byte < DIGIT_0 || byte > DIGIT_9) return undefined;
      value = value * 10 + byte - DIGIT_0;
    }
    return value;
  }

  /** The text of a value that is a string; undefined for any other. */
  text(at: number): string | undefined {
    const raw = this.raw(at);
    if (raw?.startsWith('"') !== true) return undefined;
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  /** Unix ms of a value that is a timestamp in a string; undefined for any other. */
  time(at: number): number | undefined {
    const start = this.#start(at);
    if (start < 0 || this.#bytes[start] !== QUOTE) return undefined;
    const end = this.#end(at);
    const time = timestampAt(this.#bytes, start + 1, end - 1);
    if (time !== undefined || !this.#bytes.subarray(start, end).includes(BACKSLASH)) return time;
    return parseTimestamp(this.text(at) ?? '');
  }

  /** The same values without the page around them, for when it is gone. */
  copy(): CapturedValues {
    const values: Buffer[] = [];
    const places: number[] = [];
    let length = 0;
    for (let at = 0; at < this.length; at++) {
      const start = this.#start(at);
      if (start < 0) {
        places.push(start, start);
        continue;
      }
      const value = this.#bytes.subarray(start, this.#end(at));
      values.push(value);
      places.push(length, (length += value.length));
    }
    return new CapturedValues(Buffer.concat(values), places);
  }

  #start(at: number): number {
    return this.#places[2 * at] ?? -1;
  }

  #end(at: number): number {
    return this.#places[2 * at + 1] ?? -1;
  }
}
