import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestParameter } from '../components.js';
import { recordSelector } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { paginate } from './paginator.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  [],
);
const page = (token: string, ...data: number[]): SelectedPage =>
  select(Buffer.from(JSON.stringify({ data, token })));
const transient = expect.objectContaining({ failureType: 'transient_error' });

describe('a loop of tokens', () => {
  /** Follows tokens as long as they lead on, at most `limit` of them. @returns how many were followed */
  function follow(tokenAt: (step: number) => string, limit: number): number {
    const paginator = paginate({
      type: 'DefaultPaginator',
      pagination_strategy: { type: 'CursorPagination', page_size: 9, cursor_value: { response: ['token'] } },
      page_size_option: requestParameter('size'),
      page_token_option: requestParameter('token'),
    });
    for (let step = 0; step < limit; step++) paginator.next(page(tokenAt(step), step));
    return limit;
  }

  test.each([
    ['of two', 'ABAB'],
    ['of three behind others', 'XYZABCABCABCABCABCABC'],
  ])('%s is found', (_, letters) => {
    expect(() => follow((step) => letters.charAt(step), letters.length)).toThrow(transient);
  });

  test('of any length, however late it begins, is found within a few rounds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 200 }), (before, length) => {
        const tokenAt = (step: number) => String(step < before ? step : before + ((step - before) % length));
        expect(() => follow(tokenAt, 3 * (before + length) + 2)).toThrow(transient);
      }),
    );
  });

  test('is not seen in tokens that all differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 300 }), (texts) => {
        const tokens = texts.filter((text) => text !== 'null');
        expect(follow((step) => tokens[step] ?? '', tokens.length)).toBe(tokens.length);
      }),
    );
  });
});

describe('a list by tokens that does not say where it ends', () => {
  const walk = () =>
    paginate({
      type: 'DefaultPaginator',
      pagination_strategy: { type: 'CursorPagination', page_size: 9, cursor_value: { response: ['token'] } },
      page_size_option: requestParameter('size'),
      page_token_option: requestParameter('token'),
    });

  test('ends with an empty page that has the token by which it was asked for, and comes twice', () => {
    const list = walk();
    expect(list.next(page('A', 1))).toEqual({ size: '9', token: 'A' });
    expect(list.next(page('A'))).toEqual({ size: '9', token: 'A' });
    expect(list.next(page('A'))).toBeUndefined();
  });

  test('goes on behind an empty page that had no records by mistake', () => {
    const list = walk();
    list.next(page('A', 1));
    list.next(page('A'));
    expect(list.next(page('B', 2))).toEqual({ size: '9', token: 'B' });
  });

  test('does not end so with a page that has records', () => {
    const list = walk();
    list.next(page('A', 1));
    expect(() => list.next(page('A', 2))).toThrow(transient);
  });

  test('ends with the twentieth empty page in a row, whatever their tokens', () => {
    const list = walk();
    const followed = Array.from({ length: 30 }, (_, i) => list.next(page(`t${i}`))).filter(
      (one) => one !== undefined,
    );
    expect(followed).toHaveLength(19);
    const other = walk();
    const between = (i: number) => (i % 10 === 0 ? page(`t${i}`, i) : page(`t${i}`));
    for (let i = 0; i < 100; i++) expect(other.next(between(i))).toBeDefined();
  });
});
