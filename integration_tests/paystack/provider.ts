import type { PaystackSandboxOptions, PaystackQuirks } from '../../sandbox/paystack/options.js';
import type { TopStream } from '../../sandbox/paystack/data/streams.js';
import { startPaystackSandbox } from '../../sandbox/paystack/server.js';
import type { PaystackSandbox } from '../../sandbox/paystack/server.js';
import type { JsonObject } from '../../src/protocol/messages.js';
import type { ProviderUnderTest, SandboxUnderTest, Variant } from '../provider-under-test.js';

/** Data that never changes, of an API that never makes a reader wait. */
export const FIXED: Partial<PaystackSandboxOptions> = {
  seed: 1,
  now: '2026-03-17T15:42:07.000Z',
  size: 300,
  rateLimit: false,
};

/** 160 transactions in pages of 5 are 32 pages: more than are read as one slice. */
const SMALL: Partial<PaystackSandboxOptions> = { ...FIXED, size: 160 };
const SMALL_PAGES: Partial<PaystackQuirks> = { maxPerPage: 2 };

function withFields(json: string, fields: Readonly<Record<string, string>>): string {
  const added = Object.entries(fields).map(([name, raw]) => `${JSON.stringify(name)}:${raw}`);
  return `${json.slice(0, -1)},${added.join(',')}}`;
}

/** The text of a record's own date, by the record's id. */
function dates(
  sandbox: PaystackSandbox,
  stream: 'settlements' | 'bulk_charges',
  field: string,
): Map<string, string> {
  return new Map(
    [...sandbox.data[stream]].map(({ id, parsed }) => [id, JSON.stringify((parsed as JsonObject)[field])]),
  );
}

/** The API's own text, and the fields that the connector adds to it. */
export function expectedOf(sandbox: PaystackSandbox): Map<string, string[]> {
  const texts = new Map(
    Object.entries(sandbox.data).map(([name, records]) => [name, [...records].map(({ json }) => json)]),
  );
  const settled = dates(sandbox, 'settlements', 'createdAt');
  texts.set(
    'settlement_transactions',
    [...sandbox.data.settlement_transactions].map(({ json, parentId = '' }) =>
      withFields(json, { settlement_id: parentId, settlement_created_at: settled.get(parentId) ?? '' }),
    ),
  );
  const changed = dates(sandbox, 'bulk_charges', 'updatedAt');
  texts.set(
    'bulk_charge_items',
    [...sandbox.data.bulk_charge_items].map(({ json, parentId = '' }) =>
      withFields(json, { bulk_charge_id: parentId, bulk_charge_updated_at: changed.get(parentId) ?? '' }),
    ),
  );
  texts.set(
    'apple_pay_domains',
    [...sandbox.data.apple_pay_domains].map(({ json }) => `{"domain_name":${json}}`),
  );
  return texts;
}

/** A little after the newest records. */
const CHANGED_AT = '2026-03-17T15:50:00.000Z';

function oldest({ data }: PaystackSandbox, stream: TopStream): string {
  return data[stream].at(data[stream].length - 1).id;
}

/** New records, new ones that changed, and old ones that say that they changed. */
function change(sandbox: PaystackSandbox): void {
  const dated = [
    'transactions',
    'customers',
    'disputes',
    'refunds',
    'transfers',
    'invoices',
    'orders',
  ] as const;
  for (const stream of dated) {
    sandbox.update(stream, sandbox.data[stream].at(0).id, { status: 'changed' });
    sandbox.add(stream);
  }
  const whole = [
    'settlements',
    'plans',
    'products',
    'pages',
    'splits',
    'transfer_recipients',
    'bulk_charges',
  ] as const;
  for (const stream of whole) {
    sandbox.update(stream, oldest(sandbox, stream), { status: 'changed', updatedAt: CHANGED_AT });
    sandbox.add(stream);
  }
  sandbox.update('subscriptions', oldest(sandbox, 'subscriptions'), {
    status: 'cancelled',
    cancelledAt: CHANGED_AT,
  });
  sandbox.add('subscriptions');
  sandbox.add('balance_ledger');
  sandbox.update('terminals', oldest(sandbox, 'terminals'), { status: 'inactive' });
}

async function start(options: Partial<PaystackSandboxOptions>): Promise<SandboxUnderTest> {
  const sandbox = await startPaystackSandbox(options);
  const { secretKey, violations, requests, faults } = sandbox;
  return {
    environment: { PAYSTACK_API_URL: sandbox.url },
    secretKey,
    violations,
    requests,
    faults,
    expected: () => expectedOf(sandbox),
    change: () => change(sandbox),
    close: () => sandbox.close(),
  };
}

function variant(
  title: string,
  quirks: Partial<PaystackQuirks>,
  more: Partial<PaystackSandboxOptions> = {},
): Variant {
  return { title, start: () => start({ ...SMALL, ...more, quirks: { ...SMALL_PAGES, ...quirks } }) };
}

