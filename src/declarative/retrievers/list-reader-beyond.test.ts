/** What stands behind the page that the API calls the last one. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import {
  byCountedPage,
  requestContext,
  requesterOf,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { fakeApi, idsOf, pageOf, runRead } from '../../test-support/read-run.fixture.js';
import type { FakeApi } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import type { DeclarativeStream, DefaultPaginator, SimpleRetriever } from '../components.js';
import { TOO_LARGE, TransportError } from '../requesters/transport-error.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { UsePage } from './list.js';
import { createRetriever } from './retriever.js';
import type { ListOutcome } from './retriever.js';

const SIZE = 3;
const paginator = {
  ...byCountedPage,
  pagination_strategy: { ...byCountedPage.pagination_strategy, page_size: SIZE },
};

type Behind = 'empty' | 'nothing said' | number | 'the last page again' | 'all again';

interface Read {
  readonly reading: ListOutcome;
  readonly ids: readonly number[];
  readonly asked: readonly number[];
  /** ms */
  readonly waited: number;
}

/** Reads a list of which the API counts other records than there are. */
async function read(count: number, counted: number, behind: Behind = 'empty', inTurn = false): Promise<Read> {
  const asked: number[] = [];
  const clock = new FakeClock();
  const began = clock.elapsed();
  const ids: number[] = [];
  const pages = Math.ceil(count / SIZE);
  const recordsOf = (page: number) =>
    Array.from({ length: SIZE }, (_, i) => ({ id: (page - 1) * SIZE + i })).filter(({ id }) => id < count);
  const ignore = () => undefined;
  let ended: ListOutcome | undefined;
  const retriever = createRetriever(
    {
      definition: { ...streamOf('orders').retriever, requester: requesterOf('/orders'), paginator },
      capture: [['id']],
      keyPlaces: [0],
      pagesAtATime: 4,
    },
    requestContext({
      clock,
      http: async ({ url }) => {
        const page = Number(new URL(url).searchParams.get('page'));
        asked.push(page);
        const isBehind = page > pages;
        const again = behind === 'all again' ? ((page - 1) % pages) + 1 : pages;
        const data = recordsOf(isBehind && /again/.test(String(behind)) ? again : page);
        const meta = { total: counted, pageCount: Math.ceil(counted / SIZE) };
        return {
          status: isBehind && typeof behind === 'number' ? behind : 200,
          headers: {},
          body: Buffer.from(
            JSON.stringify(isBehind && behind === 'nothing said' ? { data } : { data, meta }),
          ),
        };
      },
    }),
    {
      warn: ignore,
      requested: ignore,
      rateLimited: ignore,
      listRead: (reading) => void (ended = { ...reading, isUncounted: false, isShort: false }),
    },
  );
  const list = { partition: NO_PARTITION, parameters: {} };
  const use: UsePage = ({ captured }, { fresh }) => {
    ids.push(
      ...rawOf(captured)
        .map(Number)
        .filter((_, i) => fresh[i] === true),
    );
    return { isEnough: false, done: Promise.resolve() };
  };
  if (inTurn) for await (const _ of retriever.readInTurn(list, use)) void _;
  else await retriever.read(list, use, false);
  if (ended === undefined) throw new Error('the list has not ended');
  return { reading: ended, ids, asked: asked.sort((a, b) => a - b), waited: clock.elapsed() - began };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);

describe.each([
  ['pages beside each other', false],
  ['pages in turn', true],
])('a full last page (%s)', (_, inTurn) => {
  test('is not believed to be the last one: one more is asked for', async () => {
    const { ids, asked, reading } = await read(9, 9, 'empty', inTurn);
    expect(sorted(ids)).toEqual(upTo(9));
    expect(asked).toEqual([1, 2, 3, 4]);
    expect(reading.completeness).toBe('verified');
  });

  test('has others behind it if the count is an old one or has a limit, and then nothing is verified', async () => {
    for (const count of [10, 12, 13, 25]) {
      const { ids, reading } = await read(count, 9, 'empty', inTurn);
      expect(sorted(ids)).toEqual(upTo(count));
      expect(reading.completeness).toBe('unknown');
    }
  });

  test('is the last one if the next is empty, whatever else that says, at once', async () => {
    const { asked, waited } = await read(9, 9, 'nothing said', inTurn);
    expect([asked, waited]).toEqual([[1, 2, 3, 4], 0]);
  });

  test.each([400, 404, 410])('is the last one if the next is refused (HTTP %i), at once', async (status) => {
    const { ids, asked, reading, waited } = await read(9, 9, status, inTurn);
    expect([sorted(ids), asked, reading.completeness]).toEqual([upTo(9), [1, 2, 3, 4], 'verified']);
    expect(waited).toBe(0);
  });

  test.each(['the last page again', 'all again'] as const)(
    'is the last one if %s comes behind it',
    async (behind) => {
      const { ids, asked, reading } = await read(9, 9, behind, inTurn);
      expect([sorted(ids), reading.completeness]).toEqual([upTo(9), 'verified']);
      expect(asked.length).toBeLessThanOrEqual(7);
    },
  );
});

