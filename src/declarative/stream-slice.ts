import type { JsonValue } from '../protocol/messages.js';

/** A half-open range of time [start, end), in Unix ms. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** What one partition adds to a request: values for the path, for request parameters, for new fields. */
export interface StreamPartition {
  /** By partition field. Raw JSON, so that a large id is not rounded. */
  readonly values: ReadonlyMap<string, string>;
  /** Raw JSON of the parent record's cursor, for streams that carry it. */
  readonly parentCursor?: string;
}

export const NO_PARTITION: StreamPartition = { values: new Map() };

/** The unit of reading and of state: closed as a whole or not at all. */
export interface StreamSlice extends TimeRange {
  /** The range reaches to the end of the sync: newer records are taken too. */
  readonly isLast: boolean;
  /** The request carries the range, so the API is trusted to send its records only. */
  readonly filtered: boolean;
  /** Others of the same list are read, or were: that it has no records would be believed although they have some. */
  readonly isPart?: true;
  /** The range is about changes: of records that are older than all other slices of the sync. */
  readonly ofChanges?: true;
}

/** What is left of a range when others are taken out of it. */
export function subtractRanges(range: TimeRange, taken: readonly TimeRange[]): TimeRange[] {
  let start = range.start;
  const left: TimeRange[] = [];
  for (const one of [...taken].sort((a, b) => a.start - b.start)) {
    if (one.start > start) left.push({ start, end: Math.min(one.start, range.end) });
    start = Math.max(start, one.end);
    if (start >= range.end) break;
  }
  if (start < range.end) left.push({ start, end: range.end });
  return left.filter((one) => one.start < one.end);
}

/** The text of a raw JSON value as it stands in a URL: a string without its quotes, a number as it is. */
export function rawToText(raw: string): string {
  return raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
}

/** A value of parsed JSON as text; undefined for what ends a list: null, missing, "" and "null". */
export function tokenText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : undefined;
}
