/**
 * Finds the records of a page without parsing them: one pass over the bytes validates the JSON, marks where
 * each record starts and ends, and picks out a few values (cursor, key, parent id). Parsing and printing
 * again would round integers beyond 2^53 and cost about five times as much.
 *
 * json-scanner-properties.test.ts holds it against JSON.parse.
 */
import type { JsonValue } from '../../protocol/messages.js';
import type { FieldPath } from '../components.js';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  JsonGrammar,
  JsonLimitError,
  MalformedJsonError,
  OPEN_BRACE,
  OPEN_BRACKET,
} from './json-grammar.js';

/** A tree of the paths to capture: at each object, which keys lead on and which are wanted. */
export interface CaptureNode {
  readonly key: Buffer;
  /** Places of the value in `captured`; none for a key that only leads on. */
  readonly places: readonly number[];
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
    places: below
      .filter(({ path }) => path.length === prefix.length + 1 && path[prefix.length] === key)
      .map(({ index }) => index),
    children: captureTree(
      paths.map((path, index) => (below.some((one) => one.index === index) ? path : [])),
      [...prefix, key],
    ),
  }));
}

/** Records of one page; each costs memory besides its bytes, and no API has such pages. */
const MAX_RECORDS = 100_000;
/** Characters around the records, which are parsed. */
const MAX_ENVELOPE = 1024 * 1024;

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

class Scanner extends JsonGrammar {
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
  readonly #takesObject: boolean;

  constructor(
    bytes: Buffer,
    path: FieldPath,
    tree: readonly CaptureNode[],
    width: number,
    takesObject: boolean,
  ) {
    super(bytes);
    this.#takesObject = takesObject;
    this.#path = path;
    this.#tree = tree;
    this.#width = width;
  }

  document(): void {
    let at = this.space(0);
    at = this.#value(at, 0);
    at = this.space(at);
    if (at < this.bytes.length) throw new MalformedJsonError(at, 'text behind the end');
  }

  /** A value on the way to the list: `level` keys of the path lie behind it. */
  #value(at: number, level: number): number {
    const first = this.bytes[at];
    if (level === this.#path.length) {
      this.found = first === OPEN_BRACKET ? 'list' : first === OPEN_BRACE ? 'object' : 'scalar';
      if (this.found === 'object' && this.#takesObject) return this.#single(at);
      return first === OPEN_BRACKET ? this.#list(at) : this.skip(at);
    }
    return first === OPEN_BRACE ? this.#objectOnPath(at, level) : this.skip(at);
  }

  #objectOnPath(start: number, level: number): number {
    const wanted = Buffer.from(JSON.stringify(this.#path[level] ?? '').slice(1, -1));
    let at = this.space(start + 1);
    if (this.bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const keyEnd = this.key(at);
      const valueAt = this.space(this.colon(keyEnd));
      const isWanted = this.#isKey(at, keyEnd, wanted);
      if (isWanted) this.#forget();
      at = this.space(isWanted ? this.#value(valueAt, level + 1) : this.skip(valueAt));
      if (this.bytes[at] === CLOSE_BRACE) return at + 1;
      at = this.space(this.comma(at));
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
    let at = this.space(start + 1);
    if (this.bytes[at] === CLOSE_BRACKET) return (this.listEnd = at + 1);
    for (;;) {
      const recordStart = at;
      this.#base = this.captured.length;
      for (let i = 0; i < this.#width; i++) this.captured.push(undefined);
      if (this.bytes[at] === OPEN_BRACE) at = this.#record(at, this.#tree);
      else {
        this.allObjects = false;
        at = this.skip(at);
      }
      this.ranges.push(recordStart, at);
      if (this.ranges.length > 2 * MAX_RECORDS) {
        throw new JsonLimitError(`more than ${MAX_RECORDS} records`);
      }
      at = this.space(at);
      if (this.bytes[at] === CLOSE_BRACKET) return (this.listEnd = at + 1);
      at = this.space(this.comma(at));
    }
  }

  /** An object some of whose values are wanted. Recursive, but only as deep as the capture paths. */
  #record(start: number, nodes: readonly CaptureNode[]): number {
    let at = this.space(start + 1);
    if (this.bytes[at] === CLOSE_BRACE) return at + 1;
    for (;;) {
      const keyStart = at;
      const keyEnd = this.key(at);
      const valueAt = this.space(this.colon(keyEnd));
      const node = this.#nodeOf(keyStart, keyEnd, nodes);
      if (node === undefined) at = this.skip(valueAt);
      else {
        this.#forgetValues(node);
        const leadsOn = node.children.length > 0 && this.bytes[valueAt] === OPEN_BRACE;
        at = leadsOn ? this.#record(valueAt, node.children) : this.skip(valueAt);
        if (node.places.length > 0) this.#capture(node, this.bytes.toString('utf8', valueAt, at));
      }
      at = this.space(at);
      if (this.bytes[at] === CLOSE_BRACE) return at + 1;
      at = this.space(this.comma(at));
    }
  }

  #capture({ places }: CaptureNode, raw: string | undefined): void {
    for (const place of places) this.captured[this.#base + place] = raw;
  }

  #forgetValues(node: CaptureNode): void {
    this.#capture(node, undefined);
    for (const child of node.children) this.#forgetValues(child);
  }

  #nodeOf(keyStart: number, keyEnd: number, nodes: readonly CaptureNode[]): CaptureNode | undefined {
    for (const node of nodes) if (this.#isKey(keyStart, keyEnd, node.key)) return node;
    return undefined;
  }

  #isKey(keyStart: number, keyEnd: number, key: Buffer): boolean {
    if (keyEnd - keyStart !== key.length + 2) return false;
    for (let i = 0; i < key.length; i++) if (this.bytes[keyStart + 1 + i] !== key[i]) return false;
    return true;
  }
}

/**
 * @param path keys down to the list of records; `[]` if it is the document itself
 * @param tree from captureTree
 * @param width number of paths in the tree
 * @param takesObject an object at the path counts as a list of one
 * @throws MalformedJsonError, JsonLimitError
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
  const around = bytes.length - (found === 'list' ? listEnd - listStart : 0);
  if (around > MAX_ENVELOPE) {
    throw new JsonLimitError(`more than ${MAX_ENVELOPE} bytes around the records`);
  }
  const envelope =
    found === 'list'
      ? `${bytes.toString('utf8', 0, listStart)}[]${bytes.toString('utf8', listEnd)}`
      : bytes.toString('utf8');
  return { found, ranges, captured, allObjects, envelope: JSON.parse(envelope) as JsonValue };
}
