/** A page that is answered with another one: by a cache, say, that takes one request for the other. */
import { describe, expect, test } from '@jest/globals';
import type { TracedError } from '../../protocol/errors.js';
import { byCountedPage, byPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import { fakeApi, idsOf, pageOf, runRead, sorted, spread } from '../../test-support/read-run.fixture.js';
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream } from '../components.js';
import { requestParameter } from '../components.js';
import type { Ending } from '../paginators/page-walk.js';
import { RepeatedPages } from './repeated-pages.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
const counted: DeclarativeStream = {
  ...orders,
  retriever: { ...orders.retriever, paginator: byCountedPage },
};
/** Six pages. */
const all = spread(60).reverse();

/** @param sent the page that is sent for another one, and how many requests of that have come */
function apiOf(sent: (page: number, nth: number) => number): FakeApi {
  const requests = new Map<number, number>();
  return fakeApi((url) => {
    const page = Number(url.searchParams.get('page'));
    const nth = (requests.get(page) ?? 0) + 1;
    requests.set(page, nth);
    const other = new URL(url);
    other.searchParams.set('page', String(sent(page, nth)));
    return pageOf(other, all);
  });
}

const ids = (run: ReadRun): number[] => sorted(idsOf(run));
const wanted = sorted(all.map(({ id }) => id));

/** The same where only the number of records tells how many pages there are. */
const byTotal: DeclarativeStream = {
  ...orders,
  retriever: {
    ...orders.retriever,
    paginator: {
      ...byCountedPage,
      pagination_strategy: { ...byCountedPage.pagination_strategy, extensions: { total: ['meta', 'total'] } },
    },
  },
};

describe.each([
  ['beside each other', counted],
  ['beside each other, by the number of records', byTotal],
  ['one by one', orders],
])('of pages that are read %s', (_, stream) => {
  const pairs = [2, 3, 4, 5, 6].flatMap((page) => [1, page - 1].map((other) => [page, other] as const));

  test.each(pairs)('number %i, answered twice with number %i, is asked for again', async (page, other) => {
    const run = await runRead(
      [stream],
      apiOf((one, nth) => (one === page && nth <= 2 ? other : one)),
    );
    expect(run.errors).toEqual([]);
    expect(ids(run)).toEqual(wanted);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test('the first one, sent for all, is an error and not a short list', async () => {
    const run = await runRead(
      [stream],
      apiOf(() => 1),
    );
    expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'transient_error' })]);
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
  });
});

/** Goes by tokens at first, and by numbers once an answer has "paging". */
const orByNumbers: DeclarativeStream = {
  ...streamOf('orders'),
  retriever: {
    ...streamOf('orders').retriever,
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        page_size: 10,
        cursor_value: { response: ['meta', 'next'] },
      },
      page_size_option: requestParameter('perPage'),
      page_token_option: requestParameter('next'),
      extensions: { page_fallback: { when: [['paging']], paginator: byPage } },
    },
  },
};

test.each([2, 3, 4, 5, 6])(
  'number %i of a list that says nothing of its pages, answered once with the one before, is asked for again if it is full',
  async (number) => {
    const api = apiOf((page, nth) => (page === number && nth === 1 ? page - 1 : page));
    const silent = async (request: Parameters<FakeApi['http']>[0]) => {
      const answer = await api.http(request);
      const body = JSON.parse(answer.body.toString()) as object;
      return { ...answer, body: Buffer.from(JSON.stringify({ ...body, meta: {} })) };
    };
    const run = await runRead([orders], { ...api, http: silent });
    expect(run.errors).toEqual([]);
    expect(ids(run)).toEqual(wanted);
  },
);

describe.each([
  ['by numbers', streamOf('orders')],
  ['by numbers for want of a token', orByNumbers],
])('a list %s without pages ends although each number is answered', (_kind, stream) => {
  const few = all.slice(0, 25);
  const forAllNumbers = (change: (records: readonly object[], nth: number) => readonly object[]) => {
    let nth = 0;
    return fakeApi(() => ({ body: { data: change(few, ++nth), paging: {} } }));
  };

  test.each([
    [
      'with another value',
      (records: readonly object[], nth: number) => records.map((one) => ({ ...one, nth })),
    ],
    [
      'in another order',
      (records: readonly object[], nth: number) => [...records.slice(nth), ...records.slice(0, nth)],
    ],
  ])('%s', async (_, change) => {
    const api = forAllNumbers(change);
    const run = await runRead([stream], api);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(ids(run)).toEqual(sorted(few.map(({ id }) => id)));
    expect(api.asked.length).toBeLessThan(20);
  });

  test('also if the page behind the last one is refused', async () => {
    const api = fakeApi((url) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      const data = few.slice((page - 1) * 10, page * 10);
      return data.length === 0 ? { status: 404, body: {} } : { body: { data, paging: {} } };
    });
    const run = await runRead([stream], api);
    expect(run.errors).toEqual([]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(ids(run)).toEqual(sorted(few.map(({ id }) => id)));
  });
});

