/**
 * JSON's grammar (RFC 8259, strictly) over bytes: each function takes the address where something should begin and returns
 * the address behind it, or ends the scan. Nothing is decoded. Behind the page stand LANES bytes of zero, so that whatever
 * reads on stops there.
 */
import { LANES, MAX_DEPTH, STACK } from './memory';
import {
  CONTROL_CHARACTER,
  NOT_A_COLON,
  NOT_A_COMMA,
  NOT_A_HEX_DIGIT,
  NOT_A_KEY,
  NOT_A_VALUE,
  NOT_AN_ESCAPE,
  NOT_FALSE,
  NOT_NULL,
  NOT_TRUE,
  stop,
  TOO_DEEP,
} from './stop';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const COLON: u8 = 0x3a;
export const OPEN_BRACKET: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
export const CLOSE_BRACKET: u8 = 0x5d;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;

/** @returns the next byte at which a string needs a closer look: its end, an escape, a control character */
@inline
function nextStop(start: i32): i32 {
  let at = start;
  if (ASC_FEATURE_SIMD) {
    for (;;) {
      const bytes = v128.load(at);
      const ends = i8x16.eq(bytes, i8x16.splat(QUOTE));
      const escapes = i8x16.eq(bytes, i8x16.splat(BACKSLASH));
      const controls = i8x16.lt_u(bytes, i8x16.splat(0x20));
      const stops = i8x16.bitmask(v128.or(v128.or(ends, escapes), controls));
      if (stops != 0) return at + ctz(stops);
      at += LANES;
    }
  }
  while (load<u8>(at) >= 0x20 && load<u8>(at) != QUOTE && load<u8>(at) != BACKSLASH) at++;
  return at;
}

/** @param start behind the opening quote */
@inline
function text(start: i32): i32 {
  const at = nextStop(start);
  return load<u8>(at) == QUOTE ? at + 1 : restOfText(at);
}

/** @param start the next place of the string at which it needs a closer look */
function restOfText(start: i32): i32 {
  let at = start;
  while (load<u8>(at) != QUOTE) {
    if (load<u8>(at) != BACKSLASH) stop(CONTROL_CHARACTER, at);
    at = nextStop(escape(at + 1));
  }
  return at + 1;
}

function escape(at: i32): i32 {
  switch (load<u8>(at)) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // /
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case 0x75: // u
      for (let i = 1; i <= 4; i++) if (!isHexDigit(load<u8>(at + i))) stop(NOT_A_HEX_DIGIT, at + i);
      return at + 5;
    default:
      return stop(NOT_AN_ESCAPE, at);
  }
}

@inline
function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: u8): bool {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

@inline
export function space(start: i32): i32 {
  let at = start;
  while (load<u8>(at) <= 0x20 && isSpace(load<u8>(at))) at++;
  return at;
}

function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

@inline
export function key(at: i32): i32 {
  if (load<u8>(at) != QUOTE) stop(NOT_A_KEY, at);
  return text(at + 1);
}

/** @returns where the value begins */
@inline
export function colon(start: i32): i32 {
  const at = space(start);
  if (load<u8>(at) != COLON) stop(NOT_A_COLON, at);
  return space(at + 1);
}

/** @returns where the next one begins */
@inline
export function comma(at: i32): i32 {
  if (load<u8>(at) != COMMA) stop(NOT_A_COMMA, at);
  return space(at + 1);
}

function scalar(at: i32): i32 {
  switch (load<u8>(at)) {
    case 0x74:
      return word(at, 0x65757274, NOT_TRUE) + 4;
    case 0x66:
      return word(at + 1, 0x65736c61, NOT_FALSE) + 4;
    case 0x6e:
      return word(at, 0x6c6c756e, NOT_NULL) + 4;
    default:
      return number(at);
  }
}

/** @param letters four, the first one in the lowest byte */
function word(at: i32, letters: u32, code: i32): i32 {
  const differing = load<u32>(at) ^ letters;
  if (differing != 0) stop(code, at + (ctz(differing) >> 3));
  return at;
}

function number(start: i32): i32 {
  let at = start;
  if (load<u8>(at) == MINUS) at++;
  if (load<u8>(at) == 0x30) at++;
  else at = digits(at);
  if (load<u8>(at) == 0x2e) at = digits(at + 1);
  if ((load<u8>(at) | 0x20) == 0x65) {
    const sign = load<u8>(at + 1);
    at = digits(sign == 0x2b || sign == MINUS ? at + 2 : at + 1);
  }
  return at;
}

function digits(start: i32): i32 {
  let at = start;
  while (isDigit(load<u8>(at))) at++;
  if (at == start) stop(NOT_A_VALUE, at);
  return at;
}

/** Any value. Not recursive, so depth costs no stack. */
export function skip(start: i32): i32 {
  let depth = 0;
  let inObject = false;
  let at = start;
  for (;;) {
    // A value is due at `at`.
    const byte = load<u8>(at);
    if (byte == QUOTE) at = text(at + 1);
    else if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
      if (depth >= MAX_DEPTH) stop(TOO_DEEP, at);
      const isObject = byte == OPEN_BRACE;
      at = space(at + 1);
      if (load<u8>(at) == (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) at++;
      else {
        store<u8>(STACK + depth++, isObject ? 1 : 0);
        inObject = isObject;
        if (isObject) at = colon(key(at));
        continue;
      }
    } else at = scalar(at);

    // A value has ended at `at`: close what closes, until another value is due.
    for (;;) {
      if (depth == 0) return at;
      at = space(at);
      if (load<u8>(at) == COMMA) {
        at = space(at + 1);
        if (inObject) at = colon(key(at));
        break;
      }
      if (load<u8>(at) != (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) stop(NOT_A_COMMA, at);
      depth--;
      inObject = depth > 0 && load<u8>(STACK + depth - 1) == 1;
      at++;
    }
  }
  return at;
}
