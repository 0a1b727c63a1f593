import { describe, expect, test } from '@jest/globals';
import { recordSelector } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { ListTally } from './list-tally.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
  [['id'], ['of']],
);
const page = (...records: unknown[]): SelectedPage => select(Buffer.from(JSON.stringify(records)));
const byId = (before?: ListTally) => new ListTally(2, [0], before);

describe('records that come again', () => {
  test('are not new, on whatever page they were', () => {
    const tally = byId();
    expect(tally.add(page({ id: 1 }, { id: 2 }))).toEqual([true, true]);
    expect(tally.add(page({ id: 3 }))).toEqual([true]);
    expect(tally.add(page({ id: 2 }, { id: 4 }, { id: 1 }))).toEqual([false, true, false]);
    expect(tally.distinct).toBe(4);
  });

  test('are not new for having changed: the next sync reads them again', () => {
    const tally = byId();
    tally.add(page({ id: 1, status: 'pending' }));
    expect(tally.add(page({ id: 1, status: 'success' }))).toEqual([false]);
    expect(tally.distinct).toBe(1);
  });

  test('are told by all parts of their key, and a number from a text', () => {
    const tally = new ListTally(2, [0, 1]);
    expect(tally.add(page({ id: 1, of: 'a' }, { id: 1, of: 'b' }, { id: '1', of: 'a' }))).toEqual([
      ...[true, true, true],
    ]);
    expect(tally.distinct).toBe(3);
  });

  test('without a key are always new, and each is counted', () => {
    const tally = byId();
    expect(tally.add(page({ id: null }, { id: null }, {}))).toEqual([true, true, true]);
    expect(tally.distinct).toBe(3);
    const byBoth = new ListTally(2, [0, 1]);
    expect(byBoth.add(page({ id: 1 }, { id: 1 }, { id: 1, of: null }))).toEqual([true, true, true]);
  });

  test('with a key that is longer than any API has one are always new, too: it is not kept', () => {
    const tally = byId();
    const id = 'x'.repeat(1000);
    expect(tally.add(page({ id }, { id }, { id: id.slice(0, 100) }, { id: id.slice(0, 100) }))).toEqual([
      ...[true, true, true, false],
    ]);
  });

  test('are not passed on in a second reading, which counts them for itself', () => {
    const first = byId();
    first.add(page({ id: 1 }, { id: 2 }));
    const second = byId(first);
    expect(second.add(page({ id: 1 }, { id: 3 }, { id: 2 }))).toEqual([false, true, false]);
    expect(second.distinct).toBe(3);
  });

  test('are forgotten after so many others that no list shifts that far', () => {
    const tally = byId();
    tally.add(page({ id: 0 }));
    for (let i = 1; i <= 60_000; i += 1000) {
      tally.add(page(...Array.from({ length: 1000 }, (_, k) => ({ id: i + k }))));
    }
    expect(tally.add(page({ id: 0 }, { id: 59_000 }))).toEqual([true, false]);
  });
});

describe('completeness', () => {
  const three = page({ id: 1 }, { id: 2 }, { id: 3 });

  test.each<[string, (number | undefined)[], string]>([
    ['as many came as were counted', [3], 'verified'],
    ['fewer came', [4], 'short'],
    ['the list has grown since', [3, 5], 'verified'],
    ['more came than were counted: it is a count of pages, say', [1], 'unknown'],
    ['no count was stated', [undefined], 'unknown'],
  ])('when %s', (_, totals, expected) => {
    const tally = byId();
    totals.forEach((total, i) => tally.count(total, undefined, i + 1));
    tally.add(three);
    expect(tally.completeness).toBe(expected);
  });

  test('is not believed when the count fell between two requests: a deleted record hides another one', () => {
    const tally = byId();
    tally.count(4, undefined, 1);
    tally.count(3, 4, 2);
    tally.add(three);
    expect(tally.completeness).toBe('short');
    expect(tally.missing).toBe(0);
  });

  test('is believed when answers only arrived in another order than they were asked for', () => {
    const tally = byId();
    tally.count(4, undefined, 2);
    tally.count(3, undefined, 1);
    tally.add(three);
    expect(tally.completeness).toBe('verified');
  });

  test('takes all that exist if a page shows an older list than the one before it: what moved between may be missing', () => {
    const tally = byId();
    tally.count(3, undefined, 1);
    tally.count(4, undefined, 2);
    tally.count(3, undefined, 3);
    tally.add(three);
    expect([tally.completeness, tally.missing]).toEqual(['short', 1]);
    tally.add(page({ id: 4 }));
    expect(tally.completeness).toBe('verified');
  });

  test.each([1000, 2000, 5000, 10_000])(
    'cannot be known where %i may be the most that the API counts',
    (total) => {
      const tally = byId();
      tally.count(total, undefined, 1);
      tally.add(page(...Array.from({ length: total - 1 }, (_, id) => ({ id }))));
      expect(tally.completeness).toBe('short');
      tally.add(page({ id: -1 }));
      expect(tally.completeness).toBe('unknown');
    },
  );

  test.each([
    [
      'page 2 before page 1',
      [
        [3, 2],
        [4, 1],
      ],
    ],
    [
      'pages 1 and 3 before page 2',
      [
        [3, 1],
        [3, 3],
        [4, 2],
      ],
    ],
    [
      'page 3 first of all',
      [
        [4, 3],
        [4, 1],
        [3, 2],
      ],
    ],
  ] as const)('takes all that exist in whatever order the pages come that show so: %s', (_, pages) => {
    const tally = byId();
    for (const [total, number] of pages) tally.count(total, undefined, number);
    tally.add(three);
    expect([tally.completeness, tally.missing]).toEqual(['short', 1]);
  });

  test('cannot be known where nothing tells records apart', () => {
    const tally = new ListTally(2, []);
    tally.count(3, undefined, 1);
    tally.add(three);
    expect(tally.completeness).toBe('unknown');
  });
});
