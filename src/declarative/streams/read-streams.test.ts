import { describe, expect, test } from '@jest/globals';
import { OutputClosedError, StoppedError, TracedError } from '../../protocol/errors.js';
import { Output } from '../../protocol/output.js';
import { createdBetween, requestContext, streamOf } from '../../test-support/definitions.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { MemorySink } from '../../test-support/memory-sink.fixture.js';
import { fakeApi, listBetween, pageOf, runRead } from '../../test-support/read-run.fixture.js';
import type { FakeApi, Reply } from '../../test-support/read-run.fixture.js';
import { ApiBudget } from '../requesters/api-budget.js';
import { readStreams } from './read-streams.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
const plans = streamOf('plans');
const refunds = streamOf('refunds');

const ORDERS = [
  { id: 1, createdAt: '2024-02-01T00:00:00.000Z' },
  { id: 2, createdAt: '2024-03-01T00:00:00.000Z' },
];

/** Answers as told; other lists have one record. */
function apiOf(byPath: Record<string, (url: URL) => Reply> = {}): FakeApi {
  return fakeApi((url) => byPath[url.pathname]?.(url) ?? pageOf(url, [{ id: 1 }]));
}

const fails = (status: number) => () => ({ status, body: { message: `this is ${status}` } });

describe('the messages of a stream', () => {
  test('with a cursor: STARTED, RUNNING, records, STATE, COMPLETE', async () => {
    const run = await runRead([orders], apiOf({ '/orders': (url) => listBetween(url, ORDERS) }));
    expect(run.thrown).toBeUndefined();
    expect(run.course('orders')).toEqual(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']);
    expect(run.states('orders')).toEqual([
      { start_date: '2024-01-01T00:00:00.000Z', createdAt: '2024-03-01T00:00:00.000Z' },
    ]);
  });

  test('without records: the same without them, and the state stays at the start date', async () => {
    const run = await runRead([orders], apiOf({ '/orders': (url) => listBetween(url, []) }));
    expect(run.course('orders')).toEqual(['STARTED', 'RUNNING', 'STATE', 'COMPLETE']);
    expect(run.states('orders')).toEqual([
      { start_date: '2024-01-01T00:00:00.000Z', createdAt: '2024-01-01T00:00:00.000Z' },
    ]);
  });

  test.each(['full_refresh', 'incremental'] as const)(
    'without a cursor, asked for as %s: the state that says that there is none',
    async (syncMode) => {
      const run = await runRead([plans], apiOf(), { syncMode });
      expect(run.course('plans')).toEqual(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']);
      expect(run.states('plans')).toEqual([{ __ab_no_cursor_state_message: true }]);
    },
  );

  test('a state in the future: no request, the state kept, and a warning', async () => {
    const api = apiOf();
    const future = { createdAt: '2999-01-01T00:00:00.000Z' };
    const run = await runRead([orders], api, { states: new Map([['orders', future]]) });
    expect(run.course('orders')).toEqual(['STARTED', 'RUNNING', 'STATE', 'COMPLETE']);
    expect([run.states('orders'), api.asked]).toEqual([[future], []]);
    expect(run.logs.some((line) => line.startsWith('WARN orders: the state 2999-01-01'))).toBe(true);
  });

  test('while the API limits the rate: RUNNING with the reason, then on', async () => {
    let calls = 0;
    const limited = (url: URL) => (++calls === 1 ? fails(429)() : listBetween(url, ORDERS));
    const run = await runRead([orders], apiOf({ '/orders': limited }));
    expect(run.course('orders')).toEqual([
      'STARTED',
      'RUNNING RATE_LIMITED',
      'RUNNING',
      'RECORD',
      'STATE',
      'COMPLETE',
    ]);
  });

  test('while the API limits the rate of another stream that has the same limit: the same, once for all its requests', async () => {
    const clock = new FakeClock();
    const policy = {
      type: 'MovingWindowCallRatePolicy',
      rates: [{ type: 'Rate', limit: 1000, interval: 'PT1M' }],
      matchers: [{ type: 'HttpRequestRegexMatcher' }],
    } as const;
    const budget = new ApiBudget({
      clock,
      budget: { type: 'HTTPAPIBudget', policies: [policy] },
      keyMode: 'test',
      requestsPerMinute: undefined,
    });
    let calls = 0;
    const api = apiOf({
      '/plans': (url) => (++calls === 1 ? fails(429)() : pageOf(url, [{ id: 1 }])),
      '/refunds': (url) =>
        pageOf(
          url,
          Array.from({ length: 60 }, (_, id) => ({ id })),
        ),
    });
    const run = await runRead([plans, refunds], api, { context: { clock, budget }, numWorkers: 8 });
    const limited = (name: string) => run.course(name).filter((step) => step === 'RUNNING RATE_LIMITED');
    expect(limited('plans')).toHaveLength(1);
    expect(limited('refunds')).toHaveLength(1);
    expect(run.records('refunds')).toHaveLength(60);
  });

  test('records leave byte for byte, whatever numbers they hold', async () => {
    const record = '{"id":12345678901234567890,"amount":1.0,"name":"\\u00e9"}';
    const run = await runRead(
      [plans],
      apiOf({ '/plans': () => ({ body: `{"data":[ ${record} ],"meta":{"pageCount":1}}` }) }),
    );
    expect(run.lines.filter((line) => line.includes(`"data":${record}}}`))).toHaveLength(1);
  });
});

test('streams start in the order of their definitions, parents first, whatever the catalog says', async () => {
  const run = await runRead([orders, plans, refunds], apiOf(), {
    configured: ['refunds', 'orders', 'plans'],
  });
  const started = run.messages.flatMap((one) =>
    one.type === 'TRACE' && one.trace.type === 'STREAM_STATUS' && one.trace.stream_status.status === 'STARTED'
      ? [one.trace.stream_status.stream_descriptor.name]
      : [],
  );
  expect(started).toEqual(['orders', 'plans', 'refunds']);
});

describe('a stream that fails', () => {
  test('leaves the others complete', async () => {
    const run = await runRead([orders, plans, refunds], apiOf({ '/plans': fails(500) }));
    expect(run.course('plans')).toEqual(['STARTED', 'ERROR', 'RUNNING', 'STATE', 'INCOMPLETE']);
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(run.course('refunds').at(-1)).toBe('COMPLETE');
  });

  test('by a fault that may pass is traced at once, with its stream', async () => {
    const run = await runRead([plans], apiOf({ '/plans': fails(500) }));
    expect(run.errors).toMatchObject([
      { failure_type: 'transient_error', stream_descriptor: { name: 'plans' } },
    ]);
    expect(run.errors[0]?.message).toContain('HTTP 500');
  });

  test('by a config_error is traced at the end, behind every fault that may pass', async () => {
    const run = await runRead([plans, refunds], apiOf({ '/plans': fails(403), '/refunds': fails(500) }));
    expect(run.course('plans')).toEqual(['STARTED', 'RUNNING', 'STATE', 'INCOMPLETE', 'ERROR']);
    expect(run.errors.map((one) => [one.stream_descriptor?.name, one.failure_type])).toEqual([
      ['refunds', 'transient_error'],
      ['plans', 'config_error'],
    ]);
    expect(run.messages.at(-1)).toMatchObject({ trace: { error: { failure_type: 'config_error' } } });
  });

  test.each<[string, number, number, string]>([
    ['only for the user to mend: config_error', 403, 403, 'config_error'],
    ['one may pass: transient_error', 403, 500, 'transient_error'],
    ['one is not understood: system_error', 403, 404, 'system_error'],
    ['one may pass, one is not understood: transient_error', 404, 500, 'transient_error'],
  ])('is named in the last error; %s', async (_, first, second, failureType) => {
    const run = await runRead(
      [orders, plans, refunds],
      apiOf({ '/plans': fails(first), '/refunds': fails(second) }),
    );
    expect(run.thrown).toBeInstanceOf(TracedError);
    expect(run.thrown).toMatchObject({ failureType });
    expect(String(run.thrown)).toContain('the following streams did not sync successfully: ');
    expect(String(run.thrown)).toMatch(/plans, refunds|refunds, plans/);
    expect(String(run.thrown)).not.toContain('orders');
  });

  test('does not move its state', async () => {
    const states = new Map([['orders', { createdAt: '2024-05-01T00:00:00.000Z' }]]);
    const run = await runRead([orders], apiOf({ '/orders': fails(500) }), { states });
    expect(run.states('orders')).toEqual([{ createdAt: '2024-05-01T00:00:00.000Z' }]);
  });

  test('in the middle of a list keeps what was read, and does not count it in the state', async () => {
    const many = Array.from({ length: 15 }, (_, id) => ({ id, createdAt: '2024-02-01T00:00:00.000Z' }));
    const secondFails = (url: URL) =>
      url.searchParams.get('page') === '1' ? listBetween(url, many) : fails(500)();
    const run = await runRead([orders], apiOf({ '/orders': secondFails }));
    expect(run.records('orders')).toHaveLength(10);
    expect(run.states('orders')).toEqual([
      { start_date: '2024-01-01T00:00:00.000Z', createdAt: '2024-01-01T00:00:00.000Z' },
    ]);
    expect(run.course('orders').at(-1)).toBe('INCOMPLETE');
  });

  test('by a mistake in the program is a system_error', async () => {
    const api: FakeApi = { asked: [], http: () => Promise.reject(new TypeError('a bug')) };
    const run = await runRead([plans], api);
    expect(run.errors).toMatchObject([{ failure_type: 'system_error', internal_message: 'a bug' }]);
  });
});

describe('a stream that cannot be begun', () => {
  test('because there is none of this name is incomplete, with a config_error', async () => {
    const run = await runRead([plans], apiOf(), { configured: ['no_such', 'plans'] });
    expect(run.course('no_such')).toEqual(['STARTED', 'INCOMPLETE', 'ERROR']);
    expect(run.course('plans').at(-1)).toBe('COMPLETE');
    expect(run.errors[0]?.message).toContain('There is no stream "no_such"');
    expect(run.thrown).toMatchObject({ failureType: 'config_error' });
  });

  test('because its state is of another connector is incomplete, and not read', async () => {
    const api = apiOf();
    const run = await runRead([orders, plans], api, { states: new Map([['orders', { updated: 5 }]]) });
    expect(run.course('orders')).toEqual(['STARTED', 'INCOMPLETE', 'ERROR']);
    expect(run.errors[0]?.message).toContain('it has no "createdAt" but "updated"');
    expect(api.asked.map(({ pathname }) => pathname)).toEqual(['/plans']);
  });
});

describe('the end of the whole sync', () => {
  const catalog = {
    streams: ['orders', 'plans'].map((name) => ({
      stream: { name },
      sync_mode: 'incremental' as const,
      destination_sync_mode: 'append' as const,
    })),
  };
  const rest = { startDate: '2024-01-01T00:00:00.000Z', lookbackDays: 0, numWorkers: 4 };

  test('a reader that went away ends it with OutputClosedError', async () => {
    const { http } = apiOf();
    const output = new Output({ sink: new MemorySink('EPIPE'), now: () => 0 });
    const read = readStreams([orders, plans], catalog, new Map(), {
      ...rest,
      output,
      requests: requestContext({ http }),
    });
    await expect(read).rejects.toBeInstanceOf(OutputClosedError);
  });

  test('a stop ends it with StoppedError, and no stream is said to have failed or ended', async () => {
    const controller = new AbortController();
    const sink = new MemorySink();
    const http = () => {
      controller.abort();
      return Promise.reject(new Error('canceled'));
    };
    const read = readStreams([orders, plans], catalog, new Map(), {
      ...rest,
      output: new Output({ sink, now: () => 0 }),
      requests: requestContext({ http, signal: controller.signal }),
    });
    await expect(read).rejects.toBeInstanceOf(StoppedError);
    expect(sink.text).not.toMatch(/"ERROR"|COMPLETE/);
  });
});
