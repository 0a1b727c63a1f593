import { describe, expect, test } from '@jest/globals';
import type { ListReading } from '../retrievers/list.js';
import { shortfall, StreamStats } from './stream-stats.js';

const verified: ListReading = {
  exists: true,
  pages: 1,
  completeness: 'verified',
  distinct: 5,
  total: 5,
  missing: 0,
};
const short: ListReading = {
  exists: true,
  pages: 1,
  completeness: 'short',
  distinct: 5,
  total: 7,
  missing: 2,
};
const unknown: ListReading = {
  exists: true,
  pages: 1,
  completeness: 'unknown',
  distinct: 5,
  total: undefined,
  missing: 0,
};
const gone: ListReading = { ...unknown, exists: false };

function summaryOf(lists: readonly ListReading[], isComplete = true): string {
  const stats = new StreamStats();
  stats.records = 1234;
  stats.addRequest(2_000_000, false);
  stats.addRequest(500_000, true);
  lists.forEach((list) => stats.addList(list));
  return stats.summary(3456, isComplete);
}

const FIGURES = '1,234 records, 2 requests (1 of them a retry), 2.5 MB, 3.5 s, ';

describe('the line at the end of a stream', () => {
  test.each<[string, ListReading[], string]>([
    ['all lists are whole', [verified, verified], 'verified: as many as the API counts'],
    [
      'one was not there',
      [verified, verified, gone],
      "verified against the API's counts in 2 of 2 lists; 1 list was not there",
    ],
    ['some are', [verified, unknown], "verified against the API's counts in 1 of 2 lists"],
    [
      'one came short',
      [verified, short],
      "verified against the API's counts in 1 of 2 lists; 1 list came short",
    ],
    [
      'the only one came short',
      [short],
      "verified against the API's counts in 0 of 1 lists; 1 list came short",
    ],
    ['the API counts nothing', [unknown], 'not verified, since the API states no counts'],
    [
      'more came than the API counts',
      [{ ...unknown, distinct: 1000, total: 999 }],
      'not verified, since more came than the API counts',
    ],
    [
      'the count may be a limit',
      [{ ...unknown, distinct: 1000, total: 1000 }],
      'not verified, since the count may be the most that the API counts',
    ],
    ['there was no list to read', [gone], 'no list to verify'],
  ])('says when %s', (_, lists, expected) => {
    expect(summaryOf(lists)).toBe(FIGURES + expected);
  });

  test.each<[string, ListReading[], string]>([
    [
      'of the others all are whole',
      [verified, verified],
      "verified against the API's counts in 2 of 2 lists that were read to their end",
    ],
    [
      'of the others one came short',
      [verified, short],
      "verified against the API's counts in 1 of 2 lists that were read to their end; 1 list came short",
    ],
    ['the API counts nothing', [unknown], 'not verified, since the API states no counts'],
    ['there is no other', [], 'not verified, since no list was read to its end'],
  ])('of an incomplete stream gives no verdict on the lists that failed; %s', (_, lists, expected) => {
    expect(summaryOf(lists, false)).toBe(FIGURES + expected);
  });

  test('names no retries where there were none', () => {
    const stats = new StreamStats();
    stats.records = 1;
    stats.addRequest(0, false);
    expect(stats.summary(0, true)).toMatch(/^1 record, 1 request, 0.0 MB, 0.0 s/);
  });
});

test('a shortfall is said with its figures', () => {
  expect(shortfall(short)).toBe('the API counts 7 records, but only 5 came; 2 may be missing');
  expect(shortfall({ ...short, missing: 0 })).toContain('shrank');
});