test('a list that begins anew behind its full last page ends there, though its first records are forgotten', async () => {
  const many = upTo(45_000).map((id) => ({ id }));
  const strategy = { ...byCountedPage.pagination_strategy, page_size: 1000 };
  // One page after the other, so that the first one is long gone when the last one has come.
  const pagination_strategy = { ...strategy, extensions: { page_count: ['meta', 'pageCount'] } };
  const { retriever } = streamOf('orders');
  const long = { ...retriever, paginator: { ...byCountedPage, pagination_strategy } as typeof byCountedPage };
  const api = fakeApi((url) => {
    url.searchParams.set('page', String(((Number(url.searchParams.get('page')) - 1) % 45) + 1));
    return pageOf(url, many);
  });
  const run = await runRead([{ ...streamOf('orders'), retriever: long }], api);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(api.asked).toHaveLength(46);
  expect(idsOf(run)).toHaveLength(45_000);
});

test('a list of which only a limit is counted is read to its end, page by page behind the limit', async () => {
  const many = upTo(65).map((id) => ({ id }));
  const { pagination_strategy } = byCountedPage;
  const byTotal = { ...pagination_strategy, extensions: { total: ['meta', 'total'] } };
  const { retriever } = streamOf('orders');
  const limited = {
    ...retriever,
    paginator: { ...byCountedPage, pagination_strategy: byTotal } as typeof byCountedPage,
  };
  const api = fakeApi((url) => {
    const { body } = pageOf(url, many) as { body: object };
    return { body: { ...body, meta: { total: 20 } } };
  });
  const run = await runRead([{ ...streamOf('orders'), retriever: limited }], api);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(sorted(idsOf(run).map(Number))).toEqual(upTo(65));
});

test('a last page with room left is the last one', async () => {
  expect((await read(8, 8)).asked).toEqual([1, 2, 3]);
  expect((await read(2, 2)).asked).toEqual([1]);
});

test('however far behind a count of whole pages is, nothing is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (more, pages, inTurn) => {
        const counted = pages * SIZE;
        expect(sorted((await read(counted + more, counted, 'empty', inTurn)).ids)).toEqual(
          upTo(counted + more),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a page behind the last one may be refused though the list has grown while it was read', async () => {
  let count = 20;
  let requests = 0;
  const api = fakeApi((url) => {
    if (++requests % 3 === 0) count++;
    const page = Number(url.searchParams.get('page'));
    if (page > 1 && (page - 1) * SIZE >= count) return { status: 400, body: { message: 'invalid page' } };
    const ids = Array.from({ length: count }, (_, i) => ({ id: count - i }));
    return { body: { data: ids.slice((page - 1) * SIZE, page * SIZE), meta: { total: count } } };
  });
  const { retriever } = streamOf('orders');
  const run = await runRead([{ ...streamOf('orders'), retriever: { ...retriever, paginator } }], api);
  expect(run.errors).toEqual([]);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(sorted(idsOf(run).map(Number)).slice(0, 20)).toEqual(upTo(20).map((id) => id + 1));
});

test('a page that is refused because the list has become shorter while it was read does not fail it', async () => {
  let count = 3 * SIZE;
  let isShorter = false;
  const api = fakeApi((url) => {
    const page = Number(url.searchParams.get('page'));
    const size = Number(url.searchParams.get('perPage'));
    if (isShorter) count = 2 * SIZE - 1;
    isShorter = true;
    if (page > 1 && (page - 1) * size >= count) return { status: 404, body: { message: 'no such page' } };
    const ids = upTo(count).map((id) => ({ id }));
    return { body: { data: ids.slice((page - 1) * size, page * size), meta: { total: count } } };
  });
  const { retriever } = streamOf('orders');
  const run = await runRead([{ ...streamOf('orders'), retriever: { ...retriever, paginator } }], api);
  expect(run.errors).toEqual([]);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(sorted([...new Set(idsOf(run).map(Number))])).toEqual(upTo(2 * SIZE - 1));
});

