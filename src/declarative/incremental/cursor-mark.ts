import type { JsonValue } from '../../protocol/messages.js';
import { parseTimestamp } from '../datetime.js';

/** A cursor value: its time, and its spelling in the record it came from. */
export interface CursorMark {
  /** Unix ms. */
  readonly time: number;
  readonly text: string;
}

/** A value of a state as a mark, if it is a timestamp. */
export function toMark(value: JsonValue | undefined): CursorMark | undefined {
  if (typeof value !== 'string') return undefined;
  const time = parseTimestamp(value);
  return time === undefined ? undefined : { time, text: value };
}

/** The newer of two marks. */
export function newerMark(a: CursorMark | undefined, b: CursorMark | undefined): CursorMark | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.time > a.time ? b : a;
}
