import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StreamProgress } from '../declarative/streams/stream-progress.js';
import { progressLines } from './progress-view.js';
import type { StreamView } from './progress-view.js';
import { summaryLines } from './summary-view.js';
import { clock, table, wrap } from './text.js';

function progressOf(name: string, changes: Partial<StreamProgress> = {}): StreamProgress {
  return {
    name,
    state: 'reading',
    records: 0,
    requests: 1,
    retries: 0,
    startedAt: 1000,
    endedAt: undefined,
    limitedUntil: 0,
    counted: 'not counted',
    failures: [],
    ...changes,
  };
}

function viewOf(
  name: string,
  changes: Partial<StreamProgress> = {},
  more: Partial<StreamView> = {},
): StreamView {
  return { progress: progressOf(name, changes), rate: 0, limitedFor: 0, ...more };
}

const plain = { columns: 80, rows: 24, hasColor: false };

const views: StreamView[] = [
  viewOf('transactions', { records: 12_345, requests: 124, retries: 2 }, { rate: 410.4 }),
  viewOf('customers', { state: 'complete', records: 300, requests: 3, endedAt: 5000 }, { rate: 9 }),
  viewOf('settlement_transactions', { records: 20 }, { limitedFor: 11_200 }),
  viewOf('refunds', { state: 'incomplete', endedAt: 4000 }),
  viewOf('transfers', { state: 'waiting', requests: 0 }),
];

describe('the picture of a read', () => {
  test('has the totals and a line for each stream', () => {
    expect(progressLines(views, 83_000, plain)).toEqual([
      '1:23 · 12,665 records · 2 of 5 streams · 419 per second · 129 requests',
      'stream                   records  per second  requests  state',
      'transactions              12,345         410       124  reading',
      'customers                    300                     3  done',
      'settlement_transactions       20                     1  API limit, 12 s',
      'refunds                        0                     1  failed',
      'transfers                      0                     0  waiting',
    ]);
  });

  test('says the retries where there is room', () => {
    expect(progressLines(views, 83_000, { ...plain, columns: 100 })[0]).toContain(' · 2 retries');
  });

  test('leaves out what matters least where the terminal is narrow, and cuts names before states', () => {
    expect(progressLines(views, 83_000, { ...plain, columns: 40 })).toEqual([
      '1:23 · 12,665 records · 2 of 5 streams',
      'stream         records  state',
      'transactions    12,345  reading',
      'customers          300  done',
      'settlement_t…       20  API limit, 12 s',
      'refunds              0  failed',
      'transfers            0  waiting',
    ]);
    expect(progressLines(views, 83_000, { ...plain, columns: 24 }).slice(0, 5)).toEqual([
      '1:23 · 12,665 records',
      'stream          records',
      'transactions     12,345',
      'customers           300',
      'settlement_tr…       20',
    ]);
  });

  test('shows on a low terminal what is read, in the order of the catalog, and counts the rest', () => {
    expect(progressLines(views, 1000, { ...plain, rows: 6 }).slice(2)).toEqual([
      'transactions              12,345         410       124  reading',
      'settlement_transactions       20                     1  API limit, 12 s',
      'and 1 waiting, 1 done, 1 failed',
    ]);
  });

  test('has colors for states, which take no room', () => {
    const lines = progressLines(views, 1000, { ...plain, hasColor: true });
    expect(lines[3]).toBe('customers                    300                     3  \u001b[32mdone\u001b[0m');
    expect(lines[4]).toContain('\u001b[33mAPI limit, 12 s\u001b[0m');
  });

  test('always fits', () => {
    const view = fc.record({
      name: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }),
      records: fc.nat(),
      requests: fc.nat(),
      state: fc.constantFrom<StreamProgress['state']>('waiting', 'reading', 'complete', 'incomplete'),
      limitedFor: fc.nat({ max: 1_000_000 }),
      rate: fc.double({ min: 0, max: 1e6, noNaN: true }),
    });
    const size = fc.record({
      columns: fc.integer({ min: 1, max: 120 }),
      rows: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(
        fc.array(view, { maxLength: 40 }),
        size,
        fc.nat(),
        (streams, { columns, rows }, elapsed) => {
          const lines = progressLines(
            streams.map(({ name, limitedFor, rate, ...changes }) =>
              viewOf(name, changes, { limitedFor, rate }),
            ),
            elapsed,
            { columns, rows, hasColor: false },
          );
          expect(lines.filter((line) => line.length > Math.max(1, columns - 1))).toEqual([]);
          expect(lines.length).toBeGreaterThan(0);
          expect(lines.length).toBeLessThanOrEqual(Math.max(1, rows - 1));
        },
      ),
    );
  });
});