test.each([15, 25, 35])(
  'a list of %i that always promises another page, and sends its last one for it, ends',
  async (count) => {
    const few = all.slice(0, count);
    const last = Math.ceil(count / 10);
    const { pagination_strategy } = byCountedPage;
    const extensions = { next_page: ['paging', 'next'], total: ['paging', 'total'] };
    const paginator = { ...byCountedPage, pagination_strategy: { ...pagination_strategy, extensions } };
    const api = fakeApi((url) => {
      const page = Math.min(last, Number(url.searchParams.get('page')));
      const data = few.slice((page - 1) * 10, page * 10);
      return { body: { data, paging: { next: 'https://api.vendor.test/', total: count } } };
    });
    const run = await runRead([streamOf('orders', { retriever: { ...orders.retriever, paginator } })], api);
    expect(run.errors).toEqual([]);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(ids(run)).toEqual(sorted(few.map(({ id }) => id)));
    expect(api.asked.length).toBeLessThan(last + 8);
  },
);

test('a list that moves on by a page, more than once while its pages are read, is read whole', async () => {
  let records = all;
  const api = fakeApi((url) => {
    const page = Number(url.searchParams.get('page'));
    if ((page === 2 && records.length === 60) || (page === 5 && records.length === 70))
      records = [...spread(records.length + 10).slice(-10), ...records];
    return pageOf(url, records);
  });
  const run = await runRead([counted], api, { numWorkers: 1 });
  expect(run.errors).toEqual([]);
  expect(ids(run)).toEqual(expect.arrayContaining(wanted));
});

