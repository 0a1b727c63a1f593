/** What becomes of the work under way when a part of it fails for good. */
import { describe, expect, test } from '@jest/globals';
import { OutputClosedError } from '../../protocol/errors.js';
import { Output } from '../../protocol/output.js';
import {
  byCountedPage,
  childStreamOf,
  createdBetween,
  requestContext,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { MemorySink } from '../../test-support/memory-sink.fixture.js';
import { at, fakeApi, pageOf, runRead, START } from '../../test-support/read-run.fixture.js';
import type { FakeApi, Reply } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';
import { HOUR_MS } from '../durations.js';
import { readStreams } from './read-streams.js';

/** One slice for each month. */
const byMonths = streamOf('orders', {
  incremental_sync: { ...createdBetween, extensions: { limited_range: true } },
});
const isFirstMonth = (url: URL) => (url.searchParams.get('from') ?? '') < '2024-01-15';

const WRONG_KEY: Reply = { status: 401, body: {} };
const BROKEN: Reply = { status: 500, body: {} };

/** A clock on which whoever sleeps is woken by hand. */
class WokenClock extends FakeClock {
  /** Resolves when somebody sleeps. */
  readonly asleep: Promise<void>;
  #fellAsleep: () => void = () => undefined;
  #wakers: (() => void)[] = [];
  #held: number;

  /** @param held sleepers; those behind them need not wait */
  constructor(held = Infinity) {
    super();
    this.#held = held;
    this.asleep = new Promise((resolve) => (this.#fellAsleep = resolve));
  }

  override readonly sleep = (): Promise<void> => {
    this.#fellAsleep();
    if (--this.#held < 0) return settled();
    return new Promise((resolve) => this.#wakers.push(resolve));
  };

  async wake(): Promise<void> {
    this.#wakers.forEach((resolve) => resolve());
    await settled();
  }
}

/** Lets everything run that waits for no one but the event loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Answers some requests only after a promise. */
function delayed(api: FakeApi, isLate: (url: URL) => boolean, until: () => Promise<void>): FakeApi {
  return {
    asked: api.asked,
    async http(request) {
      if (isLate(new URL(request.url))) await until();
      return api.http(request);
    },
  };
}

describe('after a final error nothing new of the stream is begun', () => {
  const lateAnswer = (answer: (url: URL) => Reply) =>
    delayed(
      fakeApi((url) => (isFirstMonth(url) ? WRONG_KEY : answer(url))),
      (url) => !isFirstMonth(url),
      settled,
    );

  test('although another slice shows that the date filter is coarse', async () => {
    const api = lateAnswer((url) => {
      const from = Date.parse(url.searchParams.get('from') ?? '');
      return pageOf(url, [{ id: 1, createdAt: at(from - HOUR_MS) }]);
    });
    const run = await runRead([byMonths], api, { numWorkers: 2 });
    expect(api.asked).toHaveLength(2);
    expect(run.course('orders').slice(-2)).toEqual(['INCOMPLETE', 'ERROR']);
    expect(run.logs.filter((line) => line.includes('asking for more'))).toEqual([]);
  });

  test('although another slice is found to be large', async () => {
    const api = lateAnswer(() => ({
      body: { data: [{ id: 1, createdAt: '2024-02-10T00:00:00.000Z' }], meta: { pageCount: 200 } },
    }));
    const run = await runRead([byMonths], api, { numWorkers: 2 });
    expect(api.asked).toHaveLength(2);
    expect(run.course('orders').slice(-2)).toEqual(['INCOMPLETE', 'ERROR']);
  });
});

test('the error of a child is reported while the next page of parents waits for the API, which is not asked again', async () => {
  const clock = new WokenClock(1);
  const parents = Array.from({ length: 20 }, (_, id) => ({ id, createdAt: at(START + id * HOUR_MS) }));
  const api = fakeApi((url) => {
    if (url.pathname !== '/orders') return WRONG_KEY;
    return url.searchParams.get('page') === '1' ? pageOf(url, parents) : BROKEN;
  });
  const isChild = (url: URL) => url.pathname !== '/orders';
  const run = await runRead(
    [childStreamOf('items', streamOf('orders'))],
    delayed(api, isChild, () => clock.asleep),
    {
      context: { clock },
    },
  );
  expect(run.course('items').slice(-2)).toEqual(['INCOMPLETE', 'ERROR']);
  const before = api.asked.length;
  await clock.wake();
  expect(api.asked).toHaveLength(before);
});

describe('when the reader of the output has gone', () => {
  class ClosingSink extends MemorySink {
    isGone = false;

    override _write(chunk: Buffer, encoding: string, done: (error?: Error | null) => void): void {
      if (this.isGone) done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      else super._write(chunk, encoding, done);
    }
  }

  test.each<[string, DeclarativeStream[], (url: URL) => boolean]>([
    ['stream', [streamOf('plans'), streamOf('refunds')], (url) => url.pathname === '/plans'],
    ['slice of the same stream', [byMonths], isFirstMonth],
  ])('the read ends at once, although another %s waits for the API', async (_, streams, isWaiting) => {
    const clock = new WokenClock();
    const sink = new ClosingSink();
    const api = fakeApi((url) => (isWaiting(url) ? BROKEN : pageOf(url, [])));
    const { http } = delayed(
      api,
      (url) => !isWaiting(url),
      async () => {
        await clock.asleep;
        sink.isGone = true;
      },
    );
    const catalog = {
      streams: streams.map(({ name }) => ({
        stream: { name },
        sync_mode: 'incremental' as const,
        destination_sync_mode: 'append' as const,
      })),
    };
    const read = readStreams(streams, catalog, new Map(), {
      requests: requestContext({ http, clock }),
      output: new Output({ sink, now: clock.now }),
      startDate: at(START),
      lookbackDays: 0,
      numWorkers: 2,
    });
    await expect(read).rejects.toBeInstanceOf(OutputClosedError);
  });
});

describe('a count that is too high, where the API fails behind the last page', () => {
  test('is told of, and does not fail the list, which has been read to its end', async () => {
    const { retriever, ...rest } = streamOf('orders');
    const counted = { ...rest, retriever: { ...retriever, paginator: byCountedPage } };
    const data = Array.from({ length: 10 }, (_, id) => ({ id }));
    const api = fakeApi((url) =>
      url.searchParams.get('page') === '1' ? { body: { data, meta: { pageCount: 1, total: 11 } } } : BROKEN,
    );
    const run = await runRead([counted], api);
    expect(api.asked.some((url) => url.searchParams.get('page') === '2')).toBe(true);
    expect(run.thrown).toBeUndefined();
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(run.records('orders')).toHaveLength(10);
    expect(
      run.logs.filter((line) => line.includes('the API counts 11 records, but only 10 came')),
    ).toHaveLength(1);
  });
});
