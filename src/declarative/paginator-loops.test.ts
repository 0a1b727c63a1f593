import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { requestParameter } from './components.js';
import { paginate } from './paginator.js';
import { recordSelector } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  [],
);
const page = (token: string): SelectedPage => select(Buffer.from(JSON.stringify({ data: [], token })));
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
    for (let step = 0; step < limit; step++) paginator.next(page(tokenAt(step)));
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
