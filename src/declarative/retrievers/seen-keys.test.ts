import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { capturedOf } from '../../test-support/captured-values.fixture.js';
import { keyOf, SeenKeys } from './seen-keys.js';

describe('the key of a record', () => {
  test.each([
    ['7', 7],
    ['12345678901234567890', '12345678901234567890'],
    ['"7"', '"7"'],
    ['7.0', '7.0'],
    ['null', undefined],
    [undefined, undefined],
  ])('that is %s is %p', (raw, key) => {
    expect(keyOf(capturedOf('1', raw), 1, [0])).toBe(key);
  });

  test('of several values is all of them', () => {
    expect(keyOf(capturedOf('7', '"a"'), 0, [0, 1])).toBe('7 "a"');
    expect(keyOf(capturedOf('7', 'null'), 0, [0, 1])).toBeUndefined();
  });

  test('is nothing where nothing tells records apart', () => {
    expect(keyOf(capturedOf('7'), 0, [])).toBeUndefined();
  });
});

describe('keys that were seen', () => {
  test('are those that were added, whatever their numbers', () => {
    const number = fc.oneof(
      fc.nat({ max: 40 }),
      fc.maxSafeNat().map((one) => one % 1e15),
      // Far apart by powers of two, as if to meet in one place.
      fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 33 })).map(([a, b]) => a * 2 ** b),
    );
    const key = fc.oneof(
      { weight: 4, arbitrary: number },
      { weight: 1, arbitrary: fc.nat({ max: 40 }).map(String) },
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 1500, size: 'max' }), (keys) => {
        const seen = new SeenKeys();
        const wanted = new Set<number | string>();
        for (const one of keys) {
          expect(seen.has(one)).toBe(wanted.has(one));
          seen.add(one);
          wanted.add(one);
        }
        for (const one of keys) expect(seen.has(one)).toBe(true);
        for (let one = 0; one < 60; one++) expect(seen.has(one)).toBe(wanted.has(one));
      }),
      { numRuns: 50 },
    );
  });

  test('are forgotten in halves, the older one first, and it is known that they were', () => {
    const seen = new SeenKeys();
    const add = (from: number, to: number): void => {
      for (let i = from; i < to; i++) seen.add(i % 2 === 0 ? i : `"${i}"`);
    };
    add(0, 40_000);
    expect([seen.has(0), seen.has('"1"'), seen.hasForgotten]).toEqual([true, true, false]);
    add(40_000, 40_001);
    expect([seen.has(0), seen.has('"1"'), seen.hasForgotten]).toEqual([false, false, true]);
    expect([seen.has(20_000), seen.has(40_000)]).toEqual([true, true]);
  });
});
