import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { StoppedError } from '../../protocol/errors.js';
import {
  API,
  childStreamOf,
  createdBetween,
  requestContext,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import type { DeclarativeSource, DeclarativeStream } from '../components.js';
import { createHttpTransport } from '../requesters/http-transport.js';
import type { RequestContext } from '../requesters/request-context.js';
import { TransportError } from '../requesters/transport-error.js';
import { checkStreams, requireReadable } from './check-streams.js';
import type { CheckResult } from './check-streams.js';

const server = setupServer();
const transport = createHttpTransport();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => {
  transport.close();
  server.close();
});

function sourceOf(...streams: DeclarativeStream[]): DeclarativeSource {
  return {
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['orders'] },
    streams,
    concurrency_level: {
      type: 'ConcurrencyLevel',
      default_concurrency: { live: 4, test: 4 },
      max_concurrency: 10,
    },
    api_budget: { type: 'HTTPAPIBudget', policies: [] },
  };
}

const orders = streamOf('orders');
const SOURCE = sourceOf(streamOf('customers'), orders, streamOf('refunds'));

/** Answers each list as it is told, others with one record of many. @returns paths and queries, in order */
function answers(byPath: Record<string, () => Response> = {}): string[] {
  const asked: string[] = [];
  server.use(
    http.get(`${API}/*`, ({ request }) => {
      const { pathname, search } = new URL(request.url);
      asked.push(pathname + search);
      const own = byPath[pathname];
      return own?.() ?? HttpResponse.json({ data: [{ id: 1 }], meta: { pageCount: 1000 } });
    }),
  );
  return asked;
}

const status = (code: number) => () => HttpResponse.json({ message: 'no' }, { status: code });

function check(source: DeclarativeSource, changes: Partial<RequestContext> = {}): Promise<CheckResult> {
  return checkStreams(
    source,
    requestContext({ http: transport.send, patience: { retries: 1, rateLimitWaits: 30 }, ...changes }),
  );
}

