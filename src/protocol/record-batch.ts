import type { StreamDescriptor } from './messages.js';

/**
 * Records of one page, still as the bytes that the API sent. They leave as `RECORD` lines without being
 * parsed and printed again, because that would round integers beyond 2^53 and change `1.0`, key order and
 * escapes. The idea of a fixed template around the data is that of Airbyte's Kotlin CDK.
 */
export interface RecordBatch {
  /** The page. Must be valid JSON in valid UTF-8. */
  readonly bytes: Buffer;
  /** Start and end (exclusive) of each record in `bytes`: s0, e0, s1, e1, … */
  readonly ranges: readonly number[];
  /** Fields to add to each record, as `"key":value` without a leading comma; empty for none. */
  readonly addedFields?: string;
  /** For lists of plain strings or numbers: the name under which the value becomes an object's only field. */
  readonly wrapAs?: string;
}

export const recordCountOf = ({ ranges }: RecordBatch): number => ranges.length / 2;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACE = 0x7b;
const SUFFIX = Buffer.from('}}\n');

/**
 * The RECORD lines of a batch as one chunk of bytes.
 * @param emittedAt Unix time in ms
 * @param allocate a buffer of at least so many bytes, whatever they hold
 */
export function encodeRecords(
  { name, namespace }: StreamDescriptor,
  emittedAt: number,
  batch: RecordBatch,
  allocate: (size: number) => Buffer = (size) => Buffer.allocUnsafe(size),
): Buffer {
  const wrap = batch.wrapAs === undefined ? '' : `{${JSON.stringify(batch.wrapAs)}:`;
  const stream = JSON.stringify({ stream: name, ...(namespace === undefined ? {} : { namespace }) });
  const prefix = Buffer.from(
    `{"type":"RECORD","record":${stream.slice(0, -1)},"emitted_at":${emittedAt},"data":${wrap}`,
  );
  const added = Buffer.from(batch.addedFields ?? '');
  const { bytes, ranges } = batch;
  const hasLineBreaks = [bytes, added].some(
    (one) => one.includes(LINE_FEED) || one.includes(CARRIAGE_RETURN),
  );
  let size = 0;
  for (let i = 0; i < ranges.length; i += 2) size += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0);
  size += recordCountOf(batch) * (prefix.length + SUFFIX.length + added.length + 2);

  const out = allocate(size);
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const start = ranges[i] ?? 0;
    const end = ranges[i + 1] ?? 0;
    at += prefix.copy(out, at);
    const dataStart = at;
    if (wrap !== '') {
      at += bytes.copy(out, at, start, end);
      if (added.length > 0) out[at++] = COMMA;
      at += added.copy(out, at);
      out[at++] = CLOSE_BRACE;
    } else if (added.length === 0) {
      at += bytes.copy(out, at, start, end);
    } else {
      at = copyWithFields(bytes, start, end, added, out, at);
    }
    if (hasLineBreaks) joinLines(out, dataStart, at);
    at += SUFFIX.copy(out, at);
  }
  return out.subarray(0, at);
}

/** Copies an object and puts the fields before its closing brace. */
function copyWithFields(
  bytes: Buffer,
  start: number,
  end: number,
  added: Buffer,
  out: Buffer,
  to: number,
): number {
  let at = to + bytes.copy(out, to, start, end - 1);
  let last = at - 1;
  while (last > to && (out[last] ?? 0) <= SPACE) last--;
  if (out[last] !== OPEN_BRACE) out[at++] = COMMA;
  at += added.copy(out, at);
  out[at++] = CLOSE_BRACE;
  return at;
}

/**
 * Inside valid JSON a raw line break is white space (in a string it would be escaped), so a space means the
 * same, and the record stays on one line.
 */
function joinLines(out: Buffer, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const byte = out[i];
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) out[i] = SPACE;
  }
}
