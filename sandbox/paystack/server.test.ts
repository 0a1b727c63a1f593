import { afterEach, describe, expect, it } from '@jest/globals';
import { LIST_ENDPOINTS } from './endpoints.js';
import type { PaystackQuirks, PaystackSandboxOptions } from './options.js';
import { startPaystackSandbox } from './server.js';
import type { PaystackSandbox } from './server.js';

interface Envelope {
  readonly status: boolean;
  readonly message: string;
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly meta: Readonly<Record<string, unknown>>;
}

const running: PaystackSandbox[] = [];

async function start(options: Partial<PaystackSandboxOptions> = {}): Promise<PaystackSandbox> {
  const sandbox = await startPaystackSandbox({ rateLimit: false, ...options });
  running.push(sandbox);
  return sandbox;
}

const quirky = (quirks: Partial<PaystackQuirks>): Promise<PaystackSandbox> => start({ quirks });

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

function get(
  sandbox: PaystackSandbox,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(sandbox.url + path, { headers: { authorization: `Bearer ${sandbox.secretKey}`, ...headers } });
}

async function list(sandbox: PaystackSandbox, path: string): Promise<Envelope> {
  return (await (await get(sandbox, path)).json()) as Envelope;
}

const texts = (sandbox: PaystackSandbox): string[] =>
  [...sandbox.data.transactions].map((record) => record.json);
const references = (page: Envelope): unknown[] => page.data.map((record) => record['reference']);
const allReferences = (sandbox: PaystackSandbox): unknown[] =>
  texts(sandbox).map((text) => (JSON.parse(text) as Record<string, unknown>)['reference']);

/** Follows `next` to the end. */
async function cursorPages(sandbox: PaystackSandbox, path: string): Promise<Envelope[]> {
  const pages = [await list(sandbox, path)];
  for (let next = pages[0]?.meta['next']; typeof next === 'string'; next = pages.at(-1)?.meta['next']) {
    pages.push(await list(sandbox, `${path}&next=${encodeURIComponent(next)}`));
  }
  return pages;
}

