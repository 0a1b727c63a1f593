import { describe, expect, test } from '@jest/globals';
import { HttpResponse } from 'msw';
import { TracedError } from '../../protocol/errors.js';
import { errorHandler } from '../../test-support/definitions.fixture.js';
import { ok, oneRequestApi, status, text } from '../../test-support/one-request.fixture.js';
import type { Answer } from '../../test-support/one-request.fixture.js';
import type { DefaultErrorHandler } from '../components.js';
import { ApiBudget } from './api-budget.js';
import { ApiUnavailableError } from './error-handler.js';
import { TransportError } from './transport-error.js';

const { fetchPage, answer } = oneRequestApi();

function tracedError(error: unknown): TracedError {
  if (error instanceof TracedError) return error;
  throw new Error(`not a traced error: ${String(error)}`);
}

describe('an answer that may pass', () => {
  test.each<[string, Answer]>([
    ['HTTP 500', status(500)],
    ['HTTP 502 as HTML', text('<html>Bad Gateway</html>', 'text/html', 502)],
    ['HTTP 503 without a body', () => new HttpResponse(null, { status: 503 })],
    ['HTTP 304, of a cache on the way', () => new HttpResponse(null, { status: 304 })],
    ['HTTP 408', status(408)],
    ['an unknown status', status(418)],
    ['a 200 that is HTML', text('<html>Please wait</html>', 'text/html')],
    ['a 200 without a body', text('')],
    ['JSON that breaks off', text('{"status":true,"data":[{"id":1},{"id"')],
    ['JSON with something behind it', text('{"data":[]}}')],
    ['malformed JSON', text('{"status":true,"data":[{"id":1,}]}')],
    ['status false', text('{"status":false,"message":"try again","data":[]}')],
    ['no data', text('{"status":true}')],
    ['data that is null', text('{"status":true,"data":null}')],
    ['data that is an object', text('{"status":true,"data":{"id":1}}')],
    ['data that holds other things than objects', text('{"status":true,"data":[{"id":1},5]}')],
    ['a connection that breaks', () => HttpResponse.error()],
  ])('is asked for again, and nothing of it is used: %s', async (_, first) => {
    const requests = answer(first, ok);
    const { records, error, sleeps, warnings } = await fetchPage();
    expect(error).toBeUndefined();
    expect(records).toEqual(['{"id":1}']);
    expect([requests.length, sleeps, warnings.length]).toEqual([2, [2000], 1]);
    expect(warnings[0]).toMatch(/^GET \/orders: .*; retry 1 of 3, waiting 2\.0 s$/);
  });

  test('an empty list is no failure', async () => {
    const requests = answer(text('{"status":true,"data":[]}'));
    expect(await fetchPage()).toMatchObject({ records: [], sleeps: [] });
    expect(requests).toHaveLength(1);
  });
});

describe('the waits', () => {
  test('double with each try', async () => {
    answer(status(500));
    expect((await fetchPage()).sleeps).toEqual([2000, 4000, 8000]);
  });

  test('grow by up to a quarter by chance', async () => {
    answer(status(500));
    expect((await fetchPage({ context: { random: () => 0.5 } })).sleeps).toEqual([2250, 4500, 9000]);
  });

  test('never pass a minute and a quarter by themselves', async () => {
    const handler: DefaultErrorHandler = { ...errorHandler, max_retries: 8 };
    answer(status(500));
    const { sleeps } = await fetchPage({
      definition: { error_handler: handler },
      context: { random: () => 0.999999 },
    });
    expect(sleeps).toHaveLength(8);
    expect(Math.max(...sleeps)).toBe(75_000);
  });

  test('are as long as the API asks with retry-after', async () => {
    answer(status(503, { 'Retry-After': '7' }), ok);
    expect((await fetchPage()).sleeps).toEqual([7000]);
  });

  test('are as long as the API asks with a date in retry-after', async () => {
    // The clock of these tests stands at 12:00.
    answer(status(503, { 'Retry-After': 'Sat, 15 Jun 2024 12:10:00 GMT' }), ok);
    expect((await fetchPage()).sleeps).toEqual([600_000]);
  });

  test('do not follow a header of the rate limit on another failure', async () => {
    answer(status(503, { 'x-ratelimit-reset': '30' }), ok);
    expect((await fetchPage()).sleeps).toEqual([2000]);
  });

  test('a check may allow fewer tries', async () => {
    const requests = answer(status(500));
    expect((await fetchPage({ context: { patience: { retries: 1, rateLimitWaits: 30 } } })).sleeps).toEqual([
      2000,
    ]);
    expect(requests).toHaveLength(2);
  });
});