describe('the summary of a read', () => {
  const ended = { state: 'complete', endedAt: 42_250 } as const;
  const streams = [
    progressOf('transactions', { ...ended, records: 12_345, requests: 124, retries: 1, counted: 'verified' }),
    progressOf('charge_transactions', { ...ended, counted: 'partly verified' }),
    progressOf('customers', { ...ended, counted: 'came short' }),
    progressOf('balance', { ...ended }),
    progressOf('refunds', { state: 'incomplete', endedAt: 4000, failures: ['Not allowed.', 'Not allowed.'] }),
    progressOf('transfers', { records: 5 }),
  ];
  const ending = { now: 11_000, isStopped: true, failure: undefined };

  test('has a line for each stream, and says what failed', () => {
    expect(summaryLines(streams, ending, 79, false)).toEqual([
      'stream               records  requests  retries  seconds  complete',
      'transactions          12,345       124        1     41.3  verified',
      'charge_transactions        0         1        0     41.3  partly verified',
      'customers                  0         1        0     41.3  some are missing',
      'balance                    0         1        0     41.3  yes, not counted',
      'refunds                    0         1        0      3.0  failed',
      'transfers                  5         1        0     10.0  stopped',
      '4 of 6 streams complete, 12,350 records; stopped',
      'The last states that were written are good: read again with --state to go on.',
      'refunds: Not allowed.',
    ]);
  });

  test('of a read that broke off otherwise does not call it stopped', () => {
    const lines = summaryLines(streams, { ...ending, isStopped: false }, 79, false);
    expect(lines[6]).toMatch(/not ended$/);
    expect(lines[7]).toBe('4 of 6 streams complete, 12,350 records');
  });

  test('fits a narrow terminal', () => {
    const failures = ['A sentence that is longer than the terminal is wide.'];
    const lines = summaryLines([progressOf('refunds', { state: 'incomplete', failures })], ending, 30, false);
    expect(lines).toEqual([
      'stream   records  complete',
      'refunds        0  failed',
      '0 of 1 stream complete, 0',
      'records; stopped',
      'The last states that were',
      'written are good: read again',
      'with --state to go on.',
      'refunds: A sentence that is',
      '  longer than the terminal is',
      '  wide.',
    ]);
  });

  test('of a read that could not begin is its error alone; of one without a stream nothing', () => {
    const failed = { ...ending, isStopped: false, failure: 'The config file is missing.' };
    expect(summaryLines([], failed, 79, false)).toEqual(['The config file is missing.']);
    expect(summaryLines(streams, failed, 79, false).join()).not.toContain('The config file');
    expect(summaryLines([], ending, 79, false)).toEqual([]);
  });
});

describe('texts', () => {
  test.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [3_599_000, '59:59'],
    [3_723_000, '1:02:03'],
  ])('%d ms are %s', (ms, text) => {
    expect(clock(ms)).toBe(text);
  });

  test('a word that is too long for a line is cut', () => {
    expect(wrap('an extraordinarily long word', 8)).toEqual(['an', 'extraor…', 'long', 'word']);
    expect(wrap('no\u001b[2J command\u009b31m \u202eof it', 80)).toEqual(['no [2J command 31m of it']);
  });

  test('a table keeps its columns of rank 0 whatever happens', () => {
    const columns = [
      { title: 'name', align: 'left', rank: 0 },
      { title: 'count', align: 'right', rank: 0 },
    ] as const;
    expect(table(columns, [[{ text: 'abcdef' }, { text: '12' }]], 9, false)).toEqual([
      'n…  count',
      'a…     12',
    ]);
  });
});
