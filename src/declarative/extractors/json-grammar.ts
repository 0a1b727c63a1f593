/**
 * JSON's grammar (RFC 8259, strictly) over bytes: each method takes the place where something should begin
 * and returns the place behind it, or throws. Nothing is decoded.
 */

/** Levels of nesting; a page that goes deeper is refused rather than risked. */
const MAX_DEPTH = 2_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** 1 for the bytes at which a string needs a closer look: its end, an escape, a control character. */
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === QUOTE || byte === BACKSLASH || byte < 0x20 ? 1 : 0,
);

/** The body is not JSON, or it was cut. */
export class MalformedJsonError extends Error {
  override readonly name = 'MalformedJsonError';
  /** Offset in bytes at which it stops being JSON. */
  readonly position: number;

  constructor(position: number, what: string) {
    super(`${what} at byte ${position}`);
    this.position = position;
  }
}

/** The body may be JSON, but of a form that no page of records has; asking again would bring the same. */
export class JsonLimitError extends Error {
  override readonly name = 'JsonLimitError';
}

/** @throws MalformedJsonError from every method; JsonLimitError from `skip` */
export class JsonGrammar {
  protected readonly bytes: Buffer;
  /** 1 for each open object, 0 for each open array. */
  readonly #stack = new Uint8Array(MAX_DEPTH + 1);

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The usual string is inlined, here and in `skip`. */
  key(start: number): number {
    const bytes = this.bytes;
    const length = bytes.length;
    if (bytes[start] !== QUOTE) throw this.#unexpected(start, 'a key');
    let at = start + 1;
    while (at < length && STOPS[bytes[at] as number] === 0) at++;
    return bytes[at] === QUOTE ? at + 1 : this.#restOfString(at);
  }

  colon(at: number): number {
    const colon = this.space(at);
    if (this.bytes[colon] !== COLON) throw this.#unexpected(colon, 'a colon');
    return colon + 1;
  }

  comma(at: number): number {
    if (this.bytes[at] !== COMMA) throw this.#unexpected(at, 'a comma or a closing bracket');
    return at + 1;
  }

  space(start: number): number {
    const bytes = this.bytes;
    let at = start;
    for (;;) {
      const byte = bytes[at];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
      else return at;
    }
  }

  /** Validates any value and returns where it ends. Not recursive, so depth costs no stack. */
  skip(start: number): number {
    const bytes = this.bytes;
    const stack = this.#stack;
    const ends = STOPS;
    const length = bytes.length;
    let depth = 0;
    let at = start;
    let inObject = false;
    for (;;) {
      // A value is due at `at`.
      const byte = bytes[at];
      if (byte === QUOTE) {
        at++;
        while (at < length && ends[bytes[at] as number] === 0) at++;
        at = bytes[at] === QUOTE ? at + 1 : this.#restOfString(at);
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth >= MAX_DEPTH) throw new JsonLimitError(`more than ${MAX_DEPTH} levels of nesting`);
        const isObject = byte === OPEN_BRACE;
        at++;
        if ((bytes[at] as number) <= 0x20) at = this.space(at);
        if (bytes[at] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) at++;
        else {
          stack[depth++] = isObject ? 1 : 0;
          inObject = isObject;
          if (isObject) at = this.#toValue(at);
          continue;
        }
      } else at = this.#scalar(at);

      // A value has ended at `at`: close what closes, until another value is due.
      for (;;) {
        if (depth === 0) return at;
        let next = bytes[at] as number;
        if (next <= 0x20) {
          at = this.space(at);
          next = bytes[at] as number;
        }
        if (next === COMMA) {
          at++;
          if ((bytes[at] as number) <= 0x20) at = this.space(at);
          if (inObject) at = this.#toValue(at);
          break;
        }
        if (next !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          throw this.#unexpected(at, 'a comma or a closing bracket');
        }
        depth--;
        inObject = depth > 0 && stack[depth - 1] === 1;
        at++;
      }
    }
  }

  /** From a key to the value behind it. */
  #toValue(start: number): number {
    const bytes = this.bytes;
    let at = this.key(start);
    if (bytes[at] !== COLON) at = this.colon(at) - 1;
    at++;
    return (bytes[at] as number) <= 0x20 ? this.space(at) : at;
  }

  /** @param start anywhere inside of a string, but not inside of an escape */
  #restOfString(start: number): number {
    const bytes = this.bytes;
    const end = bytes.length;
    for (let at = start; ; at++) {
      while (at < end && STOPS[bytes[at] as number] === 0) at++;
      if (at >= end) throw new MalformedJsonError(end, 'the end inside a string');
      const byte = bytes[at];
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) throw new MalformedJsonError(at, 'a control character in a string');
      at = this.#escape(at + 1);
    }
  }

  /** @returns the last place of the escape */
  #escape(at: number): number {
    switch (this.bytes[at]) {
      case QUOTE:
      case BACKSLASH:
      case 0x2f: // /
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return at;
      case 0x75: // u
        for (let i = 1; i <= 4; i++) {
          if (!isHexDigit(this.bytes[at + i])) throw this.#unexpected(at + i, 'a hex digit');
        }
        return at + 4;
      default:
        throw this.#unexpected(at, 'an escape');
    }
  }

  #scalar(at: number): number {
    switch (this.bytes[at]) {
      case 0x74:
        return this.#word(at, 'true');
      case 0x66:
        return this.#word(at, 'false');
      case 0x6e:
        return this.#word(at, 'null');
      default:
        return this.#number(at);
    }
  }

  #word(at: number, word: string): number {
    for (let i = 1; i < word.length; i++) {
      if (this.bytes[at + i] !== word.charCodeAt(i)) throw this.#unexpected(at + i, word);
    }
    return at + word.length;
  }

  #number(start: number): number {
    const bytes = this.bytes;
    let at = start;
    if (bytes[at] === MINUS) at++;
    if (bytes[at] === 0x30) at++;
    else at = this.#digits(at);
    if (bytes[at] === 0x2e) at = this.#digits(at + 1);
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      const sign = bytes[at + 1];
      at = this.#digits(sign === 0x2b || sign === MINUS ? at + 2 : at + 1);
    }
    return at;
  }

  #digits(start: number): number {
    let at = start;
    while (isDigit(this.bytes[at])) at++;
    if (at === start) throw this.#unexpected(at, 'a value');
    return at;
  }

  #unexpected(at: number, wanted: string): MalformedJsonError {
    return new MalformedJsonError(
      at,
      at >= this.bytes.length ? `the end instead of ${wanted}` : `not ${wanted}`,
    );
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
