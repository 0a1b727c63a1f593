/**
 * Finds the records of a page without parsing them: one pass over the bytes validates the JSON, marks where
 * each record starts and ends, and picks out a few values (cursor, key, parent id). Parsing and printing
 * again would round integers beyond 2^53 and cost about seven times as much. The pass itself stands in
 * assembly/json-scanner.ts.
 *
 * json-scanner-properties.test.ts holds it against JSON.parse.
 */
import type { JsonValue } from '../../protocol/messages.js';
import type { FieldPath } from '../components.js';
import { CapturedValues } from './captured-values.js';
import { JsonLimitError, MalformedJsonError } from './json-errors.js';
import { PLAIN_SCANNER, SIMD_SCANNER } from './json-scanner.wasm.js';
import { keyTable } from './key-table.js';
import type { KeyTable } from './key-table.js';

export interface Scan {
  /** What stands at the path. Only a list has ranges, or an object that is taken for the only record. */
  readonly found: 'list' | 'object' | 'scalar' | 'nothing';
  /** How many elements the list has. */
  readonly recordCount: number;
  /** s0, e0, s1, e1, …: the bytes of each element. */
  readonly ranges: readonly number[];
  /** For each element in turn, one for each captured path. */
  readonly captured: CapturedValues;
  /** Whether each element is an object. */
  readonly allObjects: boolean;
  /** The document with the list left empty. */
  readonly envelope: JsonValue;
}

/** Characters around the records, which are parsed. */
const MAX_ENVELOPE = 1024 * 1024;

/** What assembly/json-scanner.ts exports. */
interface Scanner extends Record<
  'RESULT' | 'KEYS' | 'PAGE' | 'LANES' | 'MAX_DEPTH' | 'MAX_RECORDS',
  WebAssembly.Global
> {
  readonly memory: WebAssembly.Memory;
  /** @returns the address of the records' entries */
  readonly scan: (
    length: number,
    path: number,
    captured: number,
    values: number,
    takesObject: 0 | 1,
  ) => number;
}

// Its codes.
const EXPECTED = [
  'a value',
  'a key',
  'a colon',
  'a comma or a closing bracket',
  'an escape',
  'a hex digit',
  'true',
  'false',
  'null',
];
const CONTROL_CHARACTER = 9;
const TEXT_BEHIND = 10;
const TOO_DEEP = 11;
const TOO_MANY = 12;
const FOUND = ['nothing', 'list', 'object', 'scalar'] as const;

/** Unit in which WebAssembly's memory grows, bytes. */
const GROWTH = 65_536;
/** Pages that are larger are few: the memory that they have taken is given back with the next one that is not. Bytes. */
const USUAL = 4 * 1024 * 1024;

// Virtual machines may have processors without SSE4.1, which the usual one needs.
const simd = Buffer.from(SIMD_SCANNER, 'base64');
const MODULE = new WebAssembly.Module(
  WebAssembly.validate(simd) ? simd : Buffer.from(PLAIN_SCANNER, 'base64'),
);

function newScanner(): Scanner {
  const fail = (code: number, at: number, isEnd: number): void => {
    throw refusal(code, at, isEnd === 1);
  };
  return new WebAssembly.Instance(MODULE, { host: { fail } }).exports as Scanner;
}

/** Its memory serves all scans, one after the other: none waits for anything. */
let scanner = newScanner();
const RESULT = scanner.RESULT.value;
const KEYS = scanner.KEYS.value;
const PAGE = scanner.PAGE.value;
/** Behind a page: its scan stops there in any case. */
const ZEROS = scanner.LANES.value;

/** @param at offset of the byte that should not be there. @param isEnd whether there is none any more */
function refusal(code: number, at: number, isEnd: boolean): Error {
  const expected = EXPECTED[code];
  if (expected !== undefined) {
    return new MalformedJsonError(at, isEnd ? `the end instead of ${expected}` : `not ${expected}`);
  }
  switch (code) {
    case CONTROL_CHARACTER:
      return new MalformedJsonError(
        at,
        isEnd ? 'the end inside a string' : 'a control character in a string',
      );
    case TEXT_BEHIND:
      return new MalformedJsonError(at, 'text behind the end');
    case TOO_DEEP:
      return new JsonLimitError(`more than ${scanner.MAX_DEPTH.value} levels of nesting`);
    case TOO_MANY:
      return new JsonLimitError(`more than ${scanner.MAX_RECORDS.value} records`);
    default:
      return new JsonLimitError('more records than there is memory for');
  }
}

export type ScanRecords = (bytes: Buffer) => Scan;

/**
 * @param path keys down to the list of records; `[]` if it is the document itself
 * @param capture paths of the values that are wanted from each record
 * @param takesObject an object at the path counts as a list of one
 * @returns a function that throws MalformedJsonError and JsonLimitError
 */
export function recordScanner(
  path: FieldPath,
  capture: readonly FieldPath[],
  takesObject = false,
): ScanRecords {
  const keys = keyTable(path, capture, KEYS);
  if (KEYS + keys.bytes.length > PAGE) throw new Error('more keys are to be captured than there is room for');
  return (bytes) => resultOf(bytes, run(bytes, keys, capture.length, takesObject), capture.length);
}

/** @returns where the records' entries are, in 32-bit numbers */
function run(bytes: Buffer, keys: KeyTable, values: number, takesObject: boolean): number {
  const end = PAGE + bytes.length;
  // Not after each: memory that is let go stays until it is collected. The entries may take as much as the page.
  if (scanner.memory.buffer.byteLength > 2 * USUAL && bytes.length <= USUAL) scanner = newScanner();
  const { memory, scan } = scanner;
  const missing = end + ZEROS - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / GROWTH));
  const all = new Uint8Array(memory.buffer);
  all.set(keys.bytes, KEYS);
  all.set(bytes, PAGE);
  all.fill(0, end, end + ZEROS);
  return scan(bytes.length, keys.path, keys.captured, values, takesObject ? 1 : 0) / 4;
}

function resultOf(bytes: Buffer, entries: number, values: number): Scan {
  const numbers = new Int32Array(scanner.memory.buffer);
  const [what = 0, areObjects = 0, listStart = 0, listEnd = 0, records = 0] = numbers.subarray(RESULT / 4);
  const found = FOUND[what] ?? 'nothing';
  const ranges = new Array<number>(2 * records);
  const captured = new Array<number>(2 * values * records);
  let next = entries;
  const offset = (): number => (numbers[next++] ?? 0) - PAGE;
  for (let record = 0; record < records; record++) {
    ranges[2 * record] = offset();
    ranges[2 * record + 1] = offset();
    for (let i = 2 * values * record; i < 2 * values * (record + 1); i++) captured[i] = offset();
  }
  const [start, end] = found === 'list' ? [listStart - PAGE, listEnd - PAGE] : [bytes.length, bytes.length];
  if (start + bytes.length - end > MAX_ENVELOPE) {
    throw new JsonLimitError(`more than ${MAX_ENVELOPE} bytes around the records`);
  }
  const list = found === 'list' ? '[]' : '';
  const envelope = `${bytes.toString('utf8', 0, start)}${list}${bytes.toString('utf8', end)}`;
  return {
    found,
    recordCount: records,
    ranges,
    captured: new CapturedValues(bytes, captured),
    allObjects: areObjects === 1,
    envelope: JSON.parse(envelope) as JsonValue,
  };
}