describe('a page behind a full last page at which the API fails', () => {
  /** An API that sends pages up to a number of records, and fails behind it. */
  const failingFrom = (from: number, count: number, total: number) =>
    fakeApi((url) => {
      const size = Number(url.searchParams.get('perPage'));
      const start = (Number(url.searchParams.get('page')) - 1) * size;
      if (start >= from) return { status: 503, body: {} };
      const ids = upTo(Math.max(0, Math.min(size, count - start))).map((i) => ({ id: start + i }));
      return { body: { data: ids, meta: { total, pageCount: Math.ceil(total / size) } } };
    });
  const orders = { ...streamOf('orders').retriever, paginator: byCountedPage };
  const readOrders = async (api: ReturnType<typeof failingFrom>, retriever: SimpleRetriever = orders) =>
    runRead([{ ...streamOf('orders'), retriever }], api);

  test('is no end of the list: records may stand there that an old count leaves out', async () => {
    const run = await readOrders(failingFrom(20, 25, 20));
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(run.errors).toMatchObject([{ failure_type: 'transient_error' }]);
    // In pages of eight, as it is read once more, the third one reaches a little further.
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(24));
  });

  test.each([
    ['of a list that is counted', orders],
    ['of a list of which only the pages are', streamOf('orders').retriever],
  ])('does not matter where pages of another size show the end, %s', async (_, retriever) => {
    const run = await readOrders(failingFrom(20, 20, 20), retriever);
    expect(run.errors).toEqual([]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(20));
  });

  test('does not matter either where the API makes pages smaller than asked for: they become smaller still', async () => {
    const pagination_strategy = { ...byCountedPage.pagination_strategy, page_size: 100 };
    const asked: number[] = [];
    const api = failingFrom(40, 40, 40);
    const clamped: ReturnType<typeof failingFrom> = {
      ...api,
      http: async (request) => {
        const url = new URL(request.url);
        asked.push(Number(url.searchParams.get('perPage')));
        url.searchParams.set('perPage', String(Math.min(20, asked.at(-1) ?? 0)));
        return api.http({ ...request, url: url.href });
      },
    };
    const run = await readOrders(clamped, {
      ...orders,
      paginator: { ...byCountedPage, pagination_strategy },
    });
    expect(Math.min(...asked)).toBeLessThan(20);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(40));
  });
});

describe('a page that is refused where neither a count nor a link says whether there is one', () => {
  const uncounted: DefaultPaginator = {
    ...byCountedPage,
    pagination_strategy: { ...byCountedPage.pagination_strategy, page_size: 100, extensions: {} },
  };
  const orders = streamOf('orders', { retriever: { ...streamOf('orders').retriever, paginator: uncounted } });
  const CLAMP = 30;
  /** @param isRefused by number of the page, times that it was asked for, and records of a page */
  const api = (count: number, isRefused: (page: number, nth: number, size: number) => boolean) => {
    const asked = new Map<number, number>();
    return fakeApi((url) => {
      const page = Number(url.searchParams.get('page'));
      const size = Math.min(CLAMP, Number(url.searchParams.get('perPage')));
      const nth = (asked.get(page) ?? 0) + 1;
      asked.set(page, nth);
      if (isRefused(page, nth, size)) return { status: 404, body: { message: 'no such page' } };
      const ids = upTo(count).slice((page - 1) * size, page * size);
      return { body: { data: ids.map((id) => ({ id })) } };
    });
  };

  test('is no end behind pages that are smaller than asked for, if pages of another size go on', async () => {
    const run = await runRead(
      [orders],
      api(75, (page, nth) => page === 2 && nth <= 4),
    );
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(75));
  });

  test.each([20, 30, 60, 75])('is one that is not there, behind %i records', async (count) => {
    const list = api(count, (page, _, size) => page > 1 && (page - 1) * size >= count);
    const run = await runRead([orders], list);
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(count));
    expect(list.asked.length).toBeLessThan(20);
  });
});

