import { afterEach, describe, expect, it } from '@jest/globals';
import { closeAll, get, list, quirky, start, statusOf } from './client.fixture.js';
import { LIST_ENDPOINTS } from './endpoints.js';
import type { PagarmeSandbox } from './server.js';

afterEach(closeAll);

const texts = (sandbox: PagarmeSandbox): string[] => [...sandbox.data.charges].map((record) => record.json);
const isTop = (path: string): boolean => !path.includes('{');

describe('authorization', () => {
  it('takes the key as the user name and refuses all else with the documented 401', async () => {
    const sandbox = await start();
    for (const header of [
      undefined,
      `Bearer ${sandbox.secretKey}`,
      `Basic ${btoa('sk_test_other:')}`,
      `Basic ${btoa(`${sandbox.secretKey}:x`)}`,
    ]) {
      const headers: Record<string, string> = header === undefined ? {} : { authorization: header };
      const reply = await fetch(`${sandbox.url}/orders?size=1`, { headers });
      expect([reply.status, reply.headers.get('x-payments-auth'), await reply.text()]).toEqual([
        401,
        'Unauthorized',
        '{"message":"Authorization has been denied for this request."}',
      ]);
    }
    expect(await statusOf(sandbox, '/orders?size=1')).toBe(200);
  });

  it('answers 403 for a refused address and for lists outside the scopes of the key', async () => {
    expect(await statusOf(await quirky({ ipBlocked: true }), '/orders')).toBe(403);
    const sandbox = await quirky({ scopes: ['Transacional'] });
    const statuses = await Promise.all(
      ['/orders', '/hooks', '/payables', '/transfers', '/recipients'].map((path) => statusOf(sandbox, path)),
    );
    expect(statuses).toEqual([200, 200, 403, 403, 403]);
  });

  it('records calls that a reader must not send', async () => {
    const sandbox = await start();
    await fetch(`${sandbox.url}/charges/ch_1`, { method: 'DELETE' });
    expect(sandbox.violations).toEqual(['DELETE /core/v5/charges/ch_1']);
  });
});

describe('errors', () => {
  it('answers {message}, with 404 or 400 for what it does not know', async () => {
    const sandbox = await start();
    const reply = await get(sandbox, '/charges/ch_0000000000000000');
    expect([reply.status, await reply.json()]).toEqual([404, { message: 'Charge not found.' }]);
    expect(await statusOf(sandbox, '/customers/cus_0/cards')).toBe(404);
    expect(await statusOf(sandbox, '/nothing')).toBe(404);
    expect(await statusOf(await quirky({ notFoundStatus: 400 }), '/customers/cus_0/cards')).toBe(400);
    const payable = sandbox.data.payables.at(0).id;
    expect(await statusOf(sandbox, `/payables/${payable}`)).toBe(404);
  });

  it('names the fields that are wrong', async () => {
    const sandbox = await start();
    const reply = await get(sandbox, '/settlements?payment_date_start=2026-11-01');
    expect([reply.status, await reply.json()]).toEqual([
      400,
      {
        message: 'The request is invalid.',
        errors: { payment_date_end: [expect.any(String)] },
        request: { payment_date_start: '2026-11-01' },
      },
    ]);
    for (const path of [
      '/orders?page=0',
      '/orders?size=x',
      '/orders?created_since=soon',
      '/payables?forward_cursor=x',
    ]) {
      expect([path, await statusOf(sandbox, path)]).toEqual([path, 400]);
    }
  });

  it('speaks problem+json for disputes', async () => {
    const reply = await fetch(`${(await start()).disputesUrl}/disputes`);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
    expect(await reply.json()).toMatchObject({ status: 401, detail: expect.any(String) });
  });

  it('has switched off what was discontinued', async () => {
    const answers = ['gone-404', 'gone-410', 'alive', 'empty'] as const;
    const statuses = await Promise.all(
      answers.map(async (balanceOperations) =>
        statusOf(await quirky({ balanceOperations }), '/balance/operations'),
      ),
    );
    expect(statuses).toEqual([404, 410, 200, 200]);
    const sandbox = await quirky({ anticipationsPath: 'anticipations' });
    const recipient = `/recipients/${sandbox.data.recipients.at(0).id}`;
    expect(await statusOf(sandbox, `${recipient}/anticipations`)).toBe(200);
    expect(await statusOf(sandbox, `${recipient}/bulk_anticipations`)).toBe(404);
  });

  it('can lose the children of a parent that is still listed', async () => {
    const id = (await start()).data.customers.at(2).id;
    const sandbox = await quirky({ vanishingParents: [id] });
    expect(await statusOf(sandbox, `/customers/${id}/cards`)).toBe(404);
    expect(await statusOf(sandbox, `/customers/${id}`)).toBe(200);
    const removed = sandbox.data.customers.at(3).id;
    sandbox.remove('customers', removed);
    expect(await statusOf(sandbox, `/customers/${removed}/addresses`)).toBe(404);
  });
});

