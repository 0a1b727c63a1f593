/** Parts of a stream's history that cannot be read, while others can. */
import { describe, expect, test } from '@jest/globals';
import { transientError } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/messages.js';
import { createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  listBetween,
  NOW,
  runRead,
  sorted,
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { FakeApi } from '../../test-support/read-run.fixture.js';
import { DAY_MS } from '../durations.js';
import { SliceQueue } from './slice-queue.js';

/** One slice for each month, from January to June. */
const orders = streamOf('orders', {
  incremental_sync: { ...createdBetween, extensions: { limited_range: true } },
});
const all = spread(60);
const monthOf = (time: string): string => time.slice(0, 7);

/** An API that answers with a status for slices that begin in one of these months (or a day before). */
function failing(status: number, months: readonly string[]): FakeApi {
  return fakeApi((url) => {
    const from = url.searchParams.get('from') ?? '';
    const begins = monthOf(new Date(Date.parse(from) + 2 * DAY_MS).toISOString());
    return months.includes(begins) ? { status, body: { message: 'no' } } : listBetween(url, all);
  });
}

const outOf = (months: readonly string[]): number[] =>
  sorted(all.filter(({ createdAt }) => !months.includes(monthOf(createdAt))).map(({ id }) => id));

describe.each([1, 2, 10])('with %i requests at a time', (numWorkers) => {
  test.each([
    [422, ['2024-01']],
    [400, ['2024-01', '2024-02', '2024-03']],
    [500, ['2024-01']],
    [500, ['2024-01', '2024-02']],
    [403, ['2024-02']],
  ])('HTTP %i for the slices of %j does not hold up newer ones', async (status, months) => {
    const run = await runRead([orders], failing(status, months), { numWorkers });
    expect(run.course('orders')).toContain('INCOMPLETE');
    const came = sorted([...new Set(idsOf(run))]);
    expect(outOf(months).filter((id) => !came.includes(id))).toEqual([]);
    expect(run.errors.map(({ failure_type }) => failure_type)).not.toContain('config_error');
    // What was read is not read again.
    const state: JsonObject = run.states('orders').at(-1) ?? {};
    const next = await runRead([orders], failing(status, []), { states: new Map([['orders', state]]) });
    expect(sorted([...new Set([...came, ...idsOf(next)])])).toEqual(sorted(all.map(({ id }) => id)));
    expect(idsOf(next).length).toBeLessThan(all.length);
  });
});

test.each([1, 10, 50])(
  'many ranges that are too old for the API do not hold up the others, with %i requests at a time',
  async (numWorkers) => {
    const byWeeks = streamOf('orders', {
      incremental_sync: { ...createdBetween, step: 'P7D', extensions: { limited_range: true } },
    });
    const recent = at(NOW - 200 * DAY_MS);
    const records = Array.from({ length: 2000 }, (_, id) => ({
      id,
      createdAt: at(NOW - (id + 1) * (DAY_MS / 2)),
    }));
    const api = fakeApi((url) =>
      (url.searchParams.get('from') ?? '') < recent
        ? { status: 400, body: { message: 'too old' } }
        : listBetween(url, records),
    );
    const startDate = at(NOW - 1000 * DAY_MS);
    const run = await runRead([byWeeks], api, { numWorkers, startDate });
    const came = new Set(idsOf(run));
    expect(
      records.filter(({ id, createdAt }) => createdAt > at(NOW - 190 * DAY_MS) && !came.has(id)),
    ).toEqual([]);
    expect(api.asked.length).toBeLessThan(180);
  },
);

test('what is refused as too old for the API is told with what helps', async () => {
  const run = await runRead([orders], failing(422, ['2024-01']), { numWorkers: 2 });
  expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'system_error' })]);
  expect(run.errors[0]?.message).toMatch(
    /^Some dates of the stream could not be read; others were\. .* set a later start_date\.$/,
  );
});

test('a key that may no longer read the stream is told of as such, whatever an unfinished sync has read', async () => {
  const closed_slices = [{ start: at(START), end: '2024-03-01T00:00:00.000Z' }];
  const state: JsonObject = { createdAt: '2024-03-01T00:00:00.000Z', closed_slices };
  const options = { numWorkers: 2, states: new Map([['orders', state]]) };
  const forbidden = await runRead(
    [orders],
    fakeApi(() => ({ status: 403, body: {} })),
    options,
  );
  expect(forbidden.errors).toEqual([expect.objectContaining({ failure_type: 'config_error' })]);
  // What it refuses for other reasons may be about the dates.
  const refused = await runRead(
    [orders],
    fakeApi(() => ({ status: 422, body: {} })),
    options,
  );
  expect(refused.errors[0]?.message).toContain('set a later start_date');
});

test('what a full refresh has read says nothing of what an incremental sync is refused', async () => {
  const closed_slices = [{ start: at(START), end: '2024-03-01T00:00:00.000Z' }];
  const state: JsonObject = {
    createdAt: '2024-03-01T00:00:00.000Z',
    sync_mode: 'full_refresh',
    closed_slices,
  };
  const states = new Map([['orders', state]]);
  const run = await runRead(
    [orders],
    fakeApi(() => ({ status: 422, body: {} })),
    { states },
  );
  expect(run.errors[0]?.message).not.toContain('set a later start_date');
});

test('a list that is refused whatever the dates is not asked for to its end', async () => {
  const months = ['2024-01', '2024-02', '2024-03', '2024-04', '2024-05', '2024-06'];
  const api = failing(403, months);
  const run = await runRead([orders], api, { numWorkers: 1 });
  expect(api.asked).toHaveLength(2);
  expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'config_error' })]);
});

test('slices are taken newest first from a failure on, and parts of one in its place', () => {
  const slices = [0, 1, 2, 3, 4].map((start) => ({
    start,
    end: start + 1,
    filtered: true,
    isLast: start === 4,
  }));
  const queue = new SliceQueue(slices);
  const starts: (number | undefined)[] = [];
  const take = () => {
    const taken = queue.take();
    starts.push(taken?.slice.start);
    return taken;
  };
  const first = take();
  if (first === undefined) throw new Error('nothing to take');
  queue.split([0.1, 0.2].map((start) => ({ start, end: 1, filtered: true, isLast: false })));
  take();
  queue.failed(first, transientError('down'));
  take();
  queue.split([4.1, 4.2].map((start) => ({ start, end: 5, filtered: true, isLast: false })));
  take();
  take();
  expect(starts).toEqual([0, 0.1, 4, 4.2, 4.1]);
});

test('many slices that fail end the reading, though others between them are read', () => {
  const slices = Array.from({ length: 100 }, (_, start) => ({
    start,
    end: start + 1,
    filtered: true,
    isLast: start === 99,
  }));
  const queue = new SliceQueue(slices);
  let taken = 0;
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    if (taken++ % 2 === 0) queue.failed(next, transientError('down'));
    else queue.markRead();
  }
  expect(queue.isGivenUp).toBe(true);
  expect(taken).toBeLessThan(50);
});
