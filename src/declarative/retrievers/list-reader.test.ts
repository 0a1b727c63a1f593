/** Lists as the runtime reads them, at the HTTP boundary: which pages are asked for when, and what may be lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import { TracedError } from '../../protocol/errors.js';
import {
  byCountedPage,
  requestContext,
  requesterOf,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { fakeApi, idsOf, pageOf, runRead } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import type { DefaultPaginator } from '../components.js';
import type { SendHttp } from '../requesters/http.js';
import { Slots } from '../requesters/slots.js';
import { NO_PARTITION } from '../stream-slice.js';
import { createRetriever } from './retriever.js';
import type { ListOutcome, Retriever } from './retriever.js';

const SIZE = 3;

const byPage: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'PageIncrement',
    page_size: SIZE,
    start_from_page: 1,
    inject_on_first_request: true,
    extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
  },
  page_size_option: requestParameter('perPage'),
  page_token_option: requestParameter('page'),
};

const byToken: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'CursorPagination',
    page_size: SIZE,
    cursor_value: { response: ['meta', 'next'] },
  },
  page_size_option: requestParameter('perPage'),
  page_token_option: requestParameter('next'),
};

/** A list of ids, newest first. */
class Api {
  readonly asked: string[] = [];
  ids: number[];
  /** What the API says instead of the truth. */
  readonly says: { total?: number; pageCount?: number };

  constructor(count: number, says: Api['says'] = {}) {
    this.ids = Array.from({ length: count }, (_, i) => count - i);
    this.says = says;
  }

  answer({ searchParams }: URL): unknown {
    const next = searchParams.get('next');
    const page = Number(searchParams.get('page') ?? next ?? 1);
    this.asked.push(`${page}`);
    const data = this.ids.slice((page - 1) * SIZE, page * SIZE).map((id) => ({ id }));
    const pageCount = Math.ceil(this.ids.length / SIZE);
    return searchParams.has('page')
      ? { data, meta: { total: this.ids.length, pageCount, ...this.says } }
      : { data, meta: { next: page < pageCount ? String(page + 1) : null } };
  }

  readonly http: SendHttp = async ({ url }) => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify(this.answer(new URL(url)))),
  });
}

/** A JSON object without one of its members. */
function without(body: Buffer, name: string): Buffer {
  return Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), [name]: undefined }));
}

interface Read {
  readonly retriever: Retriever;
  readonly reading: ListOutcome;
  /** In order of their arrival. */
  readonly ids: readonly number[];
}

interface Options {
  readonly paginator?: DefaultPaginator;
  readonly mayEndEarly?: boolean;
  /** Reading ends at this id. */
  readonly until?: number;
  /** Resolves when a page has been written. */
  readonly written?: (ids: readonly number[]) => Promise<void>;
  readonly slots?: number;
}

async function read(http: SendHttp, options: Options = {}): Promise<Read> {
  const { paginator = byPage, mayEndEarly = false, until, written, slots = 4 } = options;
  const ids: number[] = [];
  const ignore = () => undefined;
  const retriever = createRetriever(
    {
      definition: { ...streamOf('orders').retriever, requester: requesterOf('/orders'), paginator },
      capture: [['id']],
      keyPlaces: [0],
      pagesAtATime: 4,
    },
    requestContext({ http, slots: new Slots(slots) }),
    { warn: ignore, requested: ignore, rateLimited: ignore, listRead: ignore },
  );
  const reading = await retriever.read(
    { partition: NO_PARTITION, parameters: {} },
    ({ captured }, { fresh }) => {
      const own = rawOf(captured)
        .map(Number)
        .filter((_, i) => fresh[i] === true);
      ids.push(...own);
      const isEnough = until !== undefined && own.some((id) => id <= until);
      return { isEnough, done: written?.(own) ?? Promise.resolve() };
    },
    mayEndEarly,
  );
  return { retriever, reading, ids };
}

const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => b - a);

/** A gate that requests wait at, so that a test can see which are under way. */
class Gate {
  readonly waiting: (() => void)[] = [];

  pass(http: SendHttp): SendHttp {
    return async (request) => {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
      return http(request);
    };
  }

  async open(count = this.waiting.length): Promise<void> {
    this.waiting.splice(0, count).forEach((go) => go());
    for (let i = 0; i < 50; i++) await Promise.resolve();
  }
}