describe('limits', () => {
  it('counts per route and minute and does not say when to come back', async () => {
    let now = 1_000_000;
    const sandbox = await start({ secretKey: 'sk_live1', rateLimit: {}, clock: () => now });
    const statuses = [];
    for (let i = 0; i < 51; i += 1) statuses.push(await statusOf(sandbox, '/hooks?size=1'));
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
    const refused = await get(sandbox, '/hooks?size=1');
    expect([refused.status, await refused.json()]).toEqual([429, { message: 'Too Many Requests' }]);
    expect([...refused.headers.keys()].filter((name) => /retry|limit/.test(name))).toEqual([]);
    const hook = sandbox.data.hooks.at(0).id;
    expect(await statusOf(sandbox, `/hooks/${hook}`)).toBe(200);
    expect(await statusOf(sandbox, '/orders?size=1')).toBe(200);
    now += 60_000;
    expect(await statusOf(sandbox, '/hooks?size=1')).toBe(200);
  });

  it('lets a test account send ten requests a second', async () => {
    let now = 1_000_000;
    const sandbox = await start({ rateLimit: {}, clock: () => now });
    const burst = async (path: string): Promise<number> => {
      const statuses = [];
      for (let i = 0; i < 12; i += 1) statuses.push(await statusOf(sandbox, path));
      return statuses.filter((status) => status === 200).length;
    };
    expect([await burst('/plans'), await burst('/orders')]).toEqual([10, 10]);
    now += 1000;
    expect(await burst('/plans')).toBe(10);
    const shared = await start({ rateLimit: { sharedPerSecond: true }, clock: () => now });
    for (let i = 0; i < 10; i += 1) await statusOf(shared, '/plans');
    expect(await statusOf(shared, '/orders')).toBe(429);
  });
});

describe('data', () => {
  it('is the same for the same seed and another for another', async () => {
    const [one, same, other] = [await start(), await start(), await start({ seed: 2 })];
    expect(texts(one)).toEqual(texts(same));
    expect(texts(one)).not.toEqual(texts(other));
  });

  it('carries what JSON.parse and JSON.stringify would change', async () => {
    const body = await (await get(await start(), '/charges?size=100')).text();
    for (const token of [
      '"amount":1.0}',
      '\\u00e9',
      '\\/',
      'é',
      '1.50E-3',
      '12345678901234567890',
      '"gateway_id":"9007199',
      '"fb_id":9007199',
    ]) {
      expect(body).toContain(token);
    }
  });

  it('has every kind of transaction and every trap of the types', async () => {
    const sandbox = await start();
    const transactions = [...sandbox.data.charge_transactions].map((record) => record.json).join('\n');
    for (const kind of 'safetypay voucher bank_transfer boleto debit_card cash private_label credit_card pix'.split(
      ' ',
    )) {
      expect(transactions).toContain(`"transaction_type":"${kind}"`);
    }
    for (const pattern of [/"split":\[/, /"splits":\[/, /"paid_amount":\d/, /"Name":"Obs/]) {
      expect(transactions).toMatch(pattern);
    }
    const all = (stream: 'payables' | 'hooks' | 'orders' | 'plans'): string =>
      [...sandbox.data[stream]].map((record) => record.json).join('\n');
    expect(all('payables')).toMatch(/"id":"[0-9a-f-]{36}".*T03:00:00Z/s);
    expect(all('hooks')).toMatch(/"created_at":"[^"]*Z".*"data":.*"created_at":"[^"Z]*"/);
    expect(all('plans')).toContain('mininum_price');
    expect(all('orders')).toContain('"statementDescriptor"');
    const metadata = [...sandbox.data.charges].map(
      ({ parsed }) => (parsed as { metadata?: unknown }).metadata,
    );
    expect(metadata).toEqual(expect.arrayContaining([undefined, null, {}]));
  });

  it('answers every endpoint with the records of its stream', async () => {
    const sandbox = await start({ quirks: { balanceOperations: 'alive' } });
    const days = 'payment_date_start=2020-01-01&payment_date_end=2030-01-01';
    for (const { path, stream, isStone } of LIST_ENDPOINTS.filter(({ path: at }) => isTop(at))) {
      const base = isStone === true ? sandbox.disputesUrl : sandbox.url;
      const body = await (await get(sandbox, `${base}${path}?${days}`)).text();
      expect([path, body.includes(`[${sandbox.data[stream].at(0).json}`)]).toEqual([path, true]);
    }
    expect((await list(await start({ size: 0 }), '/charges')).data).toEqual([]);
  });

  it('shows what a test changes, in front and in place', async () => {
    const sandbox = await start();
    const id = sandbox.data.charges.at(3).id;
    sandbox.update('charges', id, { status: 'refunded' });
    const added = sandbox.add('charges', { code: 'novo' });
    const page = await list(sandbox, '/charges?size=5');
    expect([page.data[0]?.['code'], page.data[4]?.['status']]).toEqual(['novo', 'refunded']);
    expect(added.createdMs).toBe(Date.parse('2026-11-17T15:42:08Z'));
    expect(page.data[0]?.['created_at']).toBe('2026-11-17T15:42:08Z');
    expect(await (await get(sandbox, `/charges/${id}`)).json()).toMatchObject({ id, status: 'refunded' });
  });

  it('has a hundred thousand parents without holding or searching them', async () => {
    const sandbox = await start({ counts: { recipients: 100_000, customers: 100_000 }, size: 1_000_000 });
    expect([sandbox.data.recipients.length, sandbox.data.payables.length]).toEqual([100_000, 2_000_000]);
    const { id } = sandbox.data.recipients.at(40_000);
    expect(await (await get(sandbox, `/recipients/${id}/balance`)).json()).toMatchObject({
      recipient: { id },
    });
    const page = await list(sandbox, '/customers?page=900&size=100');
    expect(await statusOf(sandbox, `/customers/${String(page.data[50]?.['id'])}/cards`)).toBe(200);
  });
});