describe('authorization', () => {
  it('refuses a missing and a wrong key with 401 and the documented messages', async () => {
    const sandbox = await start();
    const missing = await fetch(`${sandbox.url}/balance`);
    expect([missing.status, await missing.json()]).toEqual([
      401,
      expect.objectContaining({ status: false, message: 'No Authorization Header was found' }),
    ]);
    const wrong = await get(sandbox, '/balance', { authorization: 'Bearer sk_test_other' });
    expect([wrong.status, await wrong.json()]).toEqual([
      401,
      expect.objectContaining({ status: false, message: 'Invalid key', code: 'invalid_Key' }),
    ]);
    expect((await get(sandbox, '/balance')).status).toBe(200);
  });

  it('models a refused address and a blocking content network', async () => {
    const address = await get(await quirky({ ipBlocked: 403 }), '/balance');
    expect(address.status).toBe(403);
    expect(await address.text()).toBe(
      '{"status":false,"message":"Your IP address is not allowed to make this call"}',
    );
    const network = await get(await quirky({ htmlBlocked: true }), '/balance');
    expect([network.status, network.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8']);
  });

  it('records calls that a reader must not send', async () => {
    const sandbox = await start();
    await fetch(`${sandbox.url}/transaction`, { method: 'POST' });
    await get(sandbox, '/bulkcharge/pause/BCH_1');
    expect((await get(sandbox, '/transaction/export')).status).toBe(400);
    expect(sandbox.violations).toEqual([
      'POST /transaction',
      'GET /bulkcharge/pause/BCH_1',
      'GET /transaction/export',
    ]);
  });

  it('answers 404 for what it does not know', async () => {
    const sandbox = await start();
    for (const path of ['/nothing', '/settlement/1/transactions']) {
      const reply = await get(sandbox, path);
      expect([reply.status, await reply.json()]).toEqual([
        404,
        expect.objectContaining({ message: 'Entity not found' }),
      ]);
    }
  });
});

describe('offset paging', () => {
  it('yields every record once, newest first, byte for byte', async () => {
    const sandbox = await start();
    const bodies: string[] = [];
    for (let page = 1; page <= 4; page += 1) {
      bodies.push(await (await get(sandbox, `/transaction?perPage=80&page=${page}`)).text());
    }
    const inner = bodies.map((body) => body.slice(body.indexOf('[') + 1, body.lastIndexOf('],"meta"')));
    expect(inner.join(',')).toBe(texts(sandbox).join(','));
    const created = [...sandbox.data.transactions].map((record) => record.createdMs);
    expect(created).toEqual([...created].sort((a, b) => b - a));
  });

  it('cuts perPage to 100 and echoes it as a string', async () => {
    const sandbox = await start();
    const page = await list(sandbox, '/transaction?perPage=200&page=2');
    expect(page.data).toHaveLength(100);
    expect(page.meta).toMatchObject({ total: 300, skipped: 100, perPage: '100', page: 2, pageCount: 3 });
    expect(page.meta['total_volume']).toBeGreaterThan(2 ** 31);
    expect((await list(sandbox, '/transaction')).meta['perPage']).toBe(50);
    expect((await list(sandbox, '/transaction?page=9')).data).toEqual([]);
  });

  it('has the other answers to the unsettled rules as quirks', async () => {
    const bare = await quirky({ noPageCount: true, noTotal: true, maxPerPage: 'reject' });
    expect(Object.keys((await list(bare, '/customer?perPage=100')).meta)).toEqual([
      'skipped',
      'perPage',
      'page',
    ]);
    expect((await get(bare, '/customer?perPage=101')).status).toBe(400);
    const wide = await quirky({
      maxPerPage: 1000,
      oldestFirst: ['/transaction'],
      prettyPrint: true,
      metaFirst: true,
    });
    expect(references(await list(wide, '/transaction?perPage=1000'))).toEqual(allReferences(wide).reverse());
  });
});

describe('cursor paging', () => {
  it('yields every record once', async () => {
    const sandbox = await start();
    const pages = await cursorPages(sandbox, '/transaction?use_cursor=true&perPage=100');
    expect(pages.flatMap(references)).toEqual(allReferences(sandbox));
    expect(pages[0]?.meta).toEqual({ next: expect.any(String), previous: 'null', perPage: 100 });
    expect(pages.at(-1)?.meta).not.toHaveProperty('next');
    const back = await list(
      sandbox,
      `/transaction?previous=${String(pages[1]?.meta['previous'])}&perPage=100`,
    );
    expect(references(back)).toEqual(references(pages[0] as Envelope));
  });

  it('is stable while records come and go', async () => {
    const sandbox = await start();
    const before = allReferences(sandbox);
    const first = await list(sandbox, '/transaction?use_cursor=true&perPage=100');
    sandbox.add('transactions', { reference: 'new' });
    sandbox.remove('transactions', sandbox.data.transactions.at(50).id);
    const second = await list(sandbox, `/transaction?perPage=100&next=${String(first.meta['next'])}`);
    expect([...references(first), ...references(second)]).toEqual(before.slice(0, 200));
    expect(references(await list(sandbox, '/transaction?perPage=1'))).toEqual(['new']);
  });

  it('can hold one record less than asked for, and end with the string "null"', async () => {
    const sandbox = await quirky({
      shortCursorPages: true,
      nextAtEnd: 'null-string',
      cursorMetaAlways: ['/customer'],
    });
    const page = await list(sandbox, '/customer?perPage=50');
    expect([page.data.length, page.meta['perPage']]).toEqual([49, 49]);
    const token = Buffer.from(`customer:${sandbox.data.customers.at(119).id}`).toString('base64');
    expect((await list(sandbox, `/customer?next=${token}`)).meta['next']).toBe('null');
  });

  it('serves terminals without use_cursor and mandates in their own style', async () => {
    const sandbox = await start();
    const terminals = await cursorPages(sandbox, '/terminal?perPage=4');
    expect(terminals.flatMap((page) => page.data)).toHaveLength(sandbox.data.terminals.length);
    const mandates = await list(sandbox, '/directdebit/mandate-authorizations?per_page=40');
    expect(mandates.meta).toEqual({ per_page: 40, next: expect.any(String), count: 40, total: 60 });
    const rest = `/directdebit/mandate-authorizations?per_page=40&cursor=${String(mandates.meta['next'])}`;
    expect((await list(sandbox, rest)).meta).toEqual({ per_page: 40, next: null, count: 20, total: 60 });
  });
});

describe('dates', () => {
  const at = '2025-11-01T00:00:00.000Z'; // the first second of a month: the data always has a record there

  async function count(sandbox: PaystackSandbox, query: string, path = '/transaction'): Promise<unknown> {
    return (await list(sandbox, `${path}?perPage=1&${query}`)).meta['total'];
  }

  it('takes from as included and to as excluded', async () => {
    const sandbox = await start();
    const there = [...sandbox.data.transactions].filter(
      (record) => record.createdMs === Date.parse(at),
    ).length;
    expect(there).toBeGreaterThan(0);
    const until = await count(sandbox, `to=${at}`);
    const since = await count(sandbox, `from=${at}`);
    expect(Number(until) + Number(since)).toBe(300);
    expect(await count(sandbox, `from=${at}&to=${at}`)).toBe(0);
    expect(await count(sandbox, 'to=2025-11-01')).toBe(until);
    expect(await count(sandbox, `from=${at}&to=2025-11-01T00:00:00.001000Z`)).toBe(there);
    expect(await count(await quirky({ toInclusive: true }), `from=${at}&to=${at}`)).toBe(there);
    expect(await count(await quirky({ fromExclusive: true }), `from=${at}`)).toBe(Number(since) - there);
    const today = `from=2025-11-01T12:00:00Z&to=2025-11-01T23:00:00Z`;
    expect(await count(await quirky({ dateOnlyFilter: ['/transaction'] }), today)).toBe(0);
  });

  it('can go by the date of payment, which finds nothing that was never paid', async () => {
    const sandbox = await quirky({ paidDateFilter: ['/transaction'] });
    const paid = [...sandbox.data.transactions].filter(
      ({ parsed }) => (parsed as { paid_at: string | null }).paid_at !== null,
    );
    expect(paid.length).toBeLessThan(300);
    expect(await count(sandbox, 'from=2000-01-01')).toBe(paid.length);
    expect(await count(sandbox, '')).toBe(300);
  });

  it('ignores the filter where only one document lists it', async () => {
    const sandbox = await quirky({ ignoreDateFilter: ['/refund'], honourDateFilter: ['/plan'] });
    const query = 'from=2030-01-01T00:00:00Z';
    expect(await count(sandbox, query, '/subscription')).toBe(60);
    expect(await count(sandbox, query, '/refund')).toBe(45);
    expect(await count(sandbox, query, '/plan')).toBe(0);
    expect((await get(sandbox, '/transaction?from=yesterday')).status).toBe(400);
  });

  it('filters by fields and hides archived payment requests', async () => {
    const sandbox = await start();
    const reversed = await list(sandbox, '/transaction?status=reversed&perPage=100');
    expect(new Set(reversed.data.map((record) => record['status']))).toEqual(new Set(['reversed']));
    expect(await count(sandbox, '', '/paymentrequest')).toBe(108);
    expect(await count(sandbox, 'include_archive=true', '/paymentrequest')).toBe(120);
    expect(sandbox.data.invoices).toHaveLength(120);
  });
});

describe('limits', () => {
  it('counts per endpoint, says when the window ends, and opens again', async () => {
    let now = 1_000_000;
    const sandbox = await start({ rateLimit: { limit: 2, windowMs: 60_000 }, clock: () => now });
    const statuses = [];
    for (let i = 0; i < 2; i += 1) statuses.push((await get(sandbox, '/transaction?perPage=1')).status);
    now += 12_500;
    const refused = await get(sandbox, '/transaction?perPage=1');
    expect([...statuses, refused.status]).toEqual([200, 200, 429]);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '48',
    });
    expect(refused.headers.has('retry-after')).toBe(false);
    expect(await refused.json()).toMatchObject({ status: false, type: 'api_error', code: 'rate_limited' });
    expect((await get(sandbox, '/customer?perPage=1')).status).toBe(200);
    now += 47_500;
    expect((await get(sandbox, '/transaction?perPage=1')).status).toBe(200);
    expect(sandbox.requests.map((entry) => entry.status)).toEqual([200, 200, 429, 200, 200]);
  });
});

