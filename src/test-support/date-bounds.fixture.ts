import fc from 'fast-check';
import { HOUR_MS } from '../declarative/durations.js';

/** How an API reads the bounds of its date filter. None of it is documented by the vendors. */
export interface DateBounds {
  readonly fromInclusive: boolean;
  readonly toInclusive: boolean;
  /** ms between UTC and the midnight of a bare date. */
  readonly zone: number;
}

export const dateBounds = fc.record<DateBounds>({
  fromInclusive: fc.boolean(),
  toInclusive: fc.boolean(),
  zone: fc.integer({ min: -12, max: 12 }).map((hours) => hours * HOUR_MS),
});

/**
 * Whether an API with these bounds counts a record to what is asked for.
 * @param time Unix ms
 * @param from, to the request's parameters, if it has them
 */
export function isWithin(
  time: number,
  from: string | undefined,
  to: string | undefined,
  { fromInclusive, toInclusive, zone }: DateBounds,
): boolean {
  const bound = (text: string): number => Date.parse(text) + (text.length === 10 ? zone : 0);
  if (from !== undefined && (fromInclusive ? time < bound(from) : time <= bound(from))) return false;
  return to === undefined || (toInclusive ? time <= bound(to) : time < bound(to));
}
