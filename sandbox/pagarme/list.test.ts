import { afterEach, describe, expect, it } from '@jest/globals';
import { CHILD_LISTS } from './child-lists.js';
import { closeAll, get, list, pages, quirky, start, statusOf } from './client.fixture.js';
import type { Envelope } from './client.fixture.js';
import type { StreamName } from './data/streams.js';
import type { PagarmeSandbox } from './server.js';

afterEach(closeAll);

const nextLink = (body: unknown): string | null => (body as Envelope).paging['next'] as string | null;

const whole = (sandbox: PagarmeSandbox, stream: StreamName): string =>
  [...sandbox.data[stream]].map((record) => record.json).join(',');

async function total(sandbox: PagarmeSandbox, path: string): Promise<number> {
  return Number((await list(sandbox, path)).paging['total']);
}

describe('page and size', () => {
  it('yields every record once, newest first, byte for byte', async () => {
    const sandbox = await start();
    for (const [path, stream] of [
      ['/charges', 'charges'],
      ['/orders', 'orders'],
      ['/customers', 'customers'],
    ] as const) {
      expect((await pages(sandbox, `${path}?size=70`, nextLink)).join(',')).toBe(whole(sandbox, stream));
    }
    const created = [...sandbox.data.orders].map((record) => record.createdMs);
    expect(created).toEqual([...created].sort((a, b) => b - a));
  });

  it('clamps without a word, links absolutely, and ends with null', async () => {
    const sandbox = await start();
    const page = await list(sandbox, '/charges?page=2&size=500&status=paid');
    expect(page.data.map((row) => row['status'])).toEqual(page.data.map(() => 'paid'));
    const first = await list(sandbox, '/charges?size=500');
    expect(first.paging).toEqual({
      total: 300,
      previous: null,
      next: `${sandbox.url}/charges?page=2&size=100`,
    });
    expect(page.paging['previous']).toBe(`${sandbox.url}/charges?page=1&size=100&status=paid`);
    expect((await list(sandbox, '/charges')).data).toHaveLength(10);
    expect(await list(sandbox, '/charges?size=100&page=9')).toMatchObject({
      data: [],
      paging: { next: null },
    });
    expect((await list(sandbox, '/paymentlinks?size=100')).data).toHaveLength(30);
    expect((await list(sandbox, '/hooks')).paging).toEqual({ total: 210 });
  });

  it('has the other answers to the unsettled rules as quirks', async () => {
    const strict = await quirky({
      maxSize: 30,
      sizeTooLarge: 'reject',
      totalIsPages: true,
      nextAtEnd: 'absent',
    });
    expect(await statusOf(strict, '/charges?size=31')).toBe(400);
    expect((await list(strict, '/charges?size=30&page=10')).paging).toEqual({
      total: 10,
      previous: expect.any(String),
    });
    const bare = await quirky({ noTotals: true, noNext: true, oldestFirst: ['/charges'] });
    const page = await list(bare, '/charges?size=3');
    expect(page.paging).toEqual({});
    expect(page.data[0]?.['id']).toBe(bare.data.charges.at(299).id);
    const moved = await quirky({ pagingNextHost: 'http://api.pagar.me', pagingNextDropsFilters: true });
    expect((await list(moved, '/charges?status=paid')).paging['next']).toBe(
      'http://api.pagar.me/core/v5/charges?page=2&size=10',
    );
  });

  it('leads through the children of every parent', async () => {
    const sandbox = await start({ size: 120 });
    for (const { path, stream, paging } of CHILD_LISTS) {
      if (paging !== 'page' || path.includes('item_id') || path.endsWith('/anticipations')) continue;
      const parent = sandbox.data[path.split('/')[1] as StreamName];
      const bodies: string[] = [];
      for (const { id } of parent) {
        for (let page = 1, left = 1; left > 0; page += 1) {
          const { data } = await list(sandbox, `${path.replace('{id}', id)}?size=100&page=${page}`);
          left = data.length;
          bodies.push(...data.map((row) => String(row['id'])));
        }
      }
      expect([path, bodies]).toEqual([path, [...sandbox.data[stream]].map((record) => record.id)]);
    }
  });

  it('serves usages, balances and anticipations', async () => {
    const sandbox = await start();
    const subscription = sandbox.data.subscriptions.at(22).id;
    const items = await list(sandbox, `/subscriptions/${subscription}/items`);
    const item = String(items.data.at(-1)?.['id']);
    const usages = `/subscriptions/${subscription}/items/${item}/usages`;
    expect(await total(sandbox, usages)).toBe(130);
    expect(await total(sandbox, `${usages}?used_since=2026-11-01`)).toBeLessThan(130);
    const recipient = `/recipients/${sandbox.data.recipients.at(20).id}`;
    expect(await total(sandbox, `${recipient}/bulk_anticipations?count=3`)).toBe(130);
    expect(await (await get(sandbox, `${recipient}/balance`)).json()).toMatchObject({
      transferred_amount: null,
    });
    expect((await list(sandbox, `/subscriptions/${subscription}/discounts/`)).data).toHaveLength(1);
  });
});

