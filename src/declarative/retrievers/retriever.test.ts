import { describe, expect, test } from '@jest/globals';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import {
  errorHandler,
  requestContext,
  requesterOf,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { HeldClock } from '../../test-support/fake-clock.fixture.js';
import { fakeApi } from '../../test-support/read-run.fixture.js';
import type { FakeApi, Reply } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import type { DefaultPaginator, SimpleRetriever } from '../components.js';
import { MINUTE_MS } from '../durations.js';
import type { RequestContext } from '../requesters/request-context.js';
import { Slots } from '../requesters/slots.js';
import { TOO_LARGE, TransportError } from '../requesters/transport-error.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import type { PageInfo } from './list.js';
import { createRetriever } from './retriever.js';
import type { Retriever } from './retriever.js';

const byPage: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'PageIncrement',
    page_size: 100,
    start_from_page: 1,
    inject_on_first_request: true,
    extensions: { page_count: ['meta', 'pageCount'], fallback_page_size: 30 },
  },
  page_size_option: requestParameter('size'),
  page_token_option: requestParameter('page'),
};

function retrieverOf(changes: Partial<SimpleRetriever> = {}): SimpleRetriever {
  return { ...streamOf('orders').retriever, paginator: byPage, ...changes };
}

interface Lists {
  readonly retriever: Retriever;
  readonly warnings: string[];
}

function listsOf(
  api: FakeApi,
  definition: SimpleRetriever,
  context: Partial<Pick<RequestContext, 'clock' | 'lanes' | 'patience' | 'slots'>> = {},
): Lists {
  const warnings: string[] = [];
  const ignore = () => undefined;
  const retriever = createRetriever(
    { definition, capture: [['id']], keyPlaces: [0], pagesAtATime: 4 },
    requestContext({ http: api.http, ...context }),
    { warn: (line) => warnings.push(line), requested: ignore, rateLimited: ignore, listRead: ignore },
  );
  return { retriever, warnings };
}

/** Reads a list to its end. @returns the ids of each page, as raw JSON */
async function readAll(
  retriever: Retriever,
  partition: StreamPartition = NO_PARTITION,
  infos: PageInfo[] = [],
): Promise<(string | undefined)[][]> {
  const pages: (string | undefined)[][] = [];
  await retriever.read(
    { partition, parameters: { status: 'paid' } },
    (page, info) => {
      infos.push(info);
      pages.push(rawOf(page.captured));
      return { isEnough: false, done: Promise.resolve() };
    },
    false,
  );
  return pages;
}

const paths = (api: FakeApi): string[] => api.asked.map(({ pathname, search }) => pathname + search);
const pages = (api: FakeApi): string[] =>
  api.asked.map(({ searchParams }) => `${searchParams.get('page')} of ${searchParams.get('size')}`);

/** So many pages, each with one record, whose id is the page's number. */
function numbered(url: URL, pageCount: number): Reply {
  return { body: { data: [{ id: Number(url.searchParams.get('page')) }], meta: { pageCount } } };
}

const refused: Reply = { status: 400, body: { message: 'size is too large' } };

describe('a list', () => {
  test('is read page by page, with the parameters of the slice', async () => {
    const api = fakeApi((url) => numbered(url, 2));
    const infos: PageInfo[] = [];
    const { retriever } = listsOf(api, retrieverOf());
    expect(await readAll(retriever, NO_PARTITION, infos)).toEqual([['1'], ['2']]);
    expect(paths(api)).toEqual([
      '/orders?status=paid&size=100&page=1',
      '/orders?status=paid&size=100&page=2',
    ]);
    expect(infos).toEqual([
      {
        number: 1,
        isFirst: true,
        pageCount: 2,
        hasMore: true,
        mayBeLong: true,
        fresh: [true],
      },
      {
        number: 2,
        isFirst: false,
        pageCount: 2,
        hasMore: false,
        mayBeLong: false,
        fresh: [true],
      },
    ]);
  });

  test('is read no further than it is wanted', async () => {
    const api = fakeApi((url) => numbered(url, 1000));
    const { retriever } = listsOf(api, retrieverOf());
    let wanted = 0;
    const use = () => ({ isEnough: false, done: Promise.resolve() });
    for await (const page of retriever.readInTurn({ partition: NO_PARTITION, parameters: {} }, use)) {
      expect(page).toBe(wanted + 1);
      expect(api.asked).toHaveLength(++wanted);
      if (wanted === 5) break;
    }
    expect(api.asked).toHaveLength(5);
  });
});