describe('a page that the answer before it has promised, and that is refused', () => {
  const linked: DefaultPaginator = {
    ...byCountedPage,
    pagination_strategy: {
      ...byCountedPage.pagination_strategy,
      page_size: 100,
      extensions: { next_page: ['paging', 'next'], total: ['paging', 'total'] },
    },
  } as DefaultPaginator;
  const readLinked = async (status: number, total: (count: number) => number, from: number) => {
    const api = fakeApi((url) => {
      const size = Number(url.searchParams.get('perPage'));
      const start = (Number(url.searchParams.get('page')) - 1) * size;
      if (start >= from) return { status, body: { message: 'no' } };
      const ids = upTo(1500).slice(start, start + size);
      const paging = { total: total(ids.length), next: start + size < 1500 ? 'next' : null };
      return { body: { data: ids.map((id) => ({ id })), paging } };
    });
    const { retriever } = streamOf('orders');
    const run = await runRead([streamOf('orders', { retriever: { ...retriever, paginator: linked } })], api);
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(run.logs.filter((line) => line.includes('verified: as many'))).toEqual([]);
  };

  test.each([400, 403, 404])(
    'is no end of the list, where the count is a limit (HTTP %i)',
    async (status) => {
      await readLinked(status, () => 1000, 1000);
    },
  );

  test.each([400, 404])('is none where the count is that of the page (HTTP %i)', async (status) => {
    await readLinked(status, (count) => count, 80);
  });

  test('is none where a count of pages stands beside a limit of records', async () => {
    const paginator = {
      ...linked,
      pagination_strategy: {
        ...linked.pagination_strategy,
        extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
      },
    } as DefaultPaginator;
    const api = fakeApi((url) => {
      const size = Number(url.searchParams.get('perPage'));
      const start = (Number(url.searchParams.get('page')) - 1) * size;
      if (start >= 1000) return { status: 400, body: { message: 'too deep' } };
      const ids = upTo(1000).slice(start, start + size);
      return { body: { data: ids.map((id) => ({ id })), meta: { total: 1000, pageCount: 15 } } };
    });
    const { retriever } = streamOf('orders');
    const run = await runRead([streamOf('orders', { retriever: { ...retriever, paginator } })], api);
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
  });
});

test.each([400, 404])(
  'a list that comes whole, whatever is asked for, ends where page 2 is refused (HTTP %i)',
  async (status) => {
    const { pagination_strategy } = byCountedPage;
    const paginator: DefaultPaginator = {
      ...byCountedPage,
      pagination_strategy: { ...pagination_strategy, page_size: 100, extensions: {} },
    };
    const api = fakeApi((url) =>
      url.searchParams.get('page') === '1'
        ? { body: { data: upTo(25).map((id) => ({ id })) } }
        : { status, body: { message: 'no pages' } },
    );
    const { retriever } = streamOf('orders');
    const run = await runRead([streamOf('orders', { retriever: { ...retriever, paginator } })], api);
    expect(run.errors).toEqual([]);
    expect(idsOf(run)).toHaveLength(25);
  },
);

test('a page behind the last one that is too large to be read is there: the list is read in smaller ones', async () => {
  const TOO_MUCH = 50;
  const api = fakeApi((url) => {
    const { searchParams } = url;
    const size = Number(searchParams.get('perPage'));
    const page = Number(searchParams.get('page'));
    const data = upTo(25)
      .slice((page - 1) * size, page * size)
      .map((id) => ({ id }));
    // An old count, of two whole pages.
    return { body: { data, meta: { total: 20, pageCount: Math.ceil(20 / size) } } };
  });
  const http: FakeApi['http'] = (request) => {
    const { searchParams } = new URL(request.url);
    const isLarge = searchParams.get('perPage') === '10' && searchParams.get('page') === '3';
    if (isLarge) throw new TransportError(TOO_LARGE, `the answer has more than ${TOO_MUCH} bytes`);
    return api.http(request);
  };
  const { retriever } = streamOf('orders');
  const orders = streamOf('orders', { retriever: { ...retriever, paginator: byCountedPage } });
  const run = await runRead([orders], { ...api, http });
  expect(run.errors).toEqual([]);
  expect(sorted([...new Set(idsOf(run).map(Number))])).toEqual(upTo(25));
  expect(run.logs.at(-1)).toContain('not verified, since more came than the API counts');
});

