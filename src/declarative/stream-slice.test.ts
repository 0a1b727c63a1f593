import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawToText, subtractRanges, tokenText } from './stream-slice.js';
import type { TimeRange } from './stream-slice.js';

const range = fc
  .tuple(fc.nat({ max: 30 }), fc.nat({ max: 10 }))
  .map(([start, length]): TimeRange => ({ start, end: start + length }));

describe('subtractRanges', () => {
  test('leaves exactly the moments that are in the range and in none of the others, in order', () => {
    fc.assert(
      fc.property(range, fc.array(range, { maxLength: 8 }), (whole, taken) => {
        const left = subtractRanges(whole, taken);
        const isIn = (at: number, list: readonly TimeRange[]) =>
          list.some((one) => at >= one.start && at < one.end);
        for (let at = -1; at < 42; at++) {
          expect([at, isIn(at, left)]).toEqual([at, isIn(at, [whole]) && !isIn(at, taken)]);
        }
        expect(left.every((one) => one.start < one.end)).toBe(true);
        expect(left.slice(1).every((one, i) => one.start >= (left[i]?.end ?? 0))).toBe(true);
      }),
    );
  });

  test('does not reorder what it is given', () => {
    const taken = [
      { start: 5, end: 6 },
      { start: 1, end: 2 },
    ];
    expect(subtractRanges({ start: 0, end: 7 }, taken)).toEqual([
      { start: 0, end: 1 },
      { start: 2, end: 5 },
      { start: 6, end: 7 },
    ]);
    expect(taken[0]?.start).toBe(5);
  });
});

test.each([
  ['"a b"', 'a b'],
  ['"\\u00e9\\"\\/"', 'é"/'],
  ['12345678901234567890', '12345678901234567890'],
  ['1.0', '1.0'],
  ['true', 'true'],
])('rawToText makes of %s the text %s', (raw, text) => {
  expect(rawToText(raw)).toBe(text);
});

test('tokenText takes texts and numbers, and all else for the end', () => {
  expect(['abc', 7, 0].map(tokenText)).toEqual(['abc', '7', '0']);
  for (const end of [undefined, null, '', 'null', true, false, {}, []])
    expect(tokenText(end)).toBeUndefined();
});
