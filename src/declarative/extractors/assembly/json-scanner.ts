/**
 * The inner loop of json-scanner.ts, in AssemblyScript: WebAssembly has instructions that look at 16 bytes at a time, and
 * is fast from its first page on. `npm run scanner:write` compiles it to json-scanner.wasm.ts, with those instructions
 * and, for processors that do not have them, without.
 *
 * JSON's grammar (RFC 8259, strictly) over bytes: each function takes the address where something should begin and returns
 * the address behind it, or ends the scan with `fail`. Nothing is decoded. The host puts the page at PAGE, with LANES
 * bytes of zero behind it, so that whatever reads on stops there.
 */

/** Ends the scan: the host throws. @param at offset in the page. @param isEnd whether that is its end */
declare function fail(code: i32, at: i32, isEnd: bool): void;

// Codes of `fail`; the sentences are the host's.
const NOT_A_VALUE: i32 = 0;
const NOT_A_KEY: i32 = 1;
const NOT_A_COLON: i32 = 2;
const NOT_A_COMMA: i32 = 3;
const NOT_AN_ESCAPE: i32 = 4;
const NOT_A_HEX_DIGIT: i32 = 5;
const NOT_TRUE: i32 = 6;
const NOT_FALSE: i32 = 7;
const NOT_NULL: i32 = 8;
const CONTROL_CHARACTER: i32 = 9;
const TEXT_BEHIND: i32 = 10;
const TOO_DEEP: i32 = 11;
const TOO_MANY: i32 = 12;
const NO_ROOM: i32 = 13;

// The memory: what was found, the brackets that are open, the keys that are looked for, the page, its records.
/** Five numbers: what stands at the path, whether each element is an object, start and end of the list, its elements. */
export const RESULT: i32 = 1024;
/** A byte for each open bracket: 1 for an object, 0 for an array. */
const STACK: i32 = 2048;
/** Levels of nesting; a page that goes deeper is refused rather than risked. */
export const MAX_DEPTH: i32 = 2000;
export const KEYS: i32 = 8192;
export const PAGE: i32 = 65536;
/** Bytes that are looked at together. */
export const LANES: i32 = 16;

// What stands at the path.
const NOTHING: i32 = 0;
const LIST: i32 = 1;
const OBJECT: i32 = 2;
const SCALAR: i32 = 3;

/** Records of one page; each costs memory besides its bytes, and no API has such pages. */
export const MAX_RECORDS: i32 = 100_000;

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const COLON: u8 = 0x3a;
const OPEN_BRACKET: u8 = 0x5b;
const BACKSLASH: u8 = 0x5c;
const CLOSE_BRACKET: u8 = 0x5d;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;

let end: i32 = 0;
let tree: i32 = 0;
let width: i32 = 0;
let takesObject: bool = false;

let found: i32 = NOTHING;
let allObjects: bool = true;
let listStart: i32 = 0;
let listEnd: i32 = 0;
let records: i32 = 0;
/** Of the record that is read: its start and end, then those of each captured value; zeros if it is not there. */
let entry: i32 = 0;

function stop(code: i32, at: i32): i32 {
  fail(code, at - PAGE, at >= end);
  return unreachable();
}

// ---- Grammar

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
function space(start: i32): i32 {
  let at = start;
  while (load<u8>(at) <= 0x20 && isSpace(load<u8>(at))) at++;
  return at;
}

function isSpace(byte: u8): bool {
  return byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09;
}

@inline
function key(at: i32): i32 {
  if (load<u8>(at) != QUOTE) stop(NOT_A_KEY, at);
  return text(at + 1);
}

/** @returns where the value begins */
@inline
function colon(start: i32): i32 {
  const at = space(start);
  if (load<u8>(at) != COLON) stop(NOT_A_COLON, at);
  return space(at + 1);
}