describe('a page size that the API refuses with 400', () => {
  const upTo30 = (url: URL): Reply =>
    Number(url.searchParams.get('size')) > 30 ? refused : numbered(url, 2);

  test('is made smaller for this list and all that follow, with a warning', async () => {
    const api = fakeApi(upTo30);
    const { retriever, warnings } = listsOf(api, retrieverOf());
    expect(await readAll(retriever)).toEqual([['1'], ['2']]);
    expect(await readAll(retriever)).toEqual([['1'], ['2']]);
    expect(pages(api)).toEqual(['1 of 100', '1 of 30', '2 of 30', '1 of 30', '2 of 30']);
    expect(warnings).toEqual(['the API refused the request; trying again with smaller pages']);
  });

  test.each([412, 422])('is made smaller if it is refused with %i, too', async (status) => {
    const api = fakeApi((url) =>
      Number(url.searchParams.get('size')) > 30 ? { status, body: {} } : numbered(url, 1),
    );
    await readAll(listsOf(api, retrieverOf()).retriever);
    expect(pages(api)).toEqual(['1 of 100', '1 of 30']);
  });

  test('is made smaller for lists that are read beside each other', async () => {
    const api = fakeApi(upTo30);
    const { retriever } = listsOf(api, retrieverOf());
    expect(await Promise.all([readAll(retriever), readAll(retriever)])).toEqual([
      [['1'], ['2']],
      [['1'], ['2']],
    ]);
  });

  test('is tried once only: a request that is refused all the same fails', async () => {
    const api = fakeApi(() => refused);
    const { retriever } = listsOf(api, retrieverOf());
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
    expect(pages(api)).toEqual(['1 of 100', '1 of 30']);
  });

  test('stays for other lists if that one is refused with smaller pages, too', async () => {
    let isRefused = true;
    const api = fakeApi((url) => (isRefused ? refused : numbered(url, 1)));
    const { retriever } = listsOf(api, retrieverOf());
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
    isRefused = false;
    await readAll(retriever);
    expect(pages(api)).toEqual(['1 of 100', '1 of 30', '1 of 100']);
  });

  test('fails behind the first page, of which nothing may come twice', async () => {
    const api = fakeApi((url) => (url.searchParams.get('page') === '2' ? refused : numbered(url, 3)));
    const { retriever } = listsOf(api, retrieverOf());
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
    expect(pages(api)).toEqual(['1 of 100', '2 of 100']);
  });

  test('fails where no smaller one is named', async () => {
    const api = fakeApi(() => refused);
    const paginator = streamOf('orders').retriever.paginator;
    const { retriever } = listsOf(api, retrieverOf({ paginator }));
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
    expect(api.asked).toHaveLength(1);
  });

  test.each([401, 403, 404, 500])('is not suspected of HTTP %i', async (status) => {
    const api = fakeApi(() => ({ status, body: {} }));
    const { retriever } = listsOf(api, retrieverOf());
    await expect(readAll(retriever)).rejects.toThrow(`HTTP ${status}`);
    expect(new Set(pages(api))).toEqual(new Set(['1 of 100']));
  });
});

describe('a page that is too large to be read', () => {
  /** The record of this number is so large that it fits on no page with others. */
  const withLarge = (large: number, fits: number): FakeApi => {
    const api = fakeApi((url) => {
      const size = Number(url.searchParams.get('size'));
      const first = (Number(url.searchParams.get('page')) - 1) * size;
      const ids = Array.from({ length: Math.max(0, Math.min(size, 250 - first)) }, (_, i) => first + i);
      return { body: { data: ids.map((id) => ({ id })), meta: { pageCount: Math.ceil(250 / size) } } };
    });
    return {
      asked: api.asked,
      http: async (request) => {
        const response = await api.http(request);
        const { data } = JSON.parse(response.body.toString()) as { data: { id: number }[] };
        if (data.length > fits && data.some(({ id }) => id === large))
          throw new TransportError(TOO_LARGE, 'large');
        return response;
      },
    };
  };

  test.each([
    ['the first one', 5, 10, '1 of 10'],
    ['another one', 205, 10, '1 of 10'],
    ['also one of few records', 205, 1, '1 of 1'],
  ])('%s, is asked for in smaller parts', async (_, large, fits, expected) => {
    const api = withLarge(large, fits);
    const { retriever, warnings } = listsOf(api, retrieverOf());
    const ids = (await readAll(retriever)).flat().map(Number);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (__, id) => id));
    expect(pages(api)).toContain(expected);
    expect(warnings[0]).toBe('the answer is too large to be read; trying again with smaller pages');
  });

  test('for a single record is a fault of the answer', async () => {
    const { retriever } = listsOf(withLarge(5, 0), retrieverOf());
    await expect(readAll(retriever)).rejects.toMatchObject({ failureType: 'system_error' });
  });
});

