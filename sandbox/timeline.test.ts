import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS } from '../src/declarative/durations.js';
import { createTimeline } from './timeline.js';

const START = Date.parse('2024-01-01T00:00:00Z');

describe('timeline', () => {
  it('never goes back, stays in its bounds and finds any time again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 900 * DAY_MS }),
        fc.integer({ min: -DAY_MS, max: 901 * DAY_MS }),
        (count, length, wanted) => {
          const now = START + length;
          const timeline = createTimeline(count, START, now);
          const times = Array.from({ length: count }, (_, index) => timeline.at(index));
          const found = times.findIndex((time) => time >= START + wanted);
          expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0))).toBe(true);
          expect(times.every((time) => time >= START && time <= now && time % 1000 === 0)).toBe(true);
          expect(timeline.lowerBound(START + wanted)).toBe(found === -1 ? count : found);
        },
      ),
    );
  });

  it('has shared seconds, midnights, both ends of months, and records on the last day', () => {
    const now = Date.parse('2025-03-17T15:42:07Z');
    const timeline = createTimeline(2000, START, now);
    const stamps = Array.from({ length: 2000 }, (_, index) => new Date(timeline.at(index)).toISOString());
    expect(new Set(stamps).size).toBeLessThan(1600);
    expect(stamps.filter((stamp) => stamp.endsWith('T00:00:00.000Z')).length).toBeGreaterThan(50);
    expect(stamps).toContain('2024-06-01T00:00:00.000Z');
    expect(stamps).toContain('2024-06-30T23:59:59.000Z');
    expect(stamps.filter((stamp) => stamp.startsWith('2025-03-17')).length).toBeGreaterThan(50);
    expect(stamps.at(-1)).toBe('2025-03-17T15:42:07.000Z');
  });
});