describe('pages whose number is known', () => {
  test('are asked for beside each other, as many as allowed', async () => {
    const api = new Api(30);
    const gate = new Gate();
    const all = read(gate.pass(api.http));
    const underWay: number[] = [];
    for (await gate.open(0); gate.waiting.length > 0; await gate.open()) underWay.push(gate.waiting.length);
    expect(underWay).toEqual([1, 4, 4, 2]);
    expect(await all).toMatchObject({
      reading: { exists: true, completeness: 'verified', distinct: 30, total: 30 },
    });
    expect(sorted((await all).ids)).toEqual(api.ids);
  });

  test('are asked for carefully at first where the list may not be wanted to its end', async () => {
    const api = new Api(30);
    const gate = new Gate();
    const all = read(gate.pass(api.http), { mayEndEarly: true, until: 22 });
    const underWay: number[] = [];
    for (await gate.open(0); gate.waiting.length > 0; await gate.open()) underWay.push(gate.waiting.length);
    expect(underWay).toEqual([1, 1, 2]);
    expect((await all).reading.completeness).toBe('unknown');
  });

  test('are one by one where only the page before leads to the next', async () => {
    const api = new Api(9);
    const { reading, ids } = await read(api.http, { paginator: byToken });
    expect([ids, reading.completeness]).toEqual([[9, 8, 7, 6, 5, 4, 3, 2, 1], 'unknown']);
    expect(api.asked).toEqual(['1', '2', '3']);
  });

  test('are one by one where the count is of the records of a page: nothing would show that one is missing', async () => {
    const api = new Api(9, { total: SIZE });
    const gate = new Gate();
    const all = read(gate.pass(api.http));
    const underWay: number[] = [];
    for (await gate.open(0); gate.waiting.length > 0; await gate.open()) underWay.push(gate.waiting.length);
    expect(Math.max(...underWay)).toBe(1);
    expect(sorted((await all).ids)).toEqual(api.ids);
  });

  test('that come although the API counted fewer are read to the end that it names', async () => {
    const api = new Api(30, { total: 12 });
    const { reading, ids } = await read(api.http);
    expect(sorted(ids)).toEqual(api.ids);
    expect(reading.completeness).toBe('unknown');
  });
});

describe('the next page', () => {
  test('is on its way while one is written', async () => {
    const api = new Api(6);
    const events: string[] = [];
    let finish: () => void = () => undefined;
    const all = read(
      async (request) => {
        events.push('asked');
        return api.http(request);
      },
      {
        paginator: byToken,
        written: async (ids) => {
          events.push(`writing ${ids[0]}`);
          if (ids[0] === 6) await new Promise<void>((resolve) => (finish = resolve));
          events.push(`written ${ids[0]}`);
        },
      },
    );
    for (let i = 0; i < 100; i++) await Promise.resolve();
    expect(events).toEqual(['asked', 'writing 6', 'asked', 'writing 3', 'written 3']);
    finish();
    await all;
    expect(events.at(-1)).toBe('written 6');
  });

  test('is not asked for while a slow reader leaves no room for it', async () => {
    const api = new Api(300);
    let written = 0;
    let isOpen = false;
    const queue: (() => void)[] = [];
    const all = read(api.http, {
      slots: 3,
      written: () => {
        written++;
        return isOpen ? Promise.resolve() : new Promise((resolve) => queue.push(resolve));
      },
    });
    for (let i = 0; i < 200; i++) await Promise.resolve();
    expect([written, api.asked.length]).toEqual([1, 1]);
    queue.shift()?.();
    for (let i = 0; i < 200; i++) await Promise.resolve();
    // One of them stands behind the last, which is full.
    expect([written, api.asked.length]).toEqual([4, 5]);
    isOpen = true;
    queue.forEach((go) => go());
    expect((await all).ids).toHaveLength(300);
  });
});

