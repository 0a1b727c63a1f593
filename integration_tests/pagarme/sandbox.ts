/** Pagar.me's sandbox as the suite sees it. */
import type { PagarmeQuirks, PagarmeSandboxOptions } from '../../sandbox/pagarme/options.js';
import { startPagarmeSandbox } from '../../sandbox/pagarme/server.js';
import type { PagarmeSandbox } from '../../sandbox/pagarme/server.js';
import type { StreamName } from '../../sandbox/pagarme/data/streams.js';
import type { JsonObject } from '../../src/protocol/messages.js';
import type { SandboxUnderTest } from '../provider-under-test.js';

export type Options = Partial<PagarmeSandboxOptions>;
export type Quirks = Partial<PagarmeQuirks>;

export interface PagarmeUnderTest extends SandboxUnderTest {
  readonly sandbox: PagarmeSandbox;
}

/**
 * Data that never changes, of an API that never makes a reader wait. Some parents have more children than a page
 * holds (the eighth customer and subscription, the fourth recipient), and disputes are more than a page.
 */
export const FIXED: Options = {
  seed: 1,
  now: '2026-03-17T15:42:07.000Z',
  size: 120,
  counts: { customers: 24, recipients: 8, plans: 8, disputes: 130 },
  rateLimit: false,
};

/** 105 charges in pages of 5 are 21 pages: more than are read as one slice. */
export const SMALL: Options = {
  ...FIXED,
  size: 40,
  counts: { charges: 105, customers: 8, subscriptions: 8, recipients: 4, settlements: 60 },
};
export const SMALL_PAGES: Quirks = { maxSize: 2 };

/** Children → the fields that the connector adds with the ids of the parents, outermost first. */
const PARENT_FIELDS: Partial<Readonly<Record<StreamName, string>>> = {
  charge_transactions: 'charge_id',
  customer_cards: 'customer_id',
  customer_addresses: 'customer_id',
  subscription_items: 'subscription_id',
  subscription_cycles: 'subscription_id',
  subscription_discounts: 'subscription_id',
  subscription_increments: 'subscription_id',
  subscription_item_usages: 'subscription_item_id',
  recipient_balances: 'recipient_id',
  recipient_transfers: 'recipient_id',
  recipient_withdrawals: 'recipient_id',
  recipient_anticipations: 'recipient_id',
};

function withFields(json: string, fields: Readonly<Record<string, unknown>>): string {
  return `${json.slice(0, -1)},${JSON.stringify(fields).slice(1)}`;
}

/** The API's own text, and the fields that the connector adds to it. */
export function expectedOf(
  { data }: PagarmeSandbox,
  vanished: readonly string[] = [],
): Map<string, string[]> {
  const chargeDates = new Map(
    [...data.charges].map(({ id, parsed }) => [id, (parsed as JsonObject)['created_at']]),
  );
  const subscriptions = new Map([...data.subscription_items].map(({ id, parentId }) => [id, parentId]));

  function fieldsOf(stream: StreamName, parentId: string): Record<string, unknown> {
    const field = PARENT_FIELDS[stream];
    if (field === undefined) return {};
    return {
      ...(stream === 'subscription_item_usages' ? { subscription_id: subscriptions.get(parentId) } : {}),
      [field]: parentId,
      ...(stream === 'charge_transactions' ? { charge_created_at: chargeDates.get(parentId) } : {}),
    };
  }
  return new Map(
    (Object.keys(data) as StreamName[]).map((stream) => [
      stream,
      [...data[stream]].flatMap(({ json, hidden, parentId }) => {
        if (hidden) return [];
        if (parentId === undefined) return [json];
        const fields = fieldsOf(stream, parentId);
        const isGone = Object.values(fields).some((value) => vanished.includes(String(value)));
        return isGone ? [] : [withFields(json, fields)];
      }),
    ]),
  );
}

/** A little after the newest records. */
const CHANGED_AT = '2026-03-17T15:50:00Z';

function first({ data }: PagarmeSandbox, stream: StreamName): string {
  return data[stream].at(0).id;
}

function oldest({ data }: PagarmeSandbox, stream: StreamName): string {
  return data[stream].at(data[stream].length - 1).id;
}

/** New records, new ones that changed, and old ones that say or let the API know that they changed. */
function change(sandbox: PagarmeSandbox): void {
  const dated = ['orders', 'charges', 'invoices', 'hooks', 'balance_operations', 'settlements'] as const;
  for (const stream of dated) {
    sandbox.update(stream, first(sandbox, stream), { status: 'changed' });
    sandbox.add(stream);
  }
  const whole = ['customers', 'subscriptions', 'plans', 'recipients', 'transfers'] as const;
  for (const stream of whole) {
    sandbox.update(stream, oldest(sandbox, stream), { status: 'changed', updated_at: CHANGED_AT });
    sandbox.add(stream, { created_at: CHANGED_AT, updated_at: CHANGED_AT });
  }
  sandbox.update('disputes', oldest(sandbox, 'disputes'), { status: 'won', updatedAt: CHANGED_AT });
  sandbox.add('disputes', { createdAt: CHANGED_AT, updatedAt: CHANGED_AT });
  sandbox.update('payment_links', oldest(sandbox, 'payment_links'), { status: 'inactive' });
  sandbox.add('payment_links');
  sandbox.update('payables', oldest(sandbox, 'payables'), { status: 'suspended' }, Date.parse(CHANGED_AT));
  sandbox.add('payables');
}

/** @param options its balance operations answer, unless a quirk says otherwise */
export async function start(options: Options): Promise<PagarmeUnderTest> {
  const quirks: Quirks = { balanceOperations: 'alive', ...options.quirks };
  const sandbox = await startPagarmeSandbox({ ...options, quirks });
  const { secretKey, violations, requests, faults } = sandbox;
  return {
    sandbox,
    environment: { PAGARME_API_URL: sandbox.url, PAGARME_DISPUTES_API_URL: sandbox.disputesUrl },
    secretKey,
    violations,
    requests,
    faults,
    expected: () => expectedOf(sandbox, quirks.vanishingParents),
    change: () => change(sandbox),
    close: () => sandbox.close(),
  };
}
