import { isUtf8 } from 'node:buffer';
import { isObject } from '../../protocol/json-object.js';
import type { JsonValue } from '../../protocol/messages.js';
import type { DpathExtractor, FieldPath, RecordSelector } from '../components.js';
import type { CapturedValues } from './captured-values.js';
import { recordScanner } from './json-scanner.js';
import type { Scan } from './json-scanner.js';

const BYTE_ORDER_MARK = 0xef;
const SPACE = 0x20;
const OPEN_BRACKET = 0x5b;

/** The records of one answer, and what stands around them. */
export interface SelectedPage {
  readonly bytes: Buffer;
  readonly recordCount: number;
  /** Start and end of each record in `bytes`. */
  readonly ranges: readonly number[];
  /** For each record in turn, each value that was asked for. */
  readonly captured: CapturedValues;
  readonly envelope: JsonValue;
  /** Why the answer has no records to read, though it is JSON; undefined if it has (or an empty list). */
  readonly problem: string | undefined;
  /** Whether bytes that are not UTF-8 had to be replaced by U+FFFD. */
  readonly repaired: boolean;
}

export type SelectRecords = (body: Buffer) => SelectedPage;

/** The value at a path of parsed JSON, if it is there. */
export function valueAt(value: JsonValue, path: FieldPath): JsonValue | undefined {
  let node: JsonValue | undefined = value;
  for (const key of path) {
    if (!isObject(node)) return undefined;
    node = node[key];
  }
  return node;
}

/**
 * Prepares the selection of a stream's records.
 * @param capture paths of the values wanted from each record, in the order of `SelectedPage.captured`
 * @returns a function from a body to its records; it throws MalformedJsonError and JsonLimitError
 */
export function recordSelector(definition: RecordSelector, capture: readonly FieldPath[]): SelectRecords {
  const { field_path, extensions } = definition.extractor;
  const takesObject = extensions?.single_object !== undefined;
  const scanAtPath = recordScanner(field_path, capture, takesObject);
  const scanRoot = recordScanner([], capture, takesObject);

  return (body) => {
    let bytes = body[0] === BYTE_ORDER_MARK && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
    const repaired = !isUtf8(bytes);
    // Asking again would bring the same bytes; a replaced character loses less than a failed stream.
    if (repaired) bytes = Buffer.from(bytes.toString('utf8'));
    const isRootList = extensions?.or_root_list === true && startsWithList(bytes);
    const path = isRootList ? [] : field_path;
    const scan = isRootList ? scanRoot(bytes) : scanAtPath(bytes);
    return { ...scan, bytes, repaired, problem: problemOf(scan, path, extensions) };
  };
}

function startsWithList(bytes: Buffer): boolean {
  return bytes.find((byte) => byte > SPACE) === OPEN_BRACKET;
}

function problemOf(
  scan: Scan,
  path: FieldPath,
  extensions: DpathExtractor['extensions'],
): string | undefined {
  const name = path.length === 0 ? 'the answer' : `"${path.join('.')}"`;
  if (scan.found === 'nothing') return `the answer has no ${name}`;
  if (extensions?.single_object !== undefined) {
    const { with_field: field } = extensions.single_object;
    if (scan.found !== 'object') return `${name} is not an object`;
    return valueAt(scan.envelope, [...path, field]) === undefined ? `${name} has no "${field}"` : undefined;
  }
  if (extensions?.or_null === true && valueAt(scan.envelope, path) === null) return undefined;
  if (scan.found !== 'list') return `${name} is not a list`;
  if (!scan.allObjects && extensions?.wrap_as === undefined)
    return `${name} holds something that is not an object`;
  return undefined;
}