describe('a list of which fewer records come than the API counts', () => {
  test('is looked at behind the end that the API names', async () => {
    const api = new Api(10, { pageCount: 2 });
    const { reading, ids } = await read(api.http);
    expect(sorted(ids)).toEqual(api.ids);
    expect(reading.completeness).toBe('verified');
  });

  test('is read again, once, and what is still missing is said', async () => {
    const api = new Api(6, { total: 8 });
    const { reading, ids } = await read(api.http);
    expect(ids).toEqual([6, 5, 4, 3, 2, 1]);
    const missing = { completeness: 'short', distinct: 6, total: 8, missing: 2, isShort: true };
    const nothingElse = { hasHelped: false, isUncounted: false, hasEmptyPage: false, pages: 2 };
    expect(reading).toEqual({ exists: true, ...nothingElse, ...missing });
    expect(api.asked).toEqual(['1', '2', '3', '1', '2', '3']);
  });

  test('stays short if the second reading says nothing of their number', async () => {
    const api = new Api(6, { total: 8 });
    const { reading } = await read(async (request) => {
      const answer = await api.http(request);
      return api.asked.length > 3 ? { ...answer, body: without(answer.body, 'meta') } : answer;
    });
    expect(reading).toMatchObject({ completeness: 'short', total: 8, missing: 2, isShort: true });
  });

  test('yields what a deletion had hidden, and nothing twice', async () => {
    const api = new Api(9);
    let requests = 0;
    const { reading, ids } = await read(async (request) => {
      if (++requests === 2) api.ids.shift();
      return api.http(request);
    });
    expect(sorted(ids)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(reading.completeness).toBe('verified');
  });
});

describe('an answer that says nothing about its list', () => {
  const EMPTY = Buffer.from('{"data":[]}');

  /** An API some of whose answers are replaced, by the number of the request. */
  function faulty(
    api: Api,
    isFaulty: (request: number) => boolean,
    what: 'no records' | 'records',
  ): SendHttp {
    let requests = 0;
    return async (request) => {
      const answer = await api.http(request);
      if (!isFaulty(++requests)) return answer;
      return { ...answer, body: what === 'records' ? without(answer.body, 'meta') : EMPTY };
    };
  }

  const cases = [byPage, byToken].flatMap((paginator) =>
    (['no records', 'records'] as const).flatMap((what) => [1, 2, 3, 4].map((n) => ({ paginator, what, n }))),
  );

  test.each(cases)(
    'is asked for again: request $n with $what, $paginator.pagination_strategy.type',
    async ({ paginator, what, n }) => {
      const api = new Api(11);
      const { ids } = await read(
        faulty(api, (request) => request === n, what),
        { paginator },
      );
      expect(sorted(ids)).toEqual([...api.ids]);
    },
  );

  test('is asked for again if what should say it is null', async () => {
    const api = new Api(11);
    let requests = 0;
    const { ids } = await read(
      async (request) => {
        const answer = await api.http(request);
        return ++requests === 2 ? { ...answer, body: Buffer.from('{"data":[],"meta":null}') } : answer;
      },
      { paginator: byToken },
    );
    expect(sorted(ids)).toEqual([...api.ids]);
  });

  test('and has no records is asked for again though those with records never say anything', async () => {
    const ids = Array.from({ length: 20 }, (_, i) => 20 - i);
    const asked = new Set<string>();
    const { ids: came } = await read(async ({ url }) => {
      const page = new URL(url).searchParams.get('page') ?? '';
      const isFaulty = page === '5' && !asked.has(page);
      asked.add(page);
      const at = SIZE * (Number(page) - 1);
      const data = isFaulty ? [] : ids.slice(at, at + SIZE).map((id) => ({ id }));
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ data })) };
    });
    expect(came).toEqual(ids);
  });

  test('is asked for again where tokens stand in headers, and only pages would say something', async () => {
    const api = new Api(11);
    let requests = 0;
    const byHeader: DefaultPaginator = {
      ...byToken,
      pagination_strategy: { type: 'CursorPagination', page_size: SIZE, cursor_value: { headers: 'x-next' } },
      extensions: { page_fallback: { when: [['meta', 'pageCount']], paginator: byPage } },
    };
    const { ids } = await read(
      async (request) => {
        if (++requests === 1) return { status: 200, headers: {}, body: EMPTY };
        const url = new URL(request.url);
        if (!url.searchParams.has('page')) url.searchParams.set('page', '1');
        return api.http({ ...request, url: url.href });
      },
      { paginator: byHeader },
    );
    expect(sorted(ids)).toEqual([...api.ids]);
  });

  test('is believed where the API always answers so, and soon at once', async () => {
    const api = new Api(2);
    const http = faulty(api, () => true, 'records');
    const { ids, retriever } = await read(http, { paginator: byToken });
    expect(ids).toEqual([2, 1]);
    expect(api.asked).toHaveLength(4);
    for (let list = 0; list < 3; list++) {
      await retriever.read(
        { partition: NO_PARTITION, parameters: {} },
        () => ({ isEnough: false, done: Promise.resolve() }),
        false,
      );
    }
    expect(api.asked).toHaveLength(4 + 4 + 1 + 1);
  });
});