describe('a list that is said not to be there at its first page', () => {
  const goneAtFirst = (times: number, status: number) => {
    let asked = 0;
    return fakeApi((url) => (++asked <= times ? { status, body: {} } : numbered(url, 1)));
  };

  test.each([404, 410])(
    'is asked for again: a gateway may have lost its routes (HTTP %i)',
    async (status) => {
      const api = goneAtFirst(2, status);
      const { retriever, warnings } = listsOf(api, retrieverOf());
      expect(await readAll(retriever)).toEqual([['1']]);
      expect(warnings).toHaveLength(2);
      expect(warnings[0]).toMatch(/page=1: .*asking again, in case it is gone for a moment only/);
    },
  );

  test.each([
    [404, 3],
    [410, 3],
    // Of the key and what it may read, not of the list.
    [401, 1],
    [403, 1],
  ])('is believed in the end (HTTP %i)', async (status, requests) => {
    const api = goneAtFirst(Infinity, status);
    const { retriever } = listsOf(api, retrieverOf());
    await expect(readAll(retriever)).rejects.toThrow(`HTTP ${status}`);
    expect(api.asked).toHaveLength(requests);
  });

  test('is believed at once where somebody waits for a check', async () => {
    const api = goneAtFirst(Infinity, 404);
    const { retriever } = listsOf(api, retrieverOf(), { patience: { retries: 1, rateLimitWaits: 1 } });
    await expect(readAll(retriever)).rejects.toThrow('HTTP 404');
    expect(api.asked).toHaveLength(1);
  });
});

describe('a list that has sent pages, and is then said to be gone', () => {
  const GONE_AT_2 = (isGone: () => boolean, status = 404) =>
    fakeApi((url) =>
      url.searchParams.get('page') === '2' && isGone() ? { status, body: {} } : numbered(url, 3),
    );

  test.each([401, 403, 404])('is asked for again (HTTP %i)', async (status) => {
    let times = 0;
    const api = GONE_AT_2(() => ++times <= 3, status);
    const { retriever, warnings } = listsOf(api, retrieverOf());
    expect(await readAll(retriever)).toEqual([['1'], ['2'], ['3']]);
    expect(pages(api)).toEqual(['1 of 100', ...Array<string>(4).fill('2 of 100'), '3 of 100']);
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/page=2: .*the list was there before; asking again/);
  });

  test('is a fault that may pass, if it stays so', async () => {
    const { retriever } = listsOf(
      GONE_AT_2(() => true),
      retrieverOf(),
    );
    await expect(readAll(retriever)).rejects.toMatchObject({
      failureType: 'transient_error',
      message: 'The API did not go on with a list whose first pages it had sent.',
    });
  });
});

test('a list that cannot be reached behind its first page is not taken for one that has gone', async () => {
  const api = fakeApi((url) => numbered(url, 3));
  let asked = 0;
  const http: FakeApi['http'] = async (request) => {
    if (new URL(request.url).searchParams.get('page') === '1') return api.http(request);
    asked++;
    throw new TransportError('ECONNREFUSED', 'no connection');
  };
  const { retriever } = listsOf({ ...api, http }, retrieverOf());
  await expect(readAll(retriever)).rejects.toThrow('could not be reached');
  expect(asked).toBe(1 + (errorHandler.max_retries ?? 0));
});

