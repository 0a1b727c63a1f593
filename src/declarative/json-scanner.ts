/**
 * Finds the records of a page without parsing them: one pass over the bytes validates the JSON, marks where
 * each record starts and ends, and picks out a few values (cursor, key, parent id). Parsing and printing
 * again would round integers beyond 2^53 and cost about five times as much.
 *
 * The grammar is RFC 8259, strictly; json-scanner.test.ts holds it against JSON.parse.
 */
import type { JsonValue } from '../protocol/messages.js';
import type { FieldPath } from './components.js';

/** Levels of nesting; a page that goes deeper is refused rather than risked. */
const MAX_DEPTH = 2_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

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

/** A tree of the paths to capture: at each object, which keys lead on and which are wanted. */
export interface CaptureNode {
  readonly key: Buffer;
  /** Place of the value in `captured`; -1 for a key that only leads on. */
  readonly index: number;
  readonly children: readonly CaptureNode[];
}

/** @returns the tree for some paths; the value of paths[i] will be captured at place i */
export function captureTree(paths: readonly FieldPath[], prefix: FieldPath = []): CaptureNode[] {
  const below = paths
    .map((path, index) => ({ path, index }))
    .filter(({ path }) => path.length > prefix.length && prefix.every((key, i) => path[i] === key));
  const keys = [...new Set(below.map(({ path }) => path[prefix.length] ?? ''))];
  return keys.map((key) => ({
    key: Buffer.from(JSON.stringify(key).slice(1, -1)),
    index:
      below.find(({ path }) => path.length === prefix.length + 1 && path[prefix.length] === key)?.index ?? -1,
    children: captureTree(
      paths.map((path, index) => (below.some((one) => one.index === index) ? path : [])),
      [...prefix, key],
    ),
  }));
}

export interface Scan {
  /** What stands at the path. Only a list has ranges. */
  readonly found: 'list' | 'object' | 'scalar' | 'nothing';
  /** s0, e0, s1, e1, …: the bytes of each element. */
  readonly ranges: readonly number[];
  /** For each element in turn, `width` entries: the raw JSON of each captured value, if it was there. */
  readonly captured: readonly (string | undefined)[];
  /** Whether each element is an object. */
  readonly allObjects: boolean;
  /** The document with the list left empty. */
  readonly envelope: JsonValue;
}

class Scanner {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #path: FieldPath;
  readonly #tree: readonly CaptureNode[];
  readonly #width: number;
  readonly ranges: number[] = [];
  readonly captured: (string | undefined)[] = [];
  found: Scan['found'] = 'nothing';
  allObjects = true;
  listStart = -1;
  listEnd = -1;
  /** Where in `captured` the current record's values begin; -1 outside of records. */
  #base = -1;
  /** 1 for each open object, 0 for each open array. */
  readonly #stack = new Uint8Array(MAX_DEPTH + 1);
  readonly #takesObject: boolean;

  constructor(
    bytes: Buffer,
    path: FieldPath,
    tree: readonly CaptureNode[],
    width: number,
    takesObject: boolean,
  ) {
    this.#takesObject = takesObject;
    this.#bytes = bytes;
    this.#end = bytes.length;
    this.#path = path;
    this.#tree = tree;
    this.#width = width;
  }