describe('a page count that stays too high', () => {
  test.each([
    ['where pages are asked for beside each other', byPage],
    [
      'where they are not, because no number of records is stated',
      {
        ...byPage,
        pagination_strategy: {
          ...byPage.pagination_strategy,
          extensions: { page_count: ['meta', 'pageCount'] },
        },
      },
    ],
  ] as [string, DefaultPaginator][])(
    'ends the list after pages without records, %s',
    async (_, paginator) => {
      const api = new Api(4, { total: 1e9, pageCount: 1e9 });
      const { reading, ids } = await read(api.http, { paginator });
      expect(sorted(ids)).toEqual(api.ids);
      expect(reading.completeness).not.toBe('verified');
      expect(api.asked.length).toBeLessThan(100);
    },
  );

  test('is not believed in after a page without records in the middle', async () => {
    const api = new Api(30);
    const { ids } = await read(async (request) => {
      const page = new URL(request.url).searchParams.get('page');
      const meta = { total: 30, pageCount: 10 };
      if (page === '5')
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ data: [], meta })) };
      return api.http(request);
    });
    expect(ids).toHaveLength(27);
  });
});

test('a list that sends its last page for every number behind it ends there, and is not asked for far more', async () => {
  const api = new Api(8);
  const http: SendHttp = (request) => {
    const url = new URL(request.url);
    url.searchParams.set('page', String(Math.min(3, Number(url.searchParams.get('page')))));
    return api.http({ ...request, url: url.href });
  };
  const extensions = { total: ['meta', 'total'] };
  const pagination_strategy = { ...byPage.pagination_strategy, extensions };
  const { reading, ids } = await read(http, {
    paginator: { ...byPage, pagination_strategy },
  });
  expect([sorted(ids), reading.completeness]).toEqual([api.ids, 'verified']);
  expect(api.asked).toEqual(['1', '2', '3', '3']);
});

const ofParent = { values: new Map([['parent_id', '1']]) };

test.each([
  ['of parents: after three in a row the counts are no longer taken for exact', ofParent, '2'],
  // Slices of one list come short together when the API fails for a moment.
  ['of one list: they are short however many came before', NO_PARTITION, '2 short'],
])('lists are read again as long as that helps now and then, %s', async (_, partition, last) => {
  let isShort = true;
  let requests = 0;
  const ignore = () => undefined;
  const retriever = createRetriever(
    {
      definition: { ...streamOf('orders').retriever, requester: requesterOf('/orders'), paginator: byPage },
      capture: [['id']],
      keyPlaces: [0],
      pagesAtATime: 4,
    },
    requestContext({
      http: async () => {
        requests++;
        const meta = { total: isShort ? 2 : 1, pageCount: 1 };
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ data: [{ id: 1 }], meta })) };
      },
    }),
    { warn: ignore, requested: ignore, rateLimited: ignore, listRead: ignore },
  );
  /** @returns the requests for a list, and whether it counts as short */
  const requestsFor = async (short: boolean): Promise<string> => {
    isShort = short;
    requests = 0;
    const list = { partition, parameters: {} };
    const use = () => ({ isEnough: false, done: Promise.resolve() });
    const reading = await retriever.read(list, use, false);
    return `${requests}${reading.isShort ? ' short' : ''}`;
  };
  const course: string[] = [];
  for (const short of [true, true, false, true, true, true, true]) course.push(await requestsFor(short));
  expect(course).toEqual(['4 short', '4 short', '1', '4 short', '4 short', '4 short', last]);
});