describe('an API that refuses the page behind the last one', () => {
  const without = (extensions: Record<string, string[]>) =>
    retrieverOf({
      paginator: {
        ...byPage,
        pagination_strategy: { ...byPage.pagination_strategy, page_size: 2, extensions },
      },
    });
  /** Pages of two. */
  const refusing = (status: number, ids: readonly number[], total?: number) =>
    fakeApi((url) => {
      const at = 2 * (Number(url.searchParams.get('page')) - 1);
      if (at >= ids.length) return { status, body: { message: 'no such page' } };
      return {
        body: {
          data: ids.slice(at, at + 2).map((id) => ({ id })),
          meta: total === undefined ? { perPage: 2 } : { total },
        },
      };
    });

  test.each([400, 404])(
    'has come to the end of its list if that one was not full (HTTP %i)',
    async (status) => {
      const { retriever } = listsOf(refusing(status, [1, 2, 3]), without({ total: ['meta', 'total'] }));
      expect(await readAll(retriever)).toEqual([['1', '2'], ['3']]);
      const short = listsOf(refusing(status, [1]), without({ total: ['meta', 'total'] }));
      expect(await readAll(short.retriever)).toEqual([['1']]);
    },
  );

  test.each([401, 403])('has not said so if it refuses whoever asks (HTTP %i)', async (status) => {
    const { retriever } = listsOf(refusing(status, [1, 2, 3]), without({ total: ['meta', 'total'] }));
    await expect(readAll(retriever)).rejects.toMatchObject({ failureType: 'transient_error' });
    const counted = listsOf(refusing(status, [1, 2, 3], 3), without({ total: ['meta', 'total'] }));
    expect(await readAll(counted.retriever)).toEqual([['1', '2'], ['3']]);
  });

  test.each([400, 404])('has done so if as many came as it counts (HTTP %i)', async (status) => {
    const definition = without({ total: ['meta', 'total'], page_count: ['meta', 'pages'] });
    const { retriever } = listsOf(refusing(status, [1, 2, 3, 4], 4), definition);
    expect(await readAll(retriever)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    const single = listsOf(refusing(status, [1, 2], 2), definition);
    expect(await readAll(single.retriever)).toEqual([['1', '2']]);
  });

  test('fails if more came than it counts, which is of pages then, and the last one was full', async () => {
    const definition = without({ total: ['meta', 'total'], page_count: ['meta', 'pages'] });
    const { retriever } = listsOf(refusing(400, [1, 2, 3, 4], 3), definition);
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
  });

  test.each([
    ['pages', 3],
    ['the records of a page', 2],
  ])('is not believed where it only failed: the count may be of %s', async (_, total) => {
    const ids = [1, 2, 3, 4, 5, 6];
    const api = fakeApi((url) => {
      const at = 2 * (Number(url.searchParams.get('page')) - 1);
      if (at >= 2) return { status: 500, body: {} };
      return { body: { data: ids.slice(at, at + 2).map((id) => ({ id })), meta: { total } } };
    });
    const { retriever } = listsOf(api, without({ total: ['meta', 'total'], page_count: ['meta', 'pages'] }));
    await expect(readAll(retriever)).rejects.toMatchObject({ failureType: 'transient_error' });
  });

  test('fails if the last page was full and nothing counts: there may be more', async () => {
    const { retriever } = listsOf(refusing(400, [1, 2, 3, 4]), without({ total: ['meta', 'total'] }));
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
  });
});

describe('a list by numbers that turns out to go by tokens', () => {
  const paginator: DefaultPaginator = {
    ...byPage,
    pagination_strategy: { ...byPage.pagination_strategy, page_size: 2 },
    extensions: {
      cursor_fallback: {
        pagination_strategy: {
          type: 'CursorPagination',
          page_size: 2,
          cursor_value: { response: ['meta', 'next'] },
        },
        page_token_option: requestParameter('next'),
        request_parameters: {},
      },
    },
  };
  const tokenOf = (url: URL): number => Number(url.searchParams.get('next') ?? 1);

  test('has not ended where a page that a token promises is refused', async () => {
    const api = fakeApi((url) => {
      const token = tokenOf(url);
      if (token === 3) return { status: 400, body: { message: 'no such token' } };
      // The second one is not full.
      const data = token === 1 ? [{ id: 1 }, { id: 2 }] : [{ id: 3 }];
      return { body: { data, meta: { next: String(token + 1) } } };
    });
    const { retriever } = listsOf(api, retrieverOf({ paginator }));
    await expect(readAll(retriever)).rejects.toMatchObject({ status: 400 });
  });

  test('ends with an empty page that has the first token again', async () => {
    const api = fakeApi((url) => ({
      body: { data: url.searchParams.has('next') ? [] : [{ id: 1 }, { id: 2 }], meta: { next: 'A' } },
    }));
    const { retriever } = listsOf(api, retrieverOf({ paginator }));
    expect((await readAll(retriever)).flat()).toEqual(['1', '2']);
  });

  test('ends with its last token, though the last page is full', async () => {
    const api = fakeApi((url) => {
      const token = tokenOf(url);
      const data = [{ id: 2 * token }, { id: 2 * token + 1 }];
      return { body: { data, meta: { next: token === 3 ? null : String(token + 1) } } };
    });
    const { retriever } = listsOf(api, retrieverOf({ paginator }));
    expect(await readAll(retriever)).toHaveLength(3);
    expect(api.asked).toHaveLength(3);
  });
});

describe('a list at one of two paths', () => {
  const OLD = '/parents/{{ stream_partition.parent_id }}/bulk';
  const NEW = '/parents/{{ stream_partition.parent_id }}/list';
  const definition = (ignored: readonly number[]) =>
    retrieverOf({
      requester: requesterOf(OLD, {
        error_handler: {
          ...errorHandler,
          response_filters: [{ type: 'HttpResponseFilter', action: 'IGNORE', http_codes: ignored }],
        },
        extensions: { url_base_variable: 'VENDOR_API_URL', alternative_path: NEW },
      }),
    });
  const of = (id: number): StreamPartition => ({ values: new Map([['parent_id', String(id)]]) });
  const gone: Reply = { status: 404, body: {} };
  const asked = (api: FakeApi): string[] => api.asked.map(({ pathname }) => pathname);

  test('is read at the first one where that answers', async () => {
    const api = fakeApi((url) => numbered(url, 1));
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([['1']]);
    expect(asked(api)).toEqual(['/parents/1/bulk']);
  });

  test('is read at the other one after an ignored 404, which is remembered once it answered', async () => {
    const api = fakeApi((url) => (url.pathname.endsWith('/bulk') ? gone : numbered(url, 2)));
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([['1'], ['2']]);
    expect(await readAll(retriever, of(2))).toEqual([['1'], ['2']]);
    expect(asked(api)).toEqual([
      '/parents/1/bulk',
      ...['/parents/1/list', '/parents/1/list', '/parents/2/list', '/parents/2/list'],
    ]);
  });

  test('is empty where neither answers, and neither is preferred by that', async () => {
    const api = fakeApi((url) => (url.pathname.startsWith('/parents/1/') ? gone : numbered(url, 1)));
    const { retriever, warnings } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([]);
    expect(await readAll(retriever, of(2))).toEqual([['1']]);
    const twoPlaces = ['/parents/1/bulk', '/parents/1/list'];
    expect(asked(api)).toEqual([...twoPlaces, ...twoPlaces, ...twoPlaces, '/parents/2/bulk']);
    expect(warnings).toEqual(['/parents/1/bulk: skipped, the API does not know this list']);
  });

  test('is asked for at the first one again when the remembered one knows it not', async () => {
    const known = ['/parents/1/list', '/parents/2/bulk'];
    const api = fakeApi(({ pathname }) =>
      known.includes(pathname) ? { body: { data: [{ id: pathname }], meta: { pageCount: 1 } } } : gone,
    );
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([['"/parents/1/list"']]);
    expect(await readAll(retriever, of(2))).toEqual([['"/parents/2/bulk"']]);
  });

  test('is not tried at the other one after an answer that is not ignored', async () => {
    const api = fakeApi(() => ({ status: 403, body: {} }));
    const { retriever } = listsOf(api, definition([404]));
    await expect(readAll(retriever, of(1))).rejects.toThrow('HTTP 403');
    expect(asked(api)).toEqual(['/parents/1/bulk']);
  });

  test('is asked for again if it is gone for a moment, as long as that has brought one of the last twenty', async () => {
    const late = ['/parents/15/bulk', '/parents/30/bulk'];
    const asked = new Map<string, number>();
    const api = fakeApi((url) => {
      const nth = (asked.get(url.pathname) ?? 0) + 1;
      asked.set(url.pathname, nth);
      return late.includes(url.pathname) && nth > 1 ? numbered(url, 1) : gone;
    });
    const { retriever } = listsOf(api, definition([404]));
    const read: number[] = [];
    for (let id = 1; id <= 30; id++) if ((await readAll(retriever, of(id))).length > 0) read.push(id);
    expect(read).toEqual([15, 30]);
  });

  test('is read to its end at the path where it began, though those before it were at the other one', async () => {
    const api = fakeApi((url) =>
      url.pathname === (url.pathname.startsWith('/parents/1/') ? '/parents/1/bulk' : '/parents/2/list')
        ? numbered(url, 2)
        : gone,
    );
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([['1'], ['2']]);
    expect(await readAll(retriever, of(2))).toEqual([['1'], ['2']]);
  });

  test('is read at the first one although the other one says of all that they are empty', async () => {
    const api = fakeApi((url) => {
      if (url.pathname.endsWith('/list')) return { body: { data: [], meta: { pageCount: 0 } } };
      return url.pathname === '/parents/1/bulk' ? gone : numbered(url, 1);
    });
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([[]]);
    expect(await readAll(retriever, of(2))).toEqual([['1']]);
  });

  test('is read with smaller pages too', async () => {
    const api = fakeApi((url) => {
      if (url.pathname.endsWith('/bulk')) return gone;
      return url.searchParams.get('size') === '100' ? refused : numbered(url, 1);
    });
    const { retriever } = listsOf(api, definition([404]));
    expect(await readAll(retriever, of(1))).toEqual([['1']]);
    expect(asked(api).at(-1)).toBe('/parents/1/list');
    expect(pages(api).at(-1)).toBe('1 of 30');
  });
});

describe('a list that may be a plain one', () => {
  const definition = retrieverOf({
    record_selector: {
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', field_path: ['data'], extensions: { or_root_list: true } },
    },
  });

  test('is believed to have nothing around its records once it has come so', async () => {
    const api = fakeApi((url) => {
      const at = 2 * (Number(url.searchParams.get('page')) - 1);
      return { body: [{ id: 1 }, { id: 2 }, { id: 3 }].slice(at, at + 2) };
    });
    expect(await readAll(listsOf(api, definition).retriever)).toEqual([['1', '2'], ['3'], []]);
    expect(api.asked).toHaveLength(3);
  });

  test('is not believed to be an empty one: a gateway may say so for a moment', async () => {
    let asked = 0;
    const api = fakeApi((url) => (++asked <= 2 ? { body: [] } : numbered(url, 1)));
    expect(await readAll(listsOf(api, definition).retriever)).toEqual([['1']]);
  });
});

test('of many answers at a time that say nothing of their list, the first ones alone are asked for often', async () => {
  const clock = new HeldClock();
  const begun = clock.time;
  let ended = 0;
  const api = fakeApi(() => ({ body: { data: [{ id: 1 }] } }));
  const parent = (id: number) => ({ values: new Map([['parent_id', String(id)]]) });
  const paginator = {
    ...byPage,
    pagination_strategy: {
      type: 'CursorPagination',
      page_size: 100,
      cursor_value: { response: ['meta', 'next'] },
    },
  } as DefaultPaginator;
  const { retriever } = listsOf(api, retrieverOf({ paginator }), { clock, slots: new Slots(50) });
  const all = Promise.all(Array.from({ length: 50 }, (_, id) => readAll(retriever, parent(id))));
  void all.then(() => (ended = clock.time));
  await clock.advance(MINUTE_MS);
  await all;
  // Four of them four times, the others twice.
  expect(api.asked.length).toBeLessThanOrEqual(4 * 4 + 46 * 2);
  expect(ended - begun).toBeLessThanOrEqual(1000);
});

test('lists beside each other do not all ask for their pages at once: those that wait fill memory', async () => {
  const pageCount = 20;
  const lists = 10;
  const lanes = new Slots(2);
  let mostWaiting = 0;
  const api = fakeApi((url) => {
    mostWaiting = Math.max(mostWaiting, lanes.waitingBefore(Infinity));
    const id = Number(url.searchParams.get('page'));
    return { body: { data: [{ id }], meta: { pageCount, total: pageCount } } };
  });
  const pagination_strategy = {
    ...byPage.pagination_strategy,
    extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
  } as DefaultPaginator['pagination_strategy'];
  const definition = retrieverOf({ paginator: { ...byPage, pagination_strategy } });
  const { retriever } = listsOf(api, definition, { lanes });
  const read = await Promise.all(Array.from({ length: lists }, () => readAll(retriever)));
  expect(read.map((pages) => pages.length)).toEqual(Array<number>(lists).fill(pageCount));
  // One of each list, and as many more as a list may ask for at a time.
  expect(mostWaiting).toBeLessThanOrEqual(lists + 4);
});
