import { describe, expect, test } from '@jest/globals';
import type { StreamProgress } from '../declarative/streams/stream-progress.js';
import { watchRead } from './read-watcher.js';
import type { WatcherOptions } from './read-watcher.js';

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const ESCAPES = new RegExp(`${'\u001b'}\\[[?\\d;]*[A-Za-z]`, 'g');

/** A terminal in memory, and a timer that goes off when it is told to. */
function terminal(changes: Partial<WatcherOptions> = {}) {
  let text = '';
  let now = 1_000_000;
  const calls = new Set<() => void>();
  const controller = new AbortController();
  const stream = { state: 'reading', records: 0, requests: 0, limitedUntil: 0, failures: [] as string[] };
  const watcher = watchRead({
    stderr: { isTTY: true, columns: 60, rows: 20, write: (more) => (text += more) },
    stdout: {},
    environment: {},
    signal: controller.signal,
    now: () => now,
    mask: (one) => one.replaceAll('s3cret', '****'),
    every: (_, call) => {
      calls.add(call);
      return () => calls.delete(call);
    },
    ...changes,
  });
  const startedAt = now;
  watcher.watch((): StreamProgress => {
    const endedAt = stream.state === 'reading' ? undefined : now;
    const fixed = { name: 'orders', retries: 0, startedAt, endedAt, counted: 'verified' } as const;
    return { ...fixed, ...stream, state: stream.state as StreamProgress['state'] };
  });
  return {
    watcher,
    controller,
    stream,
    text: () => text,
    /** What was written since the last call, without what moves the cursor. */
    picture(ms: number): string[] {
      const before = text.length;
      now += ms;
      calls.forEach((call) => call());
      return text
        .slice(before)
        .replaceAll('\r', '')
        .replace(ESCAPES, '')
        .split('\n')
        .filter((line) => line !== '');
    },
  };
}

describe('while a read lasts', () => {
  test('the picture is redrawn where it stands, and only if it changed', () => {
    const one = terminal();
    expect(one.picture(250)).toEqual([
      '0:00 · 0 records · 0 of 1 stream · 0 per second',
      'stream  records  per second  requests  state',
      'orders        0                     0  reading',
    ]);
    expect(one.text().startsWith(HIDE)).toBe(true);
    expect(one.picture(250)).toEqual([]);
    one.stream.records = 100;
    one.stream.requests = 1;
    const before = one.text().length;
    expect(one.picture(250).at(-1)).toBe('orders      100         200         1  reading');
    expect(one.text().slice(before).startsWith('\r\u001b[2A')).toBe(true);
  });

  test('the rate is that of the last five seconds', () => {
    const one = terminal();
    one.picture(0);
    for (let i = 1; i <= 10; i++) {
      one.stream.records += 100;
      one.picture(1000);
    }
    expect(one.picture(0).join() + one.text()).toContain('100 per second');
    one.picture(3000);
    expect(one.text()).toContain(' 40 per second');
  });

  test('a stream waits for the limit when nothing has come for a second', () => {
    const one = terminal();
    one.stream.requests = 1;
    one.picture(250);
    one.stream.limitedUntil = 1_000_000 + 20_000;
    expect(one.picture(500).join()).not.toContain('API limit');
    expect(one.picture(500).at(-1)).toMatch(/API limit, 19 s$/);
    one.stream.requests = 2;
    expect(one.picture(250).at(-1)).toMatch(/reading$/);
  });
});

describe('the end of a read', () => {
  test('takes the picture away, shows the cursor and leaves the table', () => {
    const one = terminal();
    one.picture(250);
    one.stream.state = 'complete';
    one.watcher.end();
    const [, last = ''] = one.text().split(SHOW);
    expect(one.text()).toContain(`\r\u001b[2A\u001b[J${SHOW}`);
    expect(last).toContain('1 of 1 stream complete, 0 records\n');
    expect(one.picture(250)).toEqual([]);
  });

  test('by a signal shows the cursor at once, and draws no more', () => {
    const one = terminal();
    one.picture(250);
    one.controller.abort();
    expect(one.text().endsWith(SHOW)).toBe(true);
    expect(one.picture(250)).toEqual([]);
    one.watcher.end();
    expect(one.text().split(SHOW)).toHaveLength(2);
    expect(one.text()).toMatch(/; stopped\nThe last states [^]* to go on\.\n$/);
  });

  test('masks secrets in what failed', () => {
    const one = terminal({ environment: { NO_COLOR: '1' } });
    one.stream.state = 'incomplete';
    one.stream.failures = ['The key s3cret is refused.'];
    one.watcher.end('s3cret');
    expect(one.text()).toContain('orders: The key **** is refused.');
    expect(one.text()).not.toContain('s3cret');
  });
});

describe('a terminal with less to it', () => {
  test.each<[string, Partial<WatcherOptions>]>([
    ['that cannot move its cursor', { environment: { TERM: 'dumb' } }],
    ['to which the records go too', { stdout: { isTTY: true }, environment: { NO_COLOR: 'yes' } }],
  ])('%s gets the table only', (_, changes) => {
    const one = terminal(changes);
    expect(one.picture(250)).toEqual([]);
    expect(one.text()).toBe('');
    one.stream.state = 'complete';
    one.watcher.end();
    expect(one.text()).toContain('verified');
    expect(one.text()).not.toContain('\u001b');
  });

  test.each([
    ['1', false],
    ['', true],
    [undefined, true],
  ])('NO_COLOR=%s', (NO_COLOR, isColored) => {
    const one = terminal({ environment: { NO_COLOR } });
    one.picture(250);
    one.stream.state = 'complete';
    one.picture(250);
    expect(one.text().includes('\u001b[32m')).toBe(isColored);
    expect(one.text()).toContain('\u001b[2A');
  });

  test('without a size counts as one of 80 by 24', () => {
    let text = '';
    const stderr = { isTTY: true, columns: 0, write: (more: string) => (text += more) };
    const one = terminal({ stderr });
    one.picture(250);
    expect(text).toContain('0 records · 0 of 1 stream · 0 per second · 0 requests');
  });
});