describe('cursors', () => {
  const forward = (body: unknown): string | null => {
    const token = (body as Envelope).paging['forward_cursor'] as string | null;
    return token === null ? null : `/payables?size=250&forward_cursor=${encodeURIComponent(token)}`;
  };

  it('lead through payables to a null', async () => {
    const sandbox = await start();
    const bodies = await pages(sandbox, '/payables?size=250', forward);
    expect(bodies).toHaveLength(3);
    expect(bodies.join(',')).toBe(whole(sandbox, 'payables'));
    const late = await start({ size: 125, quirks: { cursorAtEnd: true } });
    expect(await pages(late, '/payables?size=250', forward)).toEqual([whole(late, 'payables'), '']);
    expect((await list(await start({ size: 600 }), '/payables?size=5000')).data).toHaveLength(1000);
  });

  it('lead through oldest-first lists and stay right while records come', async () => {
    const sandbox = await quirky({ oldestFirst: ['/payables'] });
    const first = await list(sandbox, '/payables?size=2');
    sandbox.remove('payables', sandbox.data.payables.at(599).id);
    sandbox.add('payables');
    const rest = await pages(sandbox, forward(first) ?? '', forward);
    const ids = [...sandbox.data.payables].map((record) => record.json).reverse();
    expect(rest.join(',')).toBe(ids.slice(1).join(','));
  });

  it('come in a header for transfers, with a root array', async () => {
    const sandbox = await start();
    const next = (_: unknown, headers: Headers): string | null => {
      const token = headers.get('x-cursor-nextpage');
      return token === null ? null : `/transfers?count=50&cursor=${encodeURIComponent(token)}`;
    };
    const bodies = await pages(sandbox, '/transfers?count=50', next);
    expect([bodies.length, bodies.join(',')]).toEqual([3, whole(sandbox, 'transfers')]);
    const other = await quirky({ transfersStyle: 'data-paging' });
    expect((await pages(other, '/transfers?count=50', nextLink)).join(',')).toBe(whole(other, 'transfers'));
  });

  it('lead through disputes under the names that a test chooses', async () => {
    const sandbox = await start();
    const path = `${sandbox.disputesUrl}/disputes?limit=25`;
    const next = (body: unknown): string | null => {
      const token = (body as { page: Record<string, unknown> }).page['forwardCursor'] as string | null;
      return token === null ? null : `${path}&forwardCursor=${encodeURIComponent(token)}`;
    };
    const bodies = await pages(sandbox, path, next);
    expect([bodies.length, bodies.join(',')]).toEqual([3, whole(sandbox, 'disputes')]);
    const other = await quirky({ disputes: { limitParam: 'size', list: 'items', nextCursor: 'next' } });
    const reply = await get(other, `${other.disputesUrl}/disputes?size=59`);
    expect(await reply.json()).toEqual({ items: expect.any(Array), next: expect.any(String) });
  });
});