describe('checkStreams', () => {
  test('asks each stream for one page, the check’s stream first', async () => {
    const asked = answers();
    const { readable, unreadable } = await check(SOURCE);
    expect([...readable].sort()).toEqual(['customers', 'orders', 'refunds']);
    expect(unreadable).toEqual([]);
    expect(asked[0]).toMatch(/^\/orders\?/);
    expect(asked.sort()).toEqual(
      ['customers', 'orders', 'refunds'].map((one) => `/${one}?perPage=10&page=1`),
    );
  });

  test('an account without records can be read', async () => {
    const empty = () => HttpResponse.json({ data: [], meta: { pageCount: 0 } });
    answers({ '/orders': empty, '/customers': empty, '/refunds': empty });
    expect((await check(SOURCE)).readable).toHaveLength(3);
  });

  test('a key that is refused costs one request', async () => {
    const asked = answers({ '/orders': status(401), '/customers': status(401), '/refunds': status(401) });
    await expect(check(SOURCE)).rejects.toMatchObject({ failureType: 'config_error' });
    expect(asked).toHaveLength(1);
  });

  test('an API that cannot be reached is tried for one stream only', async () => {
    let calls = 0;
    const refused = () => Promise.reject(new TransportError('ECONNREFUSED', `call ${++calls}`));
    const clock = new FakeClock();
    await expect(check(SOURCE, { http: refused, clock })).rejects.toMatchObject({
      failureType: 'transient_error',
    });
    expect([calls, clock.sleeps]).toEqual([2, [2000]]);
  });

  test.each([403, 404, 500])('a stream that answers %i is listed, the others are tried', async (code) => {
    answers({ '/refunds': status(code) });
    const { readable, unreadable } = await check(SOURCE);
    expect([...readable].sort()).toEqual(['customers', 'orders']);
    expect(unreadable.map(({ name }) => name)).toEqual(['refunds']);
    expect(unreadable[0]?.error.message).toContain(`HTTP ${code}`);
    expect(() => requireReadable({ readable, unreadable })).not.toThrow();
  });

  test.each<[string, string]>([
    ['another stream', '/refunds'],
    ['the check’s own stream', '/orders'],
  ])('the rate limit is no reason against %s, whose key works', async (_, path) => {
    answers({ [path]: status(429) });
    const clock = new FakeClock();
    const patience = { retries: 1, rateLimitWaits: 2 };
    const { readable, untried, unreadable } = await check(SOURCE, { clock, patience });
    expect([...readable, ...untried].sort()).toEqual(['customers', 'orders', 'refunds']);
    expect(untried).toEqual([path.slice(1)]);
    expect([unreadable, clock.sleeps]).toEqual([[], [2000, 4000]]);
  });

  test('the rate limit of all streams shows nothing: the check fails, and says why', async () => {
    answers({ '/orders': status(429), '/customers': status(429), '/refunds': status(429) });
    const patience = { retries: 1, rateLimitWaits: 1 };
    await expect(check(SOURCE, { clock: new FakeClock(), patience })).rejects.toMatchObject({
      failureType: 'transient_error',
      message: expect.stringContaining('429'),
    });
  });

  test('a 401 of one list after another one worked is about that list', async () => {
    answers({ '/refunds': status(401) });
    const { readable, unreadable } = await check(SOURCE);
    expect([...readable].sort()).toEqual(['customers', 'orders']);
    expect(unreadable.map(({ name }) => name)).toEqual(['refunds']);
    expect(unreadable[0]?.error.message).toContain('HTTP 401');
  });

  test('a 401 while nothing has worked yet is about the key', async () => {
    answers({ '/orders': status(403), '/customers': status(401), '/refunds': status(401) });
    await expect(check(SOURCE)).rejects.toMatchObject({ failureType: 'config_error' });
  });

  test('a list with dates is asked for the last day, since some cannot be asked for without', async () => {
    const asked = answers();
    const clock = new FakeClock('2024-06-15T12:00:00.000Z');
    const dated = streamOf('orders', { incremental_sync: createdBetween });
    await check(sourceOf(dated), { clock });
    expect(asked.map((path) => Object.fromEntries(new URL(path, API).searchParams))).toEqual([
      { from: '2024-06-13T12:00:00.000Z', to: '2024-06-17T00:00:00.000Z', perPage: '10', page: '1' },
    ]);
  });

  test('the check’s own stream may be the one that cannot be read', async () => {
    answers({ '/orders': status(403) });
    const { readable, unreadable } = await check(SOURCE);
    expect([readable.length, unreadable.map(({ name }) => name)]).toEqual([2, ['orders']]);
  });

  test('of a child stream the first parent’s list is tried', async () => {
    const asked = answers({ '/orders/1/items': status(403) });
    const items = childStreamOf('items', orders);
    const { readable, unreadable } = await check(sourceOf(orders, items));
    expect(readable).toEqual(['orders']);
    expect(unreadable.map(({ name }) => name)).toEqual(['items']);
    expect(asked.at(-1)).toMatch(/^\/orders\/1\/items\?/);
  });

  test('a child stream without a parent counts as readable', async () => {
    const asked = answers({ '/orders': () => HttpResponse.json({ data: [] }) });
    const { readable } = await check(sourceOf(orders, childStreamOf('items', orders)));
    expect(readable).toEqual(['orders', 'items']);
    expect(asked.filter((path) => path.includes('items'))).toEqual([]);
  });

  test('a stop is no verdict about a stream', async () => {
    const controller = new AbortController();
    answers({
      '/orders': () => {
        controller.abort();
        return HttpResponse.json({ data: [] });
      },
    });
    await expect(check(SOURCE, { signal: controller.signal })).rejects.toBeInstanceOf(StoppedError);
  });
});

describe('requireReadable', () => {
  test('throws the first reason when nothing can be read', async () => {
    answers({ '/orders': status(403), '/customers': status(404), '/refunds': status(500) });
    const result = await check(SOURCE);
    expect(result.readable).toEqual([]);
    expect(() => requireReadable(result)).toThrow('HTTP 403');
  });

  test('throws what one host said rather than that another one cannot be reached', async () => {
    answers({ '/orders': status(403), '/customers': status(403) });
    const send: RequestContext['http'] = (request) =>
      request.url.includes('/refunds')
        ? Promise.reject(new TransportError('ENOTFOUND', 'no such host'))
        : transport.send(request);
    const result = await check(SOURCE, { http: send, clock: new FakeClock() });
    expect(result.unreadable).toHaveLength(3);
    expect(() => requireReadable(result)).toThrow('HTTP 403');
  });

  test('throws when there is no stream at all', () => {
    expect(() => requireReadable({ readable: [], unreadable: [] })).toThrow('There is no stream to read.');
  });
});