describe('a count of pages', () => {
  /** An API that makes pages of `size` records at most, whatever is asked for. */
  const api = (count: number, size: number, meta: object, behind: 'empty' | 'last page' | 400 = 'empty') =>
    fakeApi((url) => {
      const page = Number(url.searchParams.get('page'));
      const asked = Math.min(size, Number(url.searchParams.get('perPage')));
      const last = Math.ceil(count / asked);
      if (page > last && behind === 400) return { status: 400, body: { message: 'no such page' } };
      const sent = behind === 'last page' ? Math.min(page, last) : page;
      const ids = upTo(count).slice((sent - 1) * asked, sent * asked);
      return { body: { data: ids.map((id) => ({ id })), meta } };
    });
  const hundreds = {
    ...byCountedPage,
    pagination_strategy: {
      ...byCountedPage.pagination_strategy,
      page_size: 100,
      extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
    },
  } as DefaultPaginator;
  const orders = streamOf('orders', { retriever: { ...streamOf('orders').retriever, paginator: hundreds } });

  test.each([403, 404, 500])(
    'is believed if the page behind it is refused, or fails (HTTP %i)',
    async (status) => {
      const list = fakeApi((url) => {
        if (url.searchParams.get('page') !== '1') return { status, body: {} };
        return { body: { data: upTo(25).map((id) => ({ id })), meta: { pageCount: 1 } } };
      });
      const run = await runRead([orders], list);
      expect(run.errors).toEqual([]);
      expect(idsOf(run)).toHaveLength(25);
      expect(run.course('orders').at(-1)).toBe('COMPLETE');
      expect(list.asked.length).toBeLessThan(status === 500 ? 12 : 4);
    },
  );

  test.each(['empty', 'last page', 400] as const)(
    'that goes by the size that was asked for does not end a list that comes in smaller ones (behind it: %s)',
    async (behind) => {
      const list = api(80, 50, { pageCount: 1 }, behind);
      const run = await runRead([orders], list);
      expect(run.errors).toEqual([]);
      expect(sorted(idsOf(run).map(Number))).toEqual(upTo(80));
      expect(list.asked.length).toBeLessThan(15);
    },
  );

  test('is believed where the records are counted', async () => {
    const list = api(50, 50, { pageCount: 1, total: 50 });
    expect(idsOf(await runRead([orders], list))).toHaveLength(50);
    expect(list.asked).toHaveLength(1);
  });

  test.each(['empty', 'last page', 400] as const)(
    'that is too high does not matter once as many records have come as there are (behind them: %s)',
    async (behind) => {
      const list = api(407, 100, { pageCount: 9, total: 407 }, behind);
      const run = await runRead([orders], list);
      expect(run.errors).toEqual([]);
      expect(sorted(idsOf(run).map(Number))).toEqual(upTo(407));
      expect(run.logs.at(-1)).toContain('verified');
      expect(list.asked.length).toBeLessThan(20);
    },
  );
});

/** Answers the second page only when the one behind the last is there. */
function secondLast(api: FakeApi): FakeApi {
  let isThere: () => void = () => undefined;
  const behind = new Promise<void>((resolve) => (isThere = resolve));
  return {
    asked: api.asked,
    http: async (request) => {
      const page = new URL(request.url).searchParams.get('page');
      const response = await api.http(request);
      if (page === '5') setImmediate(isThere);
      if (page === '2') await behind;
      return response;
    },
  };
}

describe('a page behind the last one that belongs to the list after all, which has grown', () => {
  const orders = streamOf('orders', {
    retriever: { ...streamOf('orders').retriever, paginator: byCountedPage },
  });
  const numbersOf = (api: FakeApi) => api.asked.map((url) => Number(url.searchParams.get('page')));

  test('is not doubted for having come', async () => {
    let requests = 0;
    const api = fakeApi((url) =>
      pageOf(
        url,
        upTo(++requests > 1 ? 41 : 40).map((id) => ({ id })),
      ),
    );
    const run = await runRead([orders], secondLast(api));
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(41));
    expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
    expect(numbersOf(api).filter((page) => page === 5).length).toBeLessThan(3);
  });

  test('is read then, though the API had failed at it', async () => {
    let isFirst = true;
    let requests = 0;
    const api = fakeApi((url) => {
      requests++;
      if (url.searchParams.get('page') === '5' && isFirst) {
        isFirst = false;
        return { status: 500, body: {} };
      }
      return pageOf(
        url,
        upTo(requests > 1 ? 41 : 40).map((id) => ({ id })),
      );
    });
    const patience = { retries: 0, rateLimitWaits: 0 };
    const run = await runRead([orders], secondLast(api), { context: { patience } });
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(41));
    expect(numbersOf(api).filter((page) => page === 1)).toHaveLength(1);
  });
});

