/**
 * The inner loop of ../json-scanner.ts, in AssemblyScript: WebAssembly has instructions that look at 16 bytes at a time, and
 * is fast from its first page on. `npm run scanner:write` compiles it to ../json-scanner.wasm.ts, with those instructions
 * and, for processors that do not have them, without.
 */
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  colon,
  comma,
  key,
  OPEN_BRACE,
  OPEN_BRACKET,
  skip,
  space,
} from './json-grammar';
import { LANES, PAGE, RESULT } from './memory';
import { NO_ROOM, pageEnd, setPageEnd, stop, TEXT_BEHIND, TOO_MANY } from './stop';

export { KEYS, LANES, MAX_DEPTH, PAGE, RESULT } from './memory';

// What stands at the path.
const NOTHING: i32 = 0;
const LIST: i32 = 1;
const OBJECT: i32 = 2;
const SCALAR: i32 = 3;

/** Records of one page; each costs memory besides its bytes, and no API has such pages. */
export const MAX_RECORDS: i32 = 100_000;

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
  if (missing > 0 && memory.grow(max((missing + 0xffff) >> 16, memory.size() >> 1)) < 0) stop(NO_ROOM, pageEnd());
  memory.fill(entry, 0, entrySize());
}

function endRecord(start: i32, behind: i32): void {
  store<i32>(entry, start);
  store<i32>(entry, behind, 4);
  entry += entrySize();
  if (++records > MAX_RECORDS) stop(TOO_MANY, pageEnd());
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
  entry = (pageEnd() + LANES + 7) & ~7;
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
  setPageEnd(PAGE + length);
  tree = captured;
  width = values;
  takesObject = object;
  forget();
  const entries = entry;
  const at = space(value(space(PAGE), changetype<Key | null>(path)));
  if (at != pageEnd()) stop(TEXT_BEHIND, at);
  store<i32>(RESULT, found);
  store<i32>(RESULT, allObjects ? 1 : 0, 4);
  store<i32>(RESULT, listStart, 8);
  store<i32>(RESULT, listEnd, 12);
  store<i32>(RESULT, records, 16);
  return entries;
}