test('lists of parents are read again, however many came short, as long as that brings records, if not all', async () => {
  /** Of each list: sent the first time, found when it is read again, never sent. */
  const bringing = [[1], [1, 2], [1, 2], [1, 2], [1, 2]];
  let pass = 0;
  const ignore = () => undefined;
  const retriever = createRetriever(
    {
      definition: { ...streamOf('orders').retriever, requester: requesterOf('/orders'), paginator: byPage },
      capture: [['id']],
      keyPlaces: [0],
      pagesAtATime: 4,
    },
    requestContext({
      http: async ({ url }) => {
        const isFirst = new URL(url).searchParams.get('page') === '1';
        const data = isFirst ? (bringing[pass++] ?? []).map((id) => ({ id })) : [];
        return {
          status: 200,
          headers: {},
          body: Buffer.from(JSON.stringify({ data, meta: { total: 3, pageCount: 1 } })),
        };
      },
    }),
    { warn: ignore, requested: ignore, rateLimited: ignore, listRead: ignore },
  );
  for (let list = 0; list < 6; list++) {
    pass = 0;
    const use = () => ({ isEnough: false, done: Promise.resolve() });
    const reading = await retriever.read({ partition: ofParent, parameters: {} }, use, false);
    expect(reading).toMatchObject({ distinct: 2, missing: 1, isShort: true, hasHelped: true });
    // The third time brings nothing new.
    expect(pass).toBe(3);
  }
});

test.each(['first', 'second'])(
  'that the %s page of a list that has moved is empty, when it is read again, is told of',
  async (which) => {
    let lists = 0;
    const ignore = () => undefined;
    const page = (url: string): object => {
      const isFirst = !new URL(url).searchParams.has('next');
      if (isFirst) lists++;
      // What was the last of the first page has moved on to the second one, which is gone afterwards.
      const isGone = lists > 1 && isFirst === (which === 'first');
      const ids = isFirst ? [3, 2] : [2, 1];
      return {
        data: isGone ? [] : ids.map((id) => ({ id })),
        meta: { next: isFirst && !isGone ? '2' : null },
      };
    };
    const retriever = createRetriever(
      {
        definition: {
          ...streamOf('orders').retriever,
          requester: requesterOf('/orders'),
          paginator: byToken,
        },
        capture: [['id']],
        keyPlaces: [0],
        pagesAtATime: 4,
      },
      requestContext({
        http: async ({ url }) => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(page(url))) }),
      }),
      { warn: ignore, requested: ignore, rateLimited: ignore, listRead: ignore },
    );
    const told: string[] = [];
    const use = () => ({ isEnough: false, done: Promise.resolve() });
    const onShort = { again: (why: string) => told.push(why), ended: (how: string) => told.push(how) };
    for await (const _ of retriever.readInTurn({ partition: ofParent, parameters: {} }, use, onShort)) void _;
    expect(told).toEqual(['moved', 'short']);
  },
);

describe('a list that stays short', () => {
  const passesOf = async (idsOf: (pass: number) => readonly number[], total: number, size = SIZE) => {
    let passes = 0;
    const ids = await read(
      async ({ url }) => {
        const { searchParams } = new URL(url);
        const page = Number(searchParams.get('page'));
        if (page === 1) passes++;
        const perPage = Number(searchParams.get('perPage'));
        const data = idsOf(passes)
          .slice((page - 1) * perPage, page * perPage)
          .map((id) => ({ id }));
        const meta = { total, pageCount: Math.ceil(total / perPage) };
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ data, meta })) };
      },
      { paginator: { ...byPage, pagination_strategy: { ...byPage.pagination_strategy, page_size: size } } },
    );
    return { passes, ids: ids.ids };
  };

  test('is read again four times at most, though each time brings one more', async () => {
    const { passes } = await passesOf((pass) => Array.from({ length: 10 + pass }, (_, i) => i), 30);
    expect(passes).toBe(1 + 4);
  });

  test.each([
    ['of one at least, however few came on the first', 2, 1],
    ['nearly as large where all came on one', 1, Math.floor(SIZE * 0.85)],
  ])('is read again in pages %s', async (_, pages, size) => {
    const sizes = new Set<number>();
    await read(async ({ url }) => {
      const { searchParams } = new URL(url);
      sizes.add(Number(searchParams.get('perPage')));
      const page = Number(searchParams.get('page'));
      const data = page <= pages ? [{ id: page }] : [];
      const meta = { total: 4, pageCount: pages };
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ data, meta })) };
    });
    expect([...sizes]).toEqual([SIZE, size]);
  });

  test('is read again once if it is so long that it is not known for sure what was new', async () => {
    const many = Array.from({ length: 50_000 }, (_, i) => i);
    const { passes } = await passesOf(() => many, 50_001, 1000);
    expect(passes).toBe(2);
  });
});