describe('a full page that names no other one where it should say so', () => {
  const byForward: DeclarativeStream = streamOf('orders', {
    retriever: {
      ...streamOf('orders').retriever,
      paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: {
          type: 'CursorPagination',
          page_size: 100,
          cursor_value: { response: ['paging', 'forward'] },
          extensions: { required: true },
        },
        page_size_option: requestParameter('perPage'),
        page_token_option: requestParameter('forward'),
      },
    },
  });
  /** An API that sends the first records alone. @param clamp records that it sends at most */
  const api = (count: number, clamp = Infinity) =>
    fakeApi((url) => {
      const ids = upTo(Math.min(count, clamp, Number(url.searchParams.get('perPage'))));
      return { body: { data: ids.map((id) => ({ id })), paging: { total: count } } };
    });

  test('is the last one if pages of another size show it', async () => {
    const clamped = api(100);
    const half: FakeApi = {
      asked: clamped.asked,
      http: async (request) => {
        const url = new URL(request.url);
        // Of the second reading the end is on a page of its own.
        if (url.searchParams.get('perPage') === '85') {
          const isSecond = url.searchParams.has('forward');
          const ids = isSecond ? upTo(100).slice(85) : upTo(85);
          const paging = isSecond ? {} : { forward: 'second' };
          return {
            status: 200,
            headers: {},
            body: Buffer.from(JSON.stringify({ data: ids.map((id) => ({ id })), paging })),
          };
        }
        return clamped.http(request);
      },
    };
    const run = await runRead([byForward], half);
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run).map(Number))).toEqual(upTo(100));
  });

  test.each([9, 30, 53])(
    'is the only one if it has %i records, however many are asked for',
    async (count) => {
      const whole = fakeApi(() => ({ body: { data: upTo(count).map((id) => ({ id })) } }));
      const run = await runRead([byForward], whole);
      expect(run.errors).toEqual([]);
      expect(idsOf(run)).toHaveLength(count);
      expect(whole.asked.length).toBeLessThan(10);
    },
  );

  test.each([
    ['it is as large as asked for', Infinity],
    ['it is smaller than asked for', 50],
  ])('does not end the list otherwise, where %s: the stream fails', async (_, clamp) => {
    const run = await runRead([byForward], api(250, clamp));
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(run.errors).toMatchObject([{ failure_type: 'system_error' }]);
    expect(run.errors[0]?.message).toContain('no "paging.forward"');
  });
});

describe('a list that counts its records, and says nothing of further pages', () => {
  const { pagination_strategy } = byCountedPage;
  const byTotal: DefaultPaginator = {
    ...byCountedPage,
    pagination_strategy: {
      ...pagination_strategy,
      page_size: 100,
      extensions: { total: ['paging', 'total'] },
    },
  };
  const orders = streamOf('orders', { retriever: { ...streamOf('orders').retriever, paginator: byTotal } });
  /** @param behind what the page behind the last one counts */
  const api = (count: number, behind: number) =>
    fakeApi((url) => {
      const first = (Number(url.searchParams.get('page')) - 1) * 100;
      const data = upTo(count).slice(first, first + 100);
      const total = data.length === 0 && first > 0 ? behind : count;
      return { body: { data: data.map((id) => ({ id })), paging: { total } } };
    });

  test.each([0, 1])('of %i is read with one request', async (count) => {
    const list = api(count, count);
    const run = await runRead([orders], list);
    expect(idsOf(run)).toHaveLength(count);
    expect(list.asked).toHaveLength(1);
    expect(run.logs.at(-1)).toContain('verified');
  });

  test.each([2, 50, 250])('of %i is whole though the page behind it counts none', async (count) => {
    const list = api(count, 0);
    const run = await runRead([orders], list);
    expect(idsOf(run)).toHaveLength(count);
    expect(run.logs.at(-1)).toContain('verified: as many as the API counts');
    expect(list.asked).toHaveLength(Math.ceil(count / 100) + 1);
  });
});
