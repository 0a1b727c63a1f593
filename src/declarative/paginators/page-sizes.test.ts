import { describe, expect, test } from '@jest/globals';
import { recordSelector } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { PageSizes } from './page-sizes.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  [],
);
const page = (size: number, from = 0): SelectedPage =>
  select(Buffer.from(JSON.stringify(Array.from({ length: size }, (_, i) => ({ id: from + i })))));

/** Pages of these sizes, of a list that was asked for so many records at a time. */
function sizesOf(asked: number, ...sizes: number[]): PageSizes {
  const all = new PageSizes({ pageSize: asked });
  sizes.forEach((size, i) => all.add(page(size, 1000 * i), i + 1));
  return all;
}

describe('a last page', () => {
  test.each([
    ['as many as were asked for', 100, [100], true],
    ['fewer than were asked for, and alone', 100, [50], false],
    ['as many as the others, which an API made smaller', 100, [30, 30], true],
    ['fewer than the others', 100, [30, 29], false],
    ['as many as the others, which are few in any case', 100, [2, 2], false],
    ['as many as were asked for, which are few', 3, [3, 3], true],
    ['none', 100, [100, 0], false],
  ])('of %s', (_, asked, sizes, mayGoOn) => {
    expect(sizesOf(asked, ...sizes).mayGoOn).toBe(mayGoOn);
  });

  test('is the one with the highest number, in whatever order they come', () => {
    const sizes = sizesOf(100, 100);
    sizes.add(page(7), 3);
    sizes.add(page(100), 2);
    expect([sizes.lastNumber, sizes.isLastFull]).toEqual([3, false]);
  });
});
