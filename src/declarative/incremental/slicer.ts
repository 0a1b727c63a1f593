/** How a range of time is cut into smaller ones. Times are Unix ms. */
import { addDuration } from '../datetime.js';
import type { Duration } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { TimeRange } from '../stream-slice.js';

/** Parts into which a range is cut at a time when the API does not say how much it holds. */
const BLIND_PARTS = 8;

/**
 * Cuts a range into about equal parts, at midnight (UTC), so that an API that cuts the bounds of its filter
 * to the day still answers each of them fully. For the same reason no part is shorter than a day.
 * @returns fewer parts, or the range itself, where it is too short
 */
export function evenRanges(range: TimeRange, parts: number): TimeRange[] {
  // The number comes from the API, which may name any.
  const most = 2 * Math.ceil((range.end - range.start) / DAY_MS) + 1;
  const count = Math.min(parts, most);
  const length = (range.end - range.start) / count;
  const cuts = Array.from(
    { length: count - 1 },
    (_, i) => Math.round((range.start + (i + 1) * length) / DAY_MS) * DAY_MS,
  ).filter((cut) => cut > range.start && cut < range.end);
  const bounds = [...new Set([range.start, ...cuts, range.end])];
  return bounds.slice(1).map((end, i) => ({ start: bounds[i] ?? range.start, end }));
}

/** Cuts a range into ranges of one step each; the last may be shorter. */
export function rangesByStep(range: TimeRange, step: Duration): TimeRange[] {
  const ranges: TimeRange[] = [];
  for (let start = range.start; start < range.end;) {
    const end = Math.min(addDuration(start, step), range.end);
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

/**
 * Into how many parts a range is cut of which only is known that it holds more than a page: few at a time,
 * so that a thin account costs few requests, and none shorter than a step.
 * @returns 1 if it should not be cut
 */
export function blindParts(range: TimeRange, step: Duration): number {
  const length = addDuration(range.start, step) - range.start;
  return Math.max(1, Math.min(BLIND_PARTS, Math.floor((range.end - range.start) / length)));
}