  document(): void {
    let at = this.#space(0);
    at = this.#value(at, 0);
    at = this.#space(at);
    if (at < this.#end) throw new MalformedJsonError(at, 'text behind the end');
  }

  /** A value on the way to the list: `level` keys of the path lie behind it. */
  #value(at: number, level: number): number {
    const first = this.#bytes[at];
    if (level === this.#path.length) {
      this.found = first === OPEN_BRACKET ? 'list' : first === OPEN_BRACE ? 'object' : 'scalar';
      if (this.found === 'object' && this.#takesObject) return this.#single(at);
      return first === OPEN_BRACKET ? this.#list(at) : this.#skip(at);
    }
    return first === OPEN_BRACE ? this.#objectOnPath(at, level) : this.#skip(at);
  }

  #objectOnPath(start: number, level: number): number {
    const wanted = Buffer.from(JSON.stringify(this.#path[level] ?? '').slice(1, -1));
    let at = this.#space(start + 1);
    if (this.#bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const keyEnd = this.#key(at);
      const valueAt = this.#space(this.#colon(keyEnd));
      const isWanted = this.#isKey(at, keyEnd, wanted);
      if (isWanted) this.#forget();
      at = this.#space(isWanted ? this.#value(valueAt, level + 1) : this.#skip(valueAt));
      if (this.#bytes[at] === CLOSE_BRACE) return at + 1;
      at = this.#space(this.#comma(at));
    }
  }

  /** An object that is the only record. */
  #single(start: number): number {
    this.#base = 0;
    for (let i = 0; i < this.#width; i++) this.captured.push(undefined);
    const end = this.#record(start, this.#tree);
    this.ranges.push(start, end);
    return end;
  }

  /** A key that stands twice: the last one counts, as in JSON.parse. */
  #forget(): void {
    this.found = 'nothing';
    this.ranges.length = 0;
    this.captured.length = 0;
    this.allObjects = true;
  }

  #list(start: number): number {
    this.listStart = start;
    let at = this.#space(start + 1);
    if (this.#bytes[at] === CLOSE_BRACKET) return (this.listEnd = at + 1);
    for (;;) {
      const recordStart = at;
      this.#base = this.captured.length;
      for (let i = 0; i < this.#width; i++) this.captured.push(undefined);
      if (this.#bytes[at] === OPEN_BRACE) at = this.#record(at, this.#tree);
      else {
        this.allObjects = false;
        at = this.#skip(at);
      }
      this.ranges.push(recordStart, at);
      at = this.#space(at);
      if (this.#bytes[at] === CLOSE_BRACKET) return (this.listEnd = at + 1);
      at = this.#space(this.#comma(at));
    }
  }

  /** An object some of whose values are wanted. Recursive, but only as deep as the capture paths. */
  #record(start: number, nodes: readonly CaptureNode[]): number {
    let at = this.#space(start + 1);
    if (this.#bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const keyStart = at;
      const keyEnd = this.#key(at);
      const valueAt = this.#space(this.#colon(keyEnd));
      const node = this.#nodeOf(keyStart, keyEnd, nodes);
      if (node === undefined) at = this.#skip(valueAt);
      else {
        this.#forgetValues(node);
        const leadsOn = node.children.length > 0 && this.#bytes[valueAt] === OPEN_BRACE;
        at = leadsOn ? this.#record(valueAt, node.children) : this.#skip(valueAt);
        if (node.index >= 0) {
          this.captured[this.#base + node.index] = this.#bytes.toString('utf8', valueAt, at);
        }
      }
      at = this.#space(at);
      if (this.#bytes[at] === CLOSE_BRACE) return at + 1;
      at = this.#space(this.#comma(at));
    }
  }

  #forgetValues(node: CaptureNode): void {
    if (node.index >= 0) this.captured[this.#base + node.index] = undefined;
    for (const child of node.children) this.#forgetValues(child);
  }

  #nodeOf(keyStart: number, keyEnd: number, nodes: readonly CaptureNode[]): CaptureNode | undefined {
    for (const node of nodes) if (this.#isKey(keyStart, keyEnd, node.key)) return node;
    return undefined;
  }

  #isKey(keyStart: number, keyEnd: number, key: Buffer): boolean {
    if (keyEnd - keyStart !== key.length + 2) return false;
    for (let i = 0; i < key.length; i++) if (this.#bytes[keyStart + 1 + i] !== key[i]) return false;
    return true;
  }

  #key(at: number): number {
    if (this.#bytes[at] !== QUOTE) throw this.#unexpected(at, 'a key');
    return this.#string(at);
  }

  #colon(at: number): number {
    const colon = this.#space(at);
    if (this.#bytes[colon] !== COLON) throw this.#unexpected(colon, 'a colon');
    return colon + 1;
  }

  #comma(at: number): number {
    if (this.#bytes[at] !== COMMA) throw this.#unexpected(at, 'a comma or a closing bracket');
    return at + 1;
  }

  #space(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (;;) {
      const byte = bytes[at];
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
      else return at;
    }
  }

  /** Validates any value and returns where it ends. Not recursive, so depth costs no stack. */
  #skip(start: number): number {
    const bytes = this.#bytes;
    const stack = this.#stack;
    let depth = 0;
    let at = start;
    for (;;) {
      // A value is due at `at`.
      const byte = bytes[at];
      let opened = false;
      if (byte === QUOTE) at = this.#string(at);
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (depth >= MAX_DEPTH) throw new MalformedJsonError(at, `more than ${MAX_DEPTH} levels of nesting`);
        const isObject = byte === OPEN_BRACE;
        at = this.#space(at + 1);
        if (bytes[at] === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) at++;
        else {
          stack[depth++] = isObject ? 1 : 0;
          if (isObject) at = this.#space(this.#colon(this.#key(at)));
          opened = true;
        }
      } else at = this.#scalar(at);
      if (opened) continue;

      // A value has ended at `at`: close what closes, until another value is due.
      for (;;) {
        if (depth === 0) return at;
        at = this.#space(at);
        const next = bytes[at];
        const inObject = stack[depth - 1] === 1;
        if (next === COMMA) {
          at = this.#space(at + 1);
          if (inObject) at = this.#space(this.#colon(this.#key(at)));
          break;
        }
        if (next !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          throw this.#unexpected(at, 'a comma or a closing bracket');
        }
        depth--;
        at++;
      }
    }
  }

  /** @param start at the opening quote; @returns the place behind the closing one */
  #string(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = start + 1;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) at = this.#escape(at + 1);
      else if (byte < 0x20) throw new MalformedJsonError(at, 'a control character in a string');
    }
    throw new MalformedJsonError(end, 'the end inside a string');
  }