describe('the rate limit', () => {
  test.each([
    ['x-ratelimit-reset', { 'x-ratelimit-reset': '12' }, 12_000],
    ['retry-after', { 'retry-after': '5' }, 5000],
    ['the first of both', { 'x-ratelimit-reset': '12', 'retry-after': '5' }, 12_000],
    ['retry-after when the other is malformed', { 'x-ratelimit-reset': 'soon', 'retry-after': '5' }, 5000],
    ['the usual wait without a header', {}, 2000],
  ])('is waited for, and reported: %s', async (_, headers: Record<string, string>, wait) => {
    const requests = answer(status(429, headers), ok);
    const { records, sleeps, limitedUntil, clock, warnings } = await fetchPage();
    expect(records).toEqual(['{"id":1}']);
    expect(sleeps).toEqual([wait]);
    expect(limitedUntil).toEqual([clock.now()]);
    expect(warnings[0]).toContain('rate limit');
    expect(requests).toHaveLength(2);
  });

  test('is told of once where several calls are refused together', async () => {
    const budget = new ApiBudget({
      clock: { now: () => 0, elapsed: () => 0 },
      budget: { type: 'HTTPAPIBudget', policies: [] },
      keyMode: 'test',
      requestsPerMinute: undefined,
    });
    const news = [5000, 6000, 600_000].map((ms) => budget.pause('/orders', ms));
    expect(news).toEqual([true, false, true]);
    expect(budget.pause('/others', 1000)).toBe(true);
  });

  test('pauses that endpoint, and no other', async () => {
    const now = 1_000_000;
    const slept: number[] = [];
    const clock = {
      now: () => now,
      elapsed: () => now,
      sleep: (ms: number) => Promise.reject(new Error(`slept ${slept.push(ms)}`)),
    };
    const budget = new ApiBudget({
      clock,
      budget: { type: 'HTTPAPIBudget', policies: [] },
      keyMode: 'test',
      requestsPerMinute: undefined,
    });
    answer(status(429, { 'retry-after': '5' }));
    await fetchPage({ context: { clock, budget } });
    expect(slept).toEqual([5000]);
    expect(budget.tryAcquire('/customers').wait).toBe(0);
    expect(budget.tryAcquire('/orders').wait).toBe(5000);
  });

  /** A budget that goes by headers, at a moment that stands still. */
  function budgetByHeaders() {
    const now = 1_000_000;
    const clock = { now: () => now, elapsed: () => now, sleep: () => Promise.resolve() };
    const budget = new ApiBudget({
      clock,
      budget: {
        type: 'HTTPAPIBudget',
        policies: [
          {
            type: 'MovingWindowCallRatePolicy',
            rates: [{ type: 'Rate', limit: 100, interval: 'PT1M' }],
            matchers: [{ type: 'HttpRequestRegexMatcher' }],
          },
        ],
        ratelimit_remaining_header: 'x-ratelimit-remaining',
        ratelimit_reset_header: 'x-ratelimit-reset',
      },
      keyMode: 'test',
      requestsPerMinute: undefined,
    });
    return { clock, budget };
  }
  const answerWith = (remaining: string) => () =>
    HttpResponse.json(
      { data: [{ id: 1 }], meta: { pageCount: 1 } },
      { headers: { 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': '7' } },
    );

  test('is known from the headers of an answer before a call is refused', async () => {
    const { clock, budget } = budgetByHeaders();
    answer(answerWith('0'));
    await fetchPage({ context: { clock, budget } });
    expect(budget.tryAcquire('/orders').wait).toBe(7000);
  });

  test('counts a call that nobody answered once', async () => {
    const { clock, budget } = budgetByHeaders();
    answer(answerWith('10'), ...Array.from({ length: 4 }, () => () => HttpResponse.error()));
    await fetchPage({ context: { clock, budget } });
    await fetchPage({ context: { clock, budget, patience: { retries: 3, rateLimitWaits: 1 } } });
    let calls = 0;
    while (budget.tryAcquire('/orders').wait === 0) calls++;
    expect(calls).toBe(6);
  });

  test('that lifts for others meanwhile does not end a request that is always late', async () => {
    let asked = 0;
    const budget = {
      tryAcquire: () => ({ wait: 0, call: ++asked, pausedFor: 0 }),
      ended: () => undefined,
      pause: () => undefined,
      refusalsInRow: () => 1,
    } as unknown as ApiBudget;
    answer(...Array.from({ length: 50 }, () => status(429, {})), ok);
    const { records } = await fetchPage({ context: { budget } });
    expect(records).toEqual(['{"id":1}']);
    expect(asked).toBe(51);
  });

  test('does not count as a retry', async () => {
    const limited = Array.from({ length: 10 }, () => status(429, { 'retry-after': '1' }));
    answer(...limited, status(500), ok);
    const { records, sleeps } = await fetchPage();
    expect(records).toEqual(['{"id":1}']);
    expect(sleeps).toHaveLength(11);
  });

  test('that never ends is a transient error in the end', async () => {
    const requests = answer(status(429, { 'retry-after': '1' }));
    const error = tracedError((await fetchPage()).error);
    expect(error).toMatchObject({ failureType: 'transient_error' });
    expect(error.message).toContain('limits the rate of requests');
    expect(requests).toHaveLength(61);
  });

  test('is not lifted by a connection that breaks: nobody has answered', async () => {
    const limited = status(429, { 'retry-after': '1' });
    answer(limited, () => HttpResponse.error(), limited, ok);
    const patience = { retries: 5, rateLimitWaits: 1 };
    const error = tracedError((await fetchPage({ context: { patience } })).error);
    expect(error.message).toContain('limits the rate of requests');
  });

  test('a wait of hours is left to the next attempt', async () => {
    const requests = answer(status(429, { 'x-ratelimit-reset': '7200' }));
    const { error, sleeps } = await fetchPage();
    expect(tracedError(error).message).toBe(
      'Vendor asks for a longer wait than a sync can take (HTTP 429). Sync at another time.',
    );
    expect([tracedError(error).failureType, sleeps, requests.length]).toEqual(['transient_error', [], 1]);
  });
});

describe('giving up', () => {
  test.each<[string, Answer, string, RegExp, number]>([
    [
      'HTTP 500',
      status(500),
      'transient_error',
      /^Vendor failed to answer \(HTTP 500\), several times\. .* The API said: "this is 500"$/,
      4,
    ],
    [
      'a 200 of HTML',
      text('<html>', 'text/html'),
      'transient_error',
      /cannot be used: it is not valid JSON/,
      4,
    ],
    ['no data', text('{"status":true}'), 'transient_error', /cannot be used: the answer has no "data"/, 4],
    [
      'status false',
      text('{"status":false,"message":"no"}'),
      'transient_error',
      /^The vendor said no\. The API said: "no"$/,
      4,
    ],
    ['HTTP 418', status(418), 'system_error', /HTTP 418/, 4],
    ['HTTP 400', status(400), 'system_error', /refused the request \(HTTP 400\).*"this is 400"/, 1],
    ['HTTP 401', status(401), 'config_error', /refused the key.*Check the secret key/, 1],
    ['HTTP 403', status(403), 'config_error', /may not read this/, 1],
    ['HTTP 404', status(404), 'system_error', /refused the request \(HTTP 404\)/, 1],
  ])(
    'says why, and whether another attempt has sense: %s',
    async (_, always, failureType, sentence, tries) => {
      const requests = answer(always);
      const error = tracedError((await fetchPage()).error);
      expect(error.failureType).toBe(failureType);
      expect(error.message).toMatch(sentence);
      expect(error.internalMessage).toContain('GET /orders');
      expect(requests).toHaveLength(tries);
    },
  );

  test.each<[string, Answer, RegExp]>([
    [
      'nesting that is too deep',
      text(`{"data":[{"id":1,"x":${'['.repeat(3000)}${']'.repeat(3000)}}]}`),
      /no page of records can be.*more than 2000 levels of nesting\.$/,
    ],
    [
      'too many records',
      text(`{"data":[${'{},'.repeat(100_000)}{}]}`),
      /no page of records can be.*more than 100000 records\.$/,
    ],
    [
      'too much around the records',
      text(`{"data":[],"meta":"${'x'.repeat(1024 * 1024)}"}`),
      /no page of records can be.*more than 1048576 bytes around the records\.$/,
    ],
    [
      'too many bytes',
      () => new HttpResponse(Buffer.alloc(16 * 1024 * 1024 + 1, ' ')),
      /larger than any page of records can be/,
    ],
  ])('what cannot be a page is not asked for again: %s', async (_, always, sentence) => {
    const requests = answer(always);
    const error = tracedError((await fetchPage()).error);
    expect(error.failureType).toBe('system_error');
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain('not valid JSON');
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['HPE_HEADER_OVERFLOW', 'with more headers than are read'],
    ['ERR_ENCODING', 'compressed in a way that was not asked for'],
  ])('%s says what is wrong with the answer, not that there was none', async (code, sentence) => {
    const send = () => Promise.reject(new TransportError(code, 'it broke'));
    const { error, sleeps } = await fetchPage({ context: { http: send } });
    expect(tracedError(error).failureType).toBe('transient_error');
    expect(tracedError(error).message).toContain(sentence);
    expect(tracedError(error).message).not.toMatch(/reached|DNS/);
    expect(error).not.toBeInstanceOf(ApiUnavailableError);
    expect(sleeps).toHaveLength(3);
  });

  test('a refused key is known to concern all streams, a refused list is not', async () => {
    answer(status(401));
    expect((await fetchPage()).error).toBeInstanceOf(ApiUnavailableError);
    answer(status(403));
    expect((await fetchPage()).error).not.toBeInstanceOf(ApiUnavailableError);
  });

  test.each([
    ['ECONNREFUSED', true, 'Check that this machine may reach api.vendor.test'],
    ['ENOTFOUND', true, 'DNS'],
    ['SELF_SIGNED_CERT_IN_CHAIN', true, 'TLS certificate was refused'],
    ['EPROTO', true, 'No secure connection came about'],
    ['ECONNRESET', false, 'The connection broke off'],
    ['HPE_INVALID_HEADER_TOKEN', false, 'what came was not HTTP'],
    ['ETIMEDOUT', true, 'Check that this machine may reach api.vendor.test'],
    ['ERR_NO_ANSWER', true, 'did not answer in time'],
    ['ERR_ANSWER_STALLED', false, 'did not end in time'],
  ])(
    '%s is a transient error, with what to check and no guess about a proxy',
    async (code, concernsAll, sentence) => {
      const send = () => Promise.reject(new TransportError(code, 'it broke'));
      const { error, sleeps } = await fetchPage({ context: { http: send } });
      expect(tracedError(error).failureType).toBe('transient_error');
      expect(tracedError(error).message).toContain(sentence);
      expect(tracedError(error).message).not.toMatch(/proxy/i);
      expect(error instanceof ApiUnavailableError).toBe(concernsAll);
      expect(sleeps).toHaveLength(3);
    },
  );

  test('an error that nobody expects is not retried', async () => {
    const bug = new TypeError('a bug');
    const { error, sleeps } = await fetchPage({ context: { http: () => Promise.reject(bug) } });
    expect([error, sleeps]).toEqual([bug, []]);
  });
});
