import { describe, expect, test } from '@jest/globals';
import { toIso } from '../datetime.js';
import { DAY_MS, MINUTE_MS } from '../durations.js';
import type { StreamSlice, TimeRange } from '../stream-slice.js';
import { ListNames } from './list-names.js';
import { SliceLedger } from './slice-ledger.js';

const NOW = 100 * DAY_MS;
const NOTHING = { closed: [], short: [] };

/** From one day to another, counted from the beginning. */
function slice(start: number, end: number): StreamSlice {
  return { start: start * DAY_MS, end: end * DAY_MS, filtered: true, isLast: false };
}

function days(ranges: readonly TimeRange[]): number[][] {
  return ranges.map(({ start, end }) => [start / DAY_MS, end / DAY_MS]);
}

function markOf(day: number): { time: number; text: string } {
  return { time: day * DAY_MS, text: toIso(day * DAY_MS) };
}

describe('SliceLedger', () => {
  test('leaves to be read what is not closed', () => {
    const ledger = new SliceLedger(NOTHING, NOW);
    ledger.close(slice(10, 20), undefined);
    ledger.close(slice(30, 40), undefined);
    expect(days(ledger.unreadParts(slice(0, 50)))).toEqual([
      [0, 10],
      [20, 30],
      [40, 50],
    ]);
  });

  test('has a mark from some time on only as far as the slices meet without a gap', () => {
    const ledger = new SliceLedger(NOTHING, NOW);
    ledger.close(slice(20, 30), markOf(29));
    ledger.close(slice(0, 10), markOf(9));
    expect(ledger.markFrom(0)).toEqual(markOf(9));
    expect(ledger.markBefore(NOW)).toEqual(markOf(29));
    expect(ledger.markBefore(20 * DAY_MS)).toEqual(markOf(9));
    ledger.close(slice(10, 20), undefined);
    expect(ledger.markFrom(0)).toEqual(markOf(29));
  });

  test('leaves a range open though parts of it were closed, once, and the mark before it', () => {
    const ledger = new SliceLedger(NOTHING, NOW);
    ledger.close(slice(0, 10), markOf(9));
    ledger.close(slice(10, 20), markOf(12));
    ledger.close(slice(20, 40), markOf(39));
    expect(ledger.reopen(slice(15, 30))).toBe(true);
    expect(days(ledger.unreadParts(slice(0, 50)))).toEqual([
      [15, 30],
      [40, 50],
    ]);
    expect([ledger.markFrom(0), ledger.markBefore(20 * DAY_MS)]).toEqual([undefined, undefined]);
    expect(ledger.markBefore(NOW)).toEqual(markOf(39));
    expect(ledger.isLeftOpen(slice(20, 30))).toBe(true);
    expect(ledger.isLeftOpen(slice(10, 16))).toBe(false);

    const second = new SliceLedger({ closed: [], short: ledger.short }, NOW);
    second.close(slice(15, 20), undefined);
    expect(second.reopen(slice(15, 30))).toBe(false);
    expect(days(second.closed)).toEqual([[15, 20]]);
  });

  test('leaves a slice open once, then takes the count for wrong', () => {
    const first = new SliceLedger(NOTHING, NOW);
    expect(first.staysOpen(slice(10, 20))).toBe(true);
    expect(first.hasLeftOpen).toBe(true);
    expect(days(first.short)).toEqual([[10, 20]]);
    const second = new SliceLedger({ closed: [], short: first.short }, NOW);
    expect(second.staysOpen(slice(0, 10))).toBe(true);
    expect(second.staysOpen(slice(15, 25))).toBe(false);
    // Until it is closed, it has been short only once for whoever comes after a crash.
    expect(days(second.short)).toEqual([[0, 20]]);
    second.close(slice(10, 20), undefined);
    expect(days(second.short)).toEqual([[0, 10]]);
  });

  test('says nothing more of a slice that was closed, its last minutes included', () => {
    const first = new SliceLedger(NOTHING, NOW);
    first.staysOpen(slice(90, 100));
    const second = new SliceLedger({ closed: [], short: first.short }, NOW);
    expect(second.staysOpen(slice(90, 100))).toBe(false);
    second.close(slice(90, 100), undefined);
    expect(second.staysOpen(slice(10, 20))).toBe(true);
    expect(days(second.short)).toEqual([[10, 20]]);
  });

  test('leaves a slice open again where other lists are in doubt, five times in a row', () => {
    const lists = (...names: string[]) => ListNames.parse(names);
    let ledger = new SliceLedger(NOTHING, NOW);
    const openFor = (...names: string[]): boolean => {
      const isOpen = ledger.staysOpen(slice(10, 20), lists(...names));
      ledger = new SliceLedger({ closed: [], short: ledger.short }, NOW);
      return isOpen;
    };
    expect(openFor('a')).toBe(true);
    expect(openFor('a', 'b')).toBe(true);
    expect(ledger.staysOpen(slice(10, 20), lists('b'))).toBe(false);
    expect(['c', 'd', 'e', 'f'].map((name) => openFor(name))).toEqual([true, true, true, false]);
  });

  test('never closes the last minutes, and knows as of when what it goes on with was read', () => {
    const before = { ...slice(0, 50), asOf: 60 * DAY_MS };
    const ledger = new SliceLedger({ closed: [before], short: [] }, NOW);
    ledger.close(slice(50, 100), undefined);
    expect(ledger.ceiling).toBe(60 * DAY_MS);
    expect(ledger.unreadParts(slice(0, 100))).toEqual([{ start: NOW - 10 * MINUTE_MS, end: NOW }]);
    expect(new SliceLedger(NOTHING, NOW, 70 * DAY_MS).ceiling).toBe(70 * DAY_MS);
  });

  test('forgets everything when a sync begins anew', () => {
    const ledger = new SliceLedger(NOTHING, NOW);
    ledger.close(slice(0, 10), markOf(5));
    ledger.staysOpen(slice(10, 20));
    ledger.clear();
    expect(ledger.closed).toEqual([]);
    expect(ledger.hasLeftOpen).toBe(false);
    expect(ledger.markBefore(NOW)).toBeUndefined();
  });
});