  /** @returns the last place of the escape */
  #escape(at: number): number {
    switch (this.#bytes[at]) {
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
          if (!isHexDigit(this.#bytes[at + i])) throw this.#unexpected(at + i, 'a hex digit');
        }
        return at + 4;
      default:
        throw this.#unexpected(at, 'an escape');
    }
  }

  #scalar(at: number): number {
    switch (this.#bytes[at]) {
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
      if (this.#bytes[at + i] !== word.charCodeAt(i)) throw this.#unexpected(at + i, word);
    }
    return at + word.length;
  }

  #number(start: number): number {
    const bytes = this.#bytes;
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
    while (isDigit(this.#bytes[at])) at++;
    if (at === start) throw this.#unexpected(at, 'a value');
    return at;
  }

  #unexpected(at: number, wanted: string): MalformedJsonError {
    return new MalformedJsonError(at, at >= this.#end ? `the end instead of ${wanted}` : `not ${wanted}`);
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/**
 * @param path keys down to the list of records; `[]` if it is the document itself
 * @param tree from captureTree
 * @param width number of paths in the tree
 * @param takesObject an object at the path counts as a list of one
 * @throws MalformedJsonError
 */
export function scanRecords(
  bytes: Buffer,
  path: FieldPath,
  tree: readonly CaptureNode[],
  width: number,
  takesObject = false,
): Scan {
  const scanner = new Scanner(bytes, path, tree, width, takesObject);
  scanner.document();
  const { found, ranges, captured, allObjects, listStart, listEnd } = scanner;
  const envelope =
    found === 'list'
      ? `${bytes.toString('utf8', 0, listStart)}[]${bytes.toString('utf8', listEnd)}`
      : bytes.toString('utf8');
  return { found, ranges, captured, allObjects, envelope: JSON.parse(envelope) as JsonValue };
}