test('a list without pages, which sends the same one for every number, is an error and not a short list', async () => {
  const http: SendHttp = async () => ({
    status: 200,
    headers: {},
    body: Buffer.from('{"data":[{"id":1},{"id":2},{"id":3}],"meta":{"total":9,"pageCount":3}}'),
  });
  await expect(read(http)).rejects.toMatchObject({ failureType: 'transient_error' });
});

test('however a list shifts and answers overtake each other, what is called verified is whole', async () => {
  const change = fc.record({
    at: fc.nat({ max: 40 }),
    kind: fc.constantFrom('insert', 'delete'),
    place: fc.nat(),
  });
  let verified = 0;
  let repeated = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 30 }),
      fc.array(change, { maxLength: 4 }),
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (count, changes, delays) => {
        const api = new Api(count);
        const originals = new Set(api.ids);
        let newest = count;
        let answers = 0;
        const http: SendHttp = async (request) => {
          // Answers are computed in another order than they are asked for.
          for (let i = (delays.next().value ?? 0) * 5; i > 0; i--) await Promise.resolve();
          answers++;
          for (const { at, kind, place } of changes) {
            if (at !== answers) continue;
            // A deletion and a record that appears in the middle cancel each other in the count.
            const where = changes.some((one) => one.kind === 'delete') ? 0 : place % (api.ids.length + 1);
            if (kind === 'insert') api.ids.splice(where, 0, ++newest);
            else originals.delete(api.ids.splice(place % Math.max(1, api.ids.length), 1)[0] ?? 0);
          }
          return api.http(request);
        };
        const outcome = await read(http).catch((error: unknown) => error);
        // Where a whole page was inserted between two requests, the same one came twice.
        if (outcome instanceof TracedError && outcome.failureType === 'transient_error') return;
        const { reading, ids } = outcome as Read;
        expect(new Set(ids).size).toBe(ids.length);
        if (answers > Math.ceil(count / SIZE) + 1) repeated++;
        if (reading.completeness !== 'verified') return;
        verified++;
        expect([...originals].filter((id) => !ids.includes(id))).toEqual([]);
      },
    ),
    { numRuns: 1000 },
  );
  expect(verified).toBeGreaterThan(500);
  expect(repeated).toBeGreaterThan(20);
});

test('a list that has another token each time and the same records in another order is an error, not without end', async () => {
  const ids = [1, 2, 3, 4, 5];
  let asked = 0;
  const http: SendHttp = async () => {
    // As of an API that makes a token of each answer, and ignores the one that it is sent.
    if (++asked > 1000) throw new Error('it goes on and on');
    const data = ids.map((_, i) => ({ id: ids[(i + asked) % ids.length], url: `signed ${asked}` }));
    return {
      status: 200,
      headers: {},
      body: Buffer.from(JSON.stringify({ data, meta: { next: `t${asked}` } })),
    };
  };
  await expect(read(http, { paginator: byToken })).rejects.toMatchObject({
    failureType: 'transient_error',
    message: 'The API sent the same records again and again, so the list would never end.',
  });
  expect(asked).toBeLessThan(100);
});

test('a count that may be a limit is reached all the same by a second reading', async () => {
  const all = Array.from({ length: 1000 }, (_, id) => ({ id, createdAt: '2024-03-05T00:00:00.000Z' }));
  const stream = streamOf('orders', {
    retriever: { ...streamOf('orders').retriever, paginator: byCountedPage },
    incremental_sync: { type: 'DatetimeBasedCursor', cursor_field: 'createdAt', datetime_format: '%Y-%m-%d' },
  });
  const api = fakeApi((url) => {
    const isFirst = url.searchParams.get('perPage') === '10';
    const { body } = pageOf(url, all) as { body: { data: { id: number }[] } };
    return { body: { ...body, data: body.data.filter(({ id }) => !(isFirst && id === 500)) } };
  });
  const run = await runRead([stream], api);
  expect(new Set(idsOf(run)).size).toBe(1000);
  expect(run.states('orders').at(-1)).not.toHaveProperty('short');
});