/** Without a count of pages a stream is read by months, and some records lie just where two months meet. */
const BY_MONTH: Partial<PaystackQuirks> = { noPageCount: true, noTotal: true };
/** Records up to the moment of the read. */
const TODAY: Partial<PaystackSandboxOptions> = { now: Date.now() };
/** A busy account: slices become shorter than a day. */
const ONE_DAY: Partial<PaystackSandboxOptions> = {
  startDate: '2026-03-16T01:00:00.000Z',
  now: '2026-03-16T23:00:00.000Z',
};

/** Every list whose dates can be asked for. */
const DATED = [
  '/transaction',
  '/customer',
  '/dispute',
  '/paymentrequest',
  '/refund',
  '/transfer',
  '/order',
  '/balance/ledger',
];
/** Of these, the lists of what can be paid. */
const PAYABLE = ['/transaction', '/order', '/paymentrequest'];
/** Every list that knows both styles of paging. */
const BOTH_STYLES = ['/transaction', '/customer', '/dispute', '/transfer', '/transferrecipient'];

const settlementDates = (settlement: JsonObject | undefined): unknown[] => [settlement?.['updatedAt']];

export const paystack: ProviderUnderTest = {
  name: 'paystack',
  start: () => start(FIXED),
  startWithSmallPages: () => start({ ...FIXED, quirks: SMALL_PAGES }),
  variants: [
    variant('both bounds of a date range belong to it', { ...BY_MONTH, toInclusive: true }),
    variant('neither bound of a date range belongs to it', { ...BY_MONTH, fromExclusive: true }),
    variant('only the end of a date range belongs to it', {
      ...BY_MONTH,
      fromExclusive: true,
      toInclusive: true,
    }),
    variant('records are of today', {}, TODAY),
    // Reading begins anew once the API is found to cut bounds.
    {
      ...variant(
        'records are of today, and dates of a filter are cut to the day',
        { dateOnlyFilter: DATED },
        TODAY,
      ),
      mayRepeat: ['transactions', 'balance_ledger'],
    },
    variant('dates have the other of their two names', {
      refundsCreatedField: 'created_at',
      ordersCreatedField: 'createdAt',
    }),
    variant('answers do not say how many pages there are', { noPageCount: true }),
    variant('answers do not say how many records there are', { noTotal: true }),
    variant('answers say neither', BY_MONTH),
    variant('lists answer with tokens although pages were asked for', { cursorMetaAlways: BOTH_STYLES }),
    {
      ...variant('tokens again, and these lists do not filter by date', {
        cursorMetaAlways: BOTH_STYLES,
        cursorIgnoresDates: true,
        shortCursorPages: true,
        nextAtEnd: 'null-string',
      }),
      // Which of the slices beside each other is first to show it depends on the machine.
      mayRepeat: ['transactions', 'customers', 'disputes', 'transfers', 'transfer_recipients'],
    },
    variant('one day has more records than are read as one slice', {}, ONE_DAY),
    {
      ...variant(
        'one day again, and dates of a filter are cut to the day',
        { dateOnlyFilter: DATED },
        ONE_DAY,
      ),
      mayRepeat: ['transactions', 'balance_ledger'],
    },
    variant('pages hold 50 records at most', { maxPerPage: 50 }),
    variant('answers are indented', { prettyPrint: true, metaFirst: true }),
    variant('no list filters by date', { ignoreDateFilter: DATED }),
    variant('dates of a filter are cut to the day', { dateOnlyFilter: DATED }),
    {
      ...variant('dates of a filter are those of payment, which some records do not have', {
        paidDateFilter: PAYABLE,
      }),
      mayRepeat: ['transactions', 'orders', 'invoices'],
    },
    variant('lists are oldest first', { oldestFirst: DATED }),
    variant(
      'every tenth request fails in some way',
      { maxPerPage: 20 },
      { faults: { faultRate: 0.1, maxConsecutiveFaults: 2 } },
    ),
  ],
  changeVariants: [
    variant('dates of a filter are those of payment, which some records do not have', {
      paidDateFilter: PAYABLE,
    }),
  ],
  refusable: { path: '/refund', stream: 'refunds' },
  brokenSlice: {
    stream: 'transactions',
    startDate: '2025-03-01T00:00:00Z',
    // A second before, since requests reach a little further. Page 1 is also that of the whole range.
    pattern: /^\/transaction\?(?=.*from=2025-02-28)(?=.*[?&]page=[2-9])/,
    reply: { status: 404, body: '{"status":false,"message":"Entity not found"}' },
  },
  clockFields: { balance: ['snapshot_at'] },
  changeDates: {
    settlements: settlementDates,
    settlement_transactions: (record, recordsOf) =>
      settlementDates(recordsOf('settlements').find(({ id }) => id === record['settlement_id'])),
    subscriptions: ({ updatedAt, cancelledAt, most_recent_invoice }) => {
      const invoice = most_recent_invoice as JsonObject | null | undefined;
      return [updatedAt, cancelledAt, invoice?.['updated_at'], invoice?.['created_at']];
    },
  },
  cursorDates: {},
};
