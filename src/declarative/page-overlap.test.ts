import { describe, expect, test } from '@jest/globals';
import { PageOverlap } from './page-overlap.js';
import { recordSelector } from './record-selector.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  [['at'], ['id'], ['day']],
);

/** For each page, which of its records are new. */
function news(keyPlaces: readonly number[], ...pages: string[]): boolean[][] {
  const overlap = new PageOverlap(3, keyPlaces);
  return pages.map((page) => overlap.newRecords(select(Buffer.from(page))));
}

describe('PageOverlap', () => {
  test('drops what the page before held already, wherever it stands', () => {
    expect(news([1], '[{"id":3},{"id":2}]', '[ {"id":2},{"id":1},{"id":3}]')).toEqual([
      [true, true],
      [false, true, false],
    ]);
  });

  test('keeps a record that has changed in between', () => {
    expect(news([1], '[{"id":1,"s":"a"}]', '[{"id":1,"s":"b"}]', '[{"id":1,"s":"b"}]')).toEqual([
      [true],
      [true],
      [false],
    ]);
  });

  test('remembers one page only', () => {
    expect(news([1], '[{"id":1}]', '[{"id":2}]', '[{"id":1}]')).toEqual([[true], [true], [true]]);
    expect(news([1], '[{"id":1}]', '[]', '[{"id":1}]')).toEqual([[true], [], [true]]);
  });

  test('keeps what is twice on one page', () => {
    expect(news([1], '[{"id":1},{"id":1}]')).toEqual([[true, true]]);
  });

  test('compares all parts of a key, as they are written', () => {
    const first = '[{"id":1,"day":"a"}]';
    expect(news([1, 2], first, '[{"id":1,"day":"b"}]')).toEqual([[true], [true]]);
    expect(news([1, 2], first, first)).toEqual([[true], [false]]);
    expect(news([1], '[{"id":1}]', '[{"id":"1"}]')).toEqual([[true], [true]]);
    const large = news([1], '[{"id":12345678901234567890}]', '[{"id":12345678901234567891}]');
    expect(large).toEqual([[true], [true]]);
  });

  test('keeps records without a key, and all where there is none', () => {
    expect(news([1], '[{"a":1},{"id":null}]', '[{"a":1},{"id":null}]')).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(news([], '[{"id":1}]', '[{"id":1}]')).toEqual([[true], [true]]);
    expect(news([1, 2], '[{"id":1}]', '[{"id":1}]')).toEqual([[true], [true]]);
  });
});