describe('data', () => {
  it('is the same for the same seed and another for another', async () => {
    const [one, same, other] = [await start(), await start(), await start({ seed: 2 })];
    expect(texts(one)).toEqual(texts(same));
    expect(texts(one)).not.toEqual(texts(other));
  });

  it('carries what JSON.parse and JSON.stringify would change', async () => {
    const body = await (await get(await start(), '/transaction?perPage=100')).text();
    for (const token of [
      '"id":9007199254740993,',
      '"exchange_rate":1.0,',
      '\\u00e9',
      '\\/',
      'é',
      '1.50E-3',
    ]) {
      expect(body).toContain(token);
    }
    expect(Number('9007199254740995')).toBe(Number('9007199254740996'));
    expect(body).toContain('"id":9007199254740995,');
    expect(body).toContain('"id":9007199254740996,');
  });

  it('answers every endpoint with the records of its stream', async () => {
    const sandbox = await start({ size: 40 });
    for (const endpoint of LIST_ENDPOINTS) {
      const parent = endpoint.parent === undefined ? '' : sandbox.data[endpoint.parent].at(0).id;
      const reply = await get(sandbox, endpoint.path.replace('{id}', parent));
      const body = await reply.text();
      const newest = [...sandbox.data[endpoint.stream]].find((record) => !record.hidden);
      expect([endpoint.path, reply.status]).toEqual([endpoint.path, 200]);
      expect(body).toContain(`[${newest?.json}`);
    }
    expect((await list(await start({ size: 0 }), '/transaction')).data).toEqual([]);
  });

  it('shows what a test changes, in front and in place', async () => {
    const sandbox = await start();
    const id = sandbox.data.refunds.at(3).id;
    sandbox.update('refunds', id, { status: 'changed' });
    const added = sandbox.add('refunds', { status: 'added' });
    const page = await list(sandbox, '/refund?perPage=5');
    expect(page.data.map((record) => record['status']).filter((_, i) => i === 0 || i === 4)).toEqual([
      'added',
      'changed',
    ]);
    expect(added.createdMs).toBeGreaterThan(sandbox.data.refunds.at(1).createdMs);
    expect(await list(sandbox, `/refund?from=${new Date(added.createdMs).toISOString()}`)).toMatchObject({
      meta: { total: 1 },
    });
  });

  it('has a million transactions without holding them', async () => {
    const sandbox = await start({ size: 1_000_000 });
    const page = await list(sandbox, '/transaction?perPage=2&page=400000&from=2025-04-01T00:00:00Z');
    expect([page.data.length, sandbox.data.transactions.length]).toEqual([2, 1_000_000]);
  });
});
