import { brotliCompressSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { StoppedError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import { API, errorHandler, KEY, requesterOf } from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { ok, oneRequestApi, status } from '../../test-support/one-request.fixture.js';
import { ApiBudget } from './api-budget.js';
import type { Turn } from './api-budget.js';
import { baseUrl } from './base-url.js';
import type { HttpRequest, HttpResponse as Answered } from './http.js';

const { server, send, fetchPage, answer } = oneRequestApi();

describe('a request', () => {
  test('is a GET with the key, the product’s name and all parameters', async () => {
    const requests = answer(ok);
    const request = { partition: { values: new Map() }, parameters: { from: '2024-01-01', q: 'a&b=c d' } };
    const { records } = await fetchPage({ request, definition: { request_parameters: { perPage: '10' } } });
    expect(records).toEqual(['{"id":1}']);
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
    expect(requests[0]?.headers.get('Authorization')).toBe(`Bearer ${KEY}`);
    expect(requests[0]?.headers.get('User-Agent')).toBe('source-payments/tests');
    expect(Object.fromEntries(new URL(requests[0]?.url ?? '').searchParams)).toEqual({
      perPage: '10',
      from: '2024-01-01',
      q: 'a&b=c d',
    });
  });

  test('with Basic authentication has the key as user name and no password', async () => {
    const requests = answer(ok);
    const username = { type: 'ConfigReference', path: ['provider', 'secret_key'] } as const;
    await fetchPage({ definition: { authenticator: { type: 'BasicHttpAuthenticator', username } } });
    const expected = `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`;
    expect(requests[0]?.headers.get('Authorization')).toBe(expected);
  });

  test.each([
    ['a number beyond 2^53', '12345678901234567890', '12345678901234567890'],
    ['text', '"CUS_1"', 'CUS_1'],
    ['text that would change the path', '"../transfer?x=1#/é"', '..%2Ftransfer%3Fx%3D1%23%2F%C3%A9'],
  ])('has a value of the partition in its path: %s', async (_, raw, expected) => {
    const urls: string[] = [];
    server.use(
      http.get(`${API}/*`, ({ request }) => {
        urls.push(request.url);
        return ok();
      }),
    );
    const request = { partition: { values: new Map([['parent_id', raw]]) }, parameters: {} };
    await fetchPage({ path: '/parents/{{ stream_partition.parent_id }}/children', request });
    expect(urls).toEqual([`${API}/parents/${expected}/children`]);
  });

  test('nothing but GET is sent, even if the type is got round', async () => {
    const requests = answer(ok);
    const post = { method: 'POST', url: `${API}/orders`, headers: {}, signal: new AbortController().signal };
    await expect(send(post as unknown as HttpRequest)).rejects.toThrow('Only GET requests are sent.');
    expect(requests).toEqual([]);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%i to another host is not followed, and fails', async (code) => {
    const elsewhere: string[] = [];
    server.use(
      http.all('https://elsewhere.test/*', ({ request }) => {
        elsewhere.push(request.url);
        return ok();
      }),
    );
    const requests = answer(
      () => new HttpResponse(null, { status: code, headers: { Location: 'https://elsewhere.test/orders' } }),
    );
    const { error } = await fetchPage();
    expect(error).toMatchObject({ failureType: 'system_error' });
    expect(String(error)).toContain('not followed');
    expect([requests.length, elsewhere]).toEqual([1, []]);
  });
});

describe('a body', () => {
  const page = JSON.stringify({ status: true, data: [{ id: 1, note: 'é😀' }] });

  test.each([
    ['gzip', gzipSync(page)],
    ['br', brotliCompressSync(page)],
    ['identity', Buffer.from(page)],
  ])('compressed with %s is unpacked', async (encoding, body) => {
    answer(() => new HttpResponse(body, { headers: { 'Content-Encoding': encoding } }));
    expect((await fetchPage()).records).toEqual(['{"id":1,"note":"é😀"}']);
  });

  test('that is damaged in a compressed form is fetched again', async () => {
    const damaged = gzipSync(page).subarray(0, 20);
    answer(() => new HttpResponse(damaged, { headers: { 'Content-Encoding': 'gzip' } }), ok);
    const { records, sleeps } = await fetchPage();
    expect(records).toEqual(['{"id":1}']);
    expect(sleeps).toHaveLength(1);
  });

  test('with bytes that are not UTF-8 is taken, with a warning', async () => {
    const body = Buffer.from('{"data":[{"name":"\xff"}]}', 'latin1');
    answer(() => new HttpResponse(body));
    const { records, warnings } = await fetchPage();
    expect(records).toEqual(['{"name":"\uFFFD"}']);
    expect(warnings).toEqual(['GET /orders: replaced bytes that are not UTF-8']);
  });
});

describe('baseUrl', () => {
  const at = (value?: string) => baseUrl(requesterOf('/orders'), { VENDOR_API_URL: value });

  test.each([undefined, ''])('is the definition’s own when the environment says %p', (value) => {
    expect(at(value)).toBe(API);
  });

  test.each(['https://proxy.example', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])(
    '%s may replace it',
    (value) => {
      expect(at(value)).toBe(value);
      expect(at(`${value}/`)).toBe(value);
    },
  );

  test.each([
    ['http://proxy.example', 'must begin with https://'],
    ['http://127.0.0.1.evil.example', 'must begin with https://'],
    ['http://localhost.evil.example', 'must begin with https://'],
    ['ftp://127.0.0.1', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['https://user@proxy.example', 'must not hold a user name'],
    ['https://:word@proxy.example', 'must not hold a user name'],
    ['proxy.example', 'is not a URL'],
  ])('%s may not', (value, why) => {
    expect(() => at(value)).toThrow(`The environment variable VENDOR_API_URL ${why}`);
  });

  test('a value of the config cannot replace it', async () => {
    const requests = answer(ok);
    const provider = { secret_key: KEY, url_base: 'https://evil.test', VENDOR_API_URL: 'https://evil.test' };
    const { records } = await fetchPage({ context: { config: { provider, url_base: 'https://evil.test' } } });
    expect([records, requests.length]).toEqual([['{"id":1}'], 1]);
  });
});

describe('the memory of a large body', () => {
  const released: string[] = [];
  const answerOf = (name: string, body: string) => ({
    status: 200,
    headers: {},
    body: Buffer.from(body),
    release: () => void released.push(name),
  });
  const bodies = ['{"data":[', '{"data":[{"id":1}]}'];
  beforeEach(() => void released.splice(0));

  test('is given back when nobody uses it any more, also when it is asked for again', async () => {
    let asked = 0;
    const send = async () => answerOf(`answer ${asked}`, bodies[asked++] ?? '');
    expect((await fetchPage({ context: { http: send } })).records).toEqual(['{"id":1}']);
    expect(released).toEqual(['answer 0', 'answer 1']);
  });

  test('is given back when it cannot be used', async () => {
    const send = async () => answerOf('answer', `{"data":${'['.repeat(3000)}`);
    expect((await fetchPage({ context: { http: send } })).error).toMatchObject({
      failureType: 'system_error',
    });
    expect(released).toEqual(['answer']);
  });
});

describe('a stop', () => {
  test('during a request ends it with StoppedError, without another try', async () => {
    const controller = new AbortController();
    const requests = answer(() => {
      controller.abort();
      return status(500)();
    });
    const { error } = await fetchPage({ context: { signal: controller.signal } });
    expect(error).toBeInstanceOf(StoppedError);
    expect(requests).toHaveLength(1);
  });

  test('before a request keeps it from being sent', async () => {
    const controller = new AbortController();
    controller.abort();
    const requests = answer(ok);
    const { error } = await fetchPage({ context: { signal: controller.signal } });
    expect(requests).toHaveLength(0);
    expect(error).toBeInstanceOf(StoppedError);
  });

  test('between an answer and its turn keeps it from being used', async () => {
    const controller = new AbortController();
    const send = async (): Promise<Answered> => {
      controller.abort();
      return { status: 200, headers: {}, body: Buffer.from('{"data":[{"id":1}]}') };
    };
    const { records, error } = await fetchPage({ context: { http: send, signal: controller.signal } });
    expect([records, error]).toEqual([undefined, expect.any(StoppedError)]);
  });

  test('before its turn, when it asks for none: who reads on would wait for the call, and hear of limits', async () => {
    const controller = new AbortController();
    const clock = new FakeClock();
    const rate = { type: 'Rate', limit: 1, interval: 'PT1M' } as const;
    const budget = new ApiBudget({
      clock,
      budget: {
        type: 'HTTPAPIBudget',
        policies: [
          {
            type: 'MovingWindowCallRatePolicy',
            rates: [rate],
            matchers: [{ type: 'HttpRequestRegexMatcher' }],
          },
        ],
      },
      keyMode: 'live',
      requestsPerMinute: undefined,
    });
    budget.pause('/orders', 10_000);
    const sleep = async (ms: number) => {
      await clock.sleep(ms);
      controller.abort();
    };
    const { now, elapsed } = clock;
    const requests = answer(ok);
    const { error } = await fetchPage({
      context: { signal: controller.signal, budget, clock: { now, elapsed, sleep } },
    });
    expect(error).toBeInstanceOf(StoppedError);
    expect(requests).toHaveLength(0);
    expect(budget.tryAcquire('/orders').wait).toBe(0);
  });

  test('during a wait ends it with what the clock throws', async () => {
    const requests = answer(status(500));
    const sleep = () => Promise.reject(new StoppedError('stopped while waiting'));
    const { error } = await fetchPage({ context: { clock: { now: () => 0, elapsed: () => 0, sleep } } });
    expect(error).toBeInstanceOf(StoppedError);
    expect(requests).toHaveLength(1);
  });
});

describe('what messages show of a request', () => {
  const noRetry = { context: { mask: (text: string) => text.replaceAll(KEY, '****') } };

  test.each([470, 480, 490, 500])(
    'has no part of a secret that stands where it is cut (%i)',
    async (place) => {
      answer(status(500));
      const cursor = `${'x'.repeat(place - 'GET /v1/orders?cursor='.length)}${KEY}`;
      const request = { partition: { values: new Map() }, parameters: { cursor } };
      const { warnings, error } = await fetchPage({ ...noRetry, request });
      const shown = [...warnings, (error as TracedError).internalMessage].join(' ');
      expect(shown).toContain('xxxx');
      expect(shown).not.toContain(KEY.slice(0, 6));
    },
  );
});

describe('a call that has waited for its turn', () => {
  class Waiting extends ApiBudget {
    readonly asked: (boolean | undefined)[] = [];
    override tryAcquire(_: string, hasWaited?: boolean): Turn {
      this.asked.push(hasWaited);
      return { wait: this.asked.length < 4 ? 10 : 0, call: 1, pausedFor: 0 };
    }
  }

  test('stays before those that have not', async () => {
    answer(ok);
    const clock = new FakeClock();
    const budget = new Waiting({
      clock,
      budget: { type: 'HTTPAPIBudget', policies: [] },
      keyMode: 'live',
      requestsPerMinute: undefined,
    });
    const { records } = await fetchPage({ context: { budget } });
    expect(records).toEqual(['{"id":1}']);
    expect(budget.asked).toEqual([false, true, true, true]);
  });
});

describe('an answer to be ignored', () => {
  test('brings nothing; what that means is for the list to say', async () => {
    const ignore = { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] } as const;
    answer(status(404));
    const { records, error, warnings } = await fetchPage({
      definition: { error_handler: { ...errorHandler, response_filters: [ignore] } },
    });
    expect([records, error]).toEqual([undefined, undefined]);
    expect(warnings).toEqual([]);
  });
});
