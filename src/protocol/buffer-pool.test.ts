import { describe, expect, test } from '@jest/globals';
import { BufferPool } from './buffer-pool.js';

describe('a buffer', () => {
  test('is large enough, and comes again once it was given back', () => {
    const pool = new BufferPool();
    const first = pool.take(100_000);
    expect(first.length).toBeGreaterThanOrEqual(100_000);
    expect(pool.take(100_000)).not.toBe(first);
    pool.giveBack(first);
    expect(pool.take(90_000)).toBe(first);
  });

  test('that is too small stays where it is', () => {
    const pool = new BufferPool();
    const small = pool.take(10);
    pool.giveBack(small);
    expect(pool.take(1_000_000).length).toBeGreaterThanOrEqual(1_000_000);
    expect(pool.take(10)).toBe(small);
  });

  test('is not kept if it is very large, nor are many', () => {
    const pool = new BufferPool();
    const large = pool.take(5_000_000);
    pool.giveBack(large);
    expect(pool.take(10)).not.toBe(large);
    const many = Array.from({ length: 10 }, () => pool.take(10));
    many.forEach((one) => pool.giveBack(one));
    const again = Array.from({ length: 10 }, () => pool.take(10));
    expect(again.filter((one) => many.includes(one))).toHaveLength(4);
  });
});