/** @returns where the next one begins */
@inline
function comma(at: i32): i32 {
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
function skip(start: i32): i32 {
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

// ---- Keys: each is written as six numbers, which the host puts at KEYS

/** A key that is looked for, by its address. */
@unmanaged
class Key {
  /** Its text, as JSON has it between the quotes. */
  text: i32;
  length: i32;
  /** The next one of the same object; 0 for none. */
  next: Key | null;
  /** The first one of those that are looked for in its value; 0 for none. */
  children: Key | null;
  /** Addresses, from the entry on, where its value's start and end are wanted; and how many. */
  places: i32;
  placesLength: i32;
}

function isKey(start: i32, behind: i32, wanted: Key): bool {
  const length = wanted.length;
  if (behind - start != length + 2) return false;
  const text = wanted.text;
  for (let i = 0; i < length; i++) if (load<u8>(start + 1 + i) != load<u8>(text + i)) return false;
  return true;
}

function keyOf(start: i32, behind: i32, first: Key | null): Key | null {
  let wanted = first;
  while (wanted !== null && !isKey(start, behind, wanted)) wanted = wanted.next;
  return wanted;
}

function capture(wanted: Key, start: i32, behind: i32): void {
  const places = wanted.places;
  for (let i = 0; i < wanted.placesLength; i++) {
    const place = entry + load<i32>(places + 4 * i);
    store<i32>(place, start);
    store<i32>(place, behind, 4);
  }
}

/** A key that stands twice: the last one counts, as in JSON.parse. */
function forgetValues(wanted: Key): void {
  capture(wanted, 0, 0);
  let child = wanted.children;
  while (child !== null) {
    forgetValues(child);
    child = child.next;
  }
}

// ---- Records

/** Bytes of an entry: its own start and end, then those of each value. */
function entrySize(): i32 {
  return 8 + 8 * width;
}

function beginRecord(): void {
  const missing = entry + entrySize() - (memory.size() << 16);
  // Half as much again, so that it happens seldom.
  if (missing > 0 && memory.grow(max((missing + 0xffff) >> 16, memory.size() >> 1)) < 0) stop(NO_ROOM, end);
  memory.fill(entry, 0, entrySize());
}

function endRecord(start: i32, behind: i32): void {
  store<i32>(entry, start);
  store<i32>(entry, behind, 4);
  entry += entrySize();
  if (++records > MAX_RECORDS) stop(TOO_MANY, end);
}

/** An object some of whose values are wanted. Recursive, but only as deep as the captured paths. */
function record(start: i32, wanted: Key | null): i32 {
  let at = space(start + 1);
  if (load<u8>(at) == CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyStart = at;
    const keyEnd = key(at);
    const valueAt = colon(keyEnd);
    const captured = keyOf(keyStart, keyEnd, wanted);
    if (captured === null) at = skip(valueAt);
    else {
      forgetValues(captured);
      const leadsOn = captured.children !== null && load<u8>(valueAt) == OPEN_BRACE;
      at = leadsOn ? record(valueAt, captured.children) : skip(valueAt);
      capture(captured, valueAt, at);
    }
    at = space(at);
    if (load<u8>(at) == CLOSE_BRACE) return at + 1;
    at = comma(at);
  }
  return at;
}

function list(start: i32): i32 {
  listStart = start;
  let at = space(start + 1);
  if (load<u8>(at) == CLOSE_BRACKET) return (listEnd = at + 1);
  for (;;) {
    const recordStart = at;
    beginRecord();
    if (load<u8>(at) == OPEN_BRACE) at = record(at, changetype<Key | null>(tree));
    else {
      allObjects = false;
      at = skip(at);
    }
    endRecord(recordStart, at);
    at = space(at);
    if (load<u8>(at) == CLOSE_BRACKET) return (listEnd = at + 1);
    at = comma(at);
  }
  return at;
}

/** An object that is the only record. */
function single(start: i32): i32 {
  beginRecord();
  const at = record(start, changetype<Key | null>(tree));
  endRecord(start, at);
  return at;
}

// ---- The way to the list

/** Where the entries begin: behind the page and its zeros, at a multiple of 8. */
function forget(): void {
  found = NOTHING;
  allObjects = true;
  records = 0;
  entry = (end + LANES + 7) & ~7;
}

/** A value on the way to the list. @param wanted the next key of the path; null at its end */
function value(at: i32, wanted: Key | null): i32 {
  const first = load<u8>(at);
  if (wanted === null) {
    found = first == OPEN_BRACKET ? LIST : first == OPEN_BRACE ? OBJECT : SCALAR;
    if (found == OBJECT && takesObject) return single(at);
    return found == LIST ? list(at) : skip(at);
  }
  return first == OPEN_BRACE ? objectOnPath(at, wanted) : skip(at);
}

function objectOnPath(start: i32, wanted: Key): i32 {
  let at = space(start + 1);
  if (load<u8>(at) == CLOSE_BRACE) return at + 1;
  for (;;) {
    const keyStart = at;
    const keyEnd = key(at);
    const valueAt = colon(keyEnd);
    if (isKey(keyStart, keyEnd, wanted)) {
      forget();
      at = value(valueAt, wanted.children);
    } else at = skip(valueAt);
    at = space(at);
    if (load<u8>(at) == CLOSE_BRACE) return at + 1;
    at = comma(at);
  }
  return at;
}

/**
 * @param length bytes of the page
 * @param path address of the first key on the way to the list; 0 if the list is the document itself
 * @param captured address of the first of the keys whose values are wanted; 0 for none
 * @param values wanted from each record
 * @param object whether an object at the path counts as a list of one
 * @returns where the entries of the records begin
 */
export function scan(length: i32, path: i32, captured: i32, values: i32, object: bool): i32 {
  end = PAGE + length;
  tree = captured;
  width = values;
  takesObject = object;
  forget();
  const entries = entry;
  const at = space(value(space(PAGE), changetype<Key | null>(path)));
  if (at != end) stop(TEXT_BEHIND, at);
  store<i32>(RESULT, found);
  store<i32>(RESULT, allObjects ? 1 : 0, 4);
  store<i32>(RESULT, listStart, 8);
  store<i32>(RESULT, listEnd, 12);
  store<i32>(RESULT, records, 16);
  return entries;
}