test('a list that is counted on later pages only is read one by one, and each page once', async () => {
  const api = fakeApi((url) => {
    const { body } = pageOf(url, all) as { body: object };
    return { body: url.searchParams.get('page') === '1' ? { ...body, meta: { pageCount: 6 } } : body };
  });
  const run = await runRead([streamOf('orders', { retriever: counted.retriever })], api);
  expect(ids(run)).toEqual(wanted);
  const asked = api.asked.map(({ searchParams }) => Number(searchParams.get('page')));
  // Behind the last one, which is full, another one is looked for.
  expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('a list that says nothing of its pages goes on if it has only moved on by one', async () => {
  let records = all;
  const api = fakeApi((url) => {
    // As many new ones as a page holds take each page to the place of the next.
    if (url.searchParams.get('page') === '2' && records === all)
      records = [...spread(70).reverse().slice(0, 10), ...all];
    const { body } = pageOf(url, records) as { body: object };
    return { body: { ...body, meta: {} } };
  });
  const run = await runRead([streamOf('orders')], api);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(ids(run)).toEqual(wanted);
});

test('a list that is sent empty at first, with a count, is read again', async () => {
  let answers = 0;
  const run = await runRead(
    [counted],
    fakeApi((url) => {
      const { body } = pageOf(url, all) as { body: { data: unknown[] } };
      return { body: ++answers <= 7 ? { ...body, data: [] } : body };
    }),
  );
  expect(ids(run)).toEqual(wanted);
});

test('pages of another size that the API refuses do not fail a list that came short', async () => {
  const run = await runRead(
    [counted],
    fakeApi((url) => {
      if (url.searchParams.get('perPage') !== '10') return { status: 400, body: {} };
      const { body } = pageOf(url, all) as { body: { data: { id: number }[] } };
      return { body: { ...body, data: body.data.filter(({ id }) => id !== 7) } };
    }),
  );
  expect(ids(run)).toEqual(wanted.filter((id) => id !== 7));
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
});

test('the next one, sent in place of one that is read beside it, is found missing by counting', async () => {
  const run = await runRead(
    [counted],
    apiOf((page, nth) => (page === 3 && nth === 1 ? 4 : page)),
  );
  expect(run.errors).toEqual([]);
  expect(ids(run)).toEqual(wanted);
});

test('a page that came so long ago that its records are forgotten is known again all the same', async () => {
  const many = Array.from({ length: 60_000 }, (_, id) => ({ id }));
  const { pagination_strategy } = byCountedPage;
  const paginator = { ...byCountedPage, pagination_strategy: { ...pagination_strategy, page_size: 100 } };
  const long = streamOf('orders', { retriever: { ...streamOf('orders').retriever, paginator } });
  let isWrong = true;
  const api = fakeApi((url) => {
    const other = new URL(url);
    if (url.searchParams.get('page') === '550' && isWrong) {
      isWrong = false;
      other.searchParams.set('page', '5');
    }
    return pageOf(other, many);
  });
  const run = await runRead([long], api, { syncMode: 'full_refresh' });
  expect(run.logs.filter((line) => line.startsWith('WARN'))).toHaveLength(1);
  expect(new Set(idsOf(run)).size).toBe(60_000);
});

describe('a page that comes again although it was asked for again', () => {
  /**
   * @param totals what the pages state, from the last one on that has brought something
   * @param isUseless they are as the one before them; others are parts of what has come
   * @returns what each further one means
   */
  function course(ending: Ending, totals: readonly (number | undefined)[], isUseless: boolean): string[] {
    const pages = new RepeatedPages();
    return totals.flatMap((total, i) => {
      try {
        const facts = { number: i + 1, ending, total, distinct: 20, count: 10 };
        const isEnd = pages.isEnd({ ...facts, hasCome: i > 0, isSame: i > 0 && isUseless });
        return i === 0 ? [] : [isEnd ? 'end' : 'goes on'];
      } catch (error) {
        return [(error as TracedError).failureType];
      }
    });
  }
  const none = undefined;
  const twice = [none, none, none];
  const many = Array.from({ length: 21 }, (_, i) => i);
  const nothing = many.map(() => none);
  const on = (times: number) => Array.from({ length: times }, () => 'goes on');

  test.each<[string, Ending, (number | undefined)[], boolean, string[]]>([
    ['is the end of a list that says nothing', 'guessed', twice, true, ['goes on', 'end']],
    ['in parts has moved on', 'guessed', nothing, false, [...on(19), 'end']],
    ['is the end of a list of which all have come', 'guessed', [20, 20], false, ['end']],
    ['is none of a list that has more', 'guessed', [90, 90], false, ['transient_error']],
    ['has moved on, though pages are counted', 'guessed', [8, 10, 10], false, on(2)],
    ['is none where the API says that there are more', 'counted', [90, 90], false, ['transient_error']],
    ['is none where it does so without a count', 'counted', twice, true, ['goes on', 'transient_error']],
    ['in parts has moved on, without a count', 'counted', nothing, false, [...on(19), 'transient_error']],
    ['is the end of a list that promises more for ever', 'counted', [20, 20, 20], false, ['goes on', 'end']],
    ['has moved on by two pages', 'counted', [90, 110, 110], false, on(2)],
    ['does not move on for ever', 'counted', many.map((i) => 90 + i), true, [...on(19), 'transient_error']],
    ['is passed where a token leads on', 'certain', nothing, true, [...on(19), 'transient_error']],
  ])('%s (%s)', (_, ending, totals, isUseless, expected) => {
    expect(course(ending, totals, isUseless)).toEqual(expected);
  });

  test('counts only in a row', () => {
    const pages = new RepeatedPages();
    const isEnd = (hasCome: boolean) =>
      pages.isEnd({
        ...{ number: 2, ending: 'guessed', total: undefined, distinct: 2, count: 2 },
        ...{ hasCome, isSame: hasCome },
      });
    expect([true, false, true, true].map(isEnd)).toEqual([false, false, false, true]);
  });
});

test('pages without a key that come again are known as a whole', async () => {
  const stream = streamOf('orders', { primary_key: [] });
  const run = await runRead(
    [stream],
    fakeApi(() => ({ body: { data: all.slice(0, 10) } })),
  );
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(idsOf(run).length).toBeLessThan(40);
});

describe('a list whose last page comes for each number behind it', () => {
  /** The records of the list stand newest first; one is added when so many requests have come. */
  const api = (count: number, addedAt: number) => {
    let requests = 0;
    return fakeApi((url) => {
      const now = ++requests >= addedAt ? count + 1 : count;
      const page = Math.min(Number(url.searchParams.get('page')), Math.ceil(now / 10));
      const records = Array.from({ length: now }, (_, i) => ({ id: now - i }));
      return { body: { data: records.slice((page - 1) * 10, page * 10), meta: { total: now } } };
    });
  };
  // One page after the other: only an empty one would say that there are no others.
  const guessed = streamOf('orders', {
    retriever: {
      ...orders.retriever,
      paginator: {
        ...byPage,
        pagination_strategy: { ...byPage.pagination_strategy, extensions: { total: ['meta', 'total'] } },
      },
    },
  });

  test('fails if it is the first one that comes for each number: others are counted', async () => {
    const first = fakeApi(() => ({
      body: { data: Array.from({ length: 10 }, (_, id) => ({ id })), meta: { total: 15 } },
    }));
    const run = await runRead([guessed], first);
    expect(run.errors).toMatchObject([{ failure_type: 'transient_error' }]);
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
  });

  test.each([2, 3, 4, 5, 100])(
    'ends there, though a record is added with request number %i',
    async (addedAt) => {
      const list = api(25, addedAt);
      const run = await runRead([guessed], list);
      expect(run.errors).toEqual([]);
      const came = new Set(idsOf(run));
      expect(Array.from({ length: 25 }, (_, i) => i + 1).filter((id) => !came.has(id))).toEqual([]);
      expect(list.asked.length).toBeLessThan(25);
    },
  );
});