describe('settlements', () => {
  it('are asked for by whole days of Brasília', async () => {
    const sandbox = await start();
    const ask = async (start_: string, end: string, more = ''): Promise<unknown[]> =>
      (await (
        await get(
          sandbox,
          `/settlements?payment_date_start=${start_}&payment_date_end=${end}&limit=2000${more}`,
        )
      ).json()) as unknown[];
    const all = [...sandbox.data.settlements].map((record) => record.parsed);
    expect(await ask('2025-11-01', '2026-11-30')).toEqual(all);
    expect(await ask('2025-11-01', '2026-11-30', '&order=asc')).toEqual([...all].reverse());
    const [before, day, after] = [
      await ask('2025-11-01', '2026-11-16'),
      await ask('2026-11-17', '2026-11-17'),
      await ask('2026-11-18', '2026-11-30'),
    ];
    expect(day.length).toBeGreaterThan(0);
    expect([before.length + day.length, after.length]).toEqual([all.length, 0]);
  });

  it('can come in an envelope and refuse wide ranges', async () => {
    const sandbox = await quirky({ settlementsEnvelope: 'data', settlementsMaxDays: 31 });
    const path = '/settlements?payment_date_start=2026-10-01&payment_date_end=2026-10-';
    expect(Object.keys(await list(sandbox, `${path}31`))).toEqual(['data', 'paging']);
    expect(
      await statusOf(sandbox, '/settlements?payment_date_start=2026-10-01&payment_date_end=2026-11-01'),
    ).toBe(400);
  });
});

describe('dates', () => {
  const at = '2026-07-01T00:00:00Z'; // the first second of a month: the data always has a record there

  it('takes both ends as included unless a quirk says otherwise', async () => {
    const sandbox = await start();
    const there = [...sandbox.data.charges].filter((record) => record.createdMs === Date.parse(at)).length;
    expect(there).toBeGreaterThan(0);
    const since = await total(sandbox, `/charges?created_since=${at}`);
    const until = await total(sandbox, `/charges?created_until=${at}`);
    expect(since + until - there).toBe(300);
    expect(await total(sandbox, `/charges?created_since=2026-07-01&created_until=2026-07-01T00:00:00`)).toBe(
      there,
    );
    const open = await quirky({ sinceInclusive: false, untilInclusive: false });
    expect(await total(open, `/charges?created_since=${at}`)).toBe(since - there);
    expect(await total(open, `/charges?created_until=${at}`)).toBe(until - there);
    const local = await quirky({ brasiliaFilters: true });
    expect(await total(local, '/charges?created_since=2026-07-01')).toBe(
      await total(sandbox, '/charges?created_since=2026-07-01T03:00:00Z'),
    );
  });

  it('ignores the filter where there is none', async () => {
    const sandbox = await quirky({ ignoreDateFilter: ['/plans'] });
    expect(await total(sandbox, '/customers?created_since=2030-01-01')).toBe(120);
    expect(await total(sandbox, '/plans?created_since=2030-01-01')).toBe(15);
    expect(await total(sandbox, '/invoices?created_since=2030-01-01')).toBe(0);
  });

  it('sees the changes of payables that the records do not show', async () => {
    const sandbox = await start();
    const changed = async (from: PagarmeSandbox, since: string): Promise<readonly string[]> =>
      (await list(from, `/payables?size=1000&updated_since=${since}`)).data.map((row) => String(row['id']));
    const recent = await changed(sandbox, '2026-11-10T00:00:00Z');
    const young = (await list(sandbox, '/payables?size=1000&created_since=2026-11-10')).data.length;
    expect(recent.length).toBeGreaterThan(young);
    expect(await changed(sandbox, '2026-11-17T15:42:08Z')).toEqual([]);
    const { id } = sandbox.data.payables.at(500);
    sandbox.update('payables', id, { status: 'paid' });
    expect(await changed(sandbox, '2026-11-17T15:42:08Z')).toHaveLength(1);
    const blind = await quirky({ payablesIgnoreUpdatedFilter: true });
    expect(await changed(blind, '2030-01-01')).toHaveLength(600);
    const days = '/payables?size=1000&payment_date_since=2026-11-01&payment_date_until=2026-11-02';
    const dates = (await list(sandbox, days)).data.map((row) => row['payment_date']);
    expect(new Set(dates)).toEqual(new Set(['2026-11-01T03:00:00Z']));
  });

  it('can leave out the zone and hides payables paid more than 24 months ago', async () => {
    const zoneless = await quirky({ zonelessDates: true });
    expect((await list(zoneless, '/charges?size=1')).data[0]?.['created_at']).toBe('2026-11-17T15:42:07');
    const old = await start({ startDate: '2022-01-01' });
    const shown = (await list(old, '/payables?size=1000')).data.length;
    expect(shown).toBeLessThan(old.data.payables.length);
  });
});
