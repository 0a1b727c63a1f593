import type { StreamName, TopStream } from './data/streams.js';

/**
 * The list endpoints as data. Facts: Paystack's API reference and its published OpenAPI document; where the two
 * disagree on `from`/`to` (only one of them lists the parameters), the filter is not honoured here, because that is
 * the answer which hurts a reader more.
 */

export type Paging =
  | 'offset'
  | 'offset-or-cursor' // cursor style once `use_cursor=true` or a cursor is sent
  | 'cursor' // always, without `use_cursor`
  | 'all-or-cursor' // everything and no meta, unless `use_cursor=true`
  | 'direct-debit' // `per_page` and `cursor`; meta `per_page`, `next`, `count`, `total`
  | 'none'; // everything, no meta

export interface ListEndpoint {
  /** `{id}` stands for the parent's id or code. */
  readonly path: string;
  readonly stream: StreamName;
  readonly parent?: TopStream;
  readonly message: string;
  readonly paging: Paging;
  /** The name inside the cursor tokens, which decode to `<model>:<id>`. */
  readonly model?: string;
  /** The record's time that `from` and `to` are compared with; absent where the filter is not honoured. */
  readonly dates?: 'created';
  /** Query parameter → paths in the record, any of which may hold the value. */
  readonly filters?: Readonly<Record<string, readonly string[]>>;
  /** Shows the records that the list hides by default. */
  readonly includeHiddenParam?: string;
  readonly extraMeta?: 'total_volume' | 'revenue' | 'failedRefundCount';
  /** `data` is an object and the list is its member of this name. */
  readonly dataMember?: string;
}

const status = { status: ['status'] };

export const LIST_ENDPOINTS: readonly ListEndpoint[] = [
  {
    path: '/transaction',
    stream: 'transactions',
    message: 'Transactions retrieved',
    paging: 'offset-or-cursor',
    model: 'undefined', // sic, in the reference's own sample
    dates: 'created',
    filters: {
      ...status,
      customer: ['customer.id'],
      customer_code: ['customer.customer_code'],
      amount: ['amount'],
      channel: ['channel'],
      source: ['source.source'],
      subaccount_code: ['subaccount.subaccount_code'],
      split_code: ['split.split_code'],
    },
    extraMeta: 'total_volume',
  },
  {
    path: '/customer',
    stream: 'customers',
    message: 'Customers retrieved',
    paging: 'offset-or-cursor',
    model: 'customer',
    dates: 'created',
  },
  {
    path: '/dispute',
    stream: 'disputes',
    message: 'Disputes retrieved',
    paging: 'offset-or-cursor',
    model: 'dispute',
    dates: 'created',
    filters: { ...status, transaction: ['transaction.id'] },
  },
  {
    path: '/paymentrequest',
    stream: 'invoices',
    message: 'Payment requests retrieved',
    paging: 'offset',
    dates: 'created',
    filters: { ...status, customer: ['customer.id', 'customer.customer_code'], currency: ['currency'] },
    includeHiddenParam: 'include_archive',
  },
  {
    path: '/refund',
    stream: 'refunds',
    message: 'Refunds retrieved',
    paging: 'offset',
    dates: 'created',
    filters: { transaction: ['transaction'], currency: ['currency'] },
    extraMeta: 'failedRefundCount',
  },
  {
    path: '/settlement',
    stream: 'settlements',
    message: 'Settlements retrieved',
    paging: 'offset',
    filters: status,
  },
  {
    path: '/settlement/{id}/transactions',
    stream: 'settlement_transactions',
    parent: 'settlements',
    message: 'Transactions retrieved',
    paging: 'offset',
    extraMeta: 'total_volume',
  },
  {
    path: '/subscription',
    stream: 'subscriptions',
    message: 'Subscriptions retrieved',
    paging: 'offset',
    filters: { customer: ['customer.id'], plan: ['plan.id'] },
  },
  {
    path: '/transfer',
    stream: 'transfers',
    message: 'Transfers retrieved',
    paging: 'offset-or-cursor',
    model: 'transfer',
    dates: 'created',
    filters: { ...status, recipient: ['recipient.id', 'recipient.recipient_code'] },
  },
  {
    path: '/plan',
    stream: 'plans',
    message: 'Plans retrieved',
    paging: 'offset',
    filters: { interval: ['interval'], amount: ['amount'] },
  },
  {
    path: '/product',
    stream: 'products',
    message: 'Products retrieved',
    paging: 'offset',
    dates: 'created',
    filters: { active: ['active'] },
  },
  { path: '/page', stream: 'pages', message: 'Pages retrieved', paging: 'offset', dates: 'created' },
  {
    path: '/subaccount',
    stream: 'subaccounts',
    message: 'Subaccounts retrieved',
    paging: 'offset',
    filters: { active: ['active'] },
  },
  {
    path: '/split',
    stream: 'splits',
    message: 'Split retrieved',
    paging: 'offset',
    dates: 'created',
    filters: { name: ['name'], active: ['active'] },
  },
  {
    path: '/transferrecipient',
    stream: 'transfer_recipients',
    message: 'Recipients retrieved',
    paging: 'offset-or-cursor',
    model: 'recipient',
  },
  {
    path: '/bulkcharge',
    stream: 'bulk_charges',
    message: 'Bulk charges retrieved',
    paging: 'offset',
    filters: status,
  },
  {
    path: '/bulkcharge/{id}/charges',
    stream: 'bulk_charge_items',
    parent: 'bulk_charges',
    message: 'Bulk charge items retrieved',
    paging: 'offset',
    filters: status,
  },
  { path: '/balance', stream: 'balance', message: 'Balances retrieved', paging: 'none' },
  {
    path: '/balance/ledger',
    stream: 'balance_ledger',
    message: 'Balance ledger retrieved',
    paging: 'offset',
    dates: 'created',
  },
  {
    path: '/dedicated_account',
    stream: 'dedicated_accounts',
    message: 'Managed accounts successfully retrieved',
    paging: 'offset-or-cursor',
    model: 'dedicated_account',
    filters: {
      active: ['active'],
      currency: ['currency'],
      provider_slug: ['bank.slug'],
      bank_id: ['bank.id'],
      customer: ['customer.id'],
    },
  },
  {
    path: '/order',
    stream: 'orders',
    message: 'Orders retrieved',
    paging: 'offset',
    dates: 'created',
    extraMeta: 'revenue',
  },
  {
    path: '/storefront',
    stream: 'storefronts',
    message: 'Storefronts retrieved',
    paging: 'offset',
    filters: status,
  },
  {
    path: '/virtual_terminal',
    stream: 'virtual_terminals',
    message: 'Virtual Terminals retrieved',
    paging: 'cursor',
    model: 'virtual_terminal',
  },
  {
    path: '/terminal',
    stream: 'terminals',
    message: 'Terminals retrieved',
    paging: 'cursor',
    model: 'terminal',
  },
  {
    path: '/directdebit/mandate-authorizations',
    stream: 'direct_debit_mandates',
    message: 'Mandate authorizations retrieved successfully',
    paging: 'direct-debit',
    filters: status,
  },
  {
    path: '/apple-pay/domain',
    stream: 'apple_pay_domains',
    message: 'Apple Pay registered domains retrieved',
    paging: 'none',
    dataMember: 'domainNames',
  },
  {
    path: '/bank',
    stream: 'banks',
    message: 'Banks retrieved',
    paging: 'all-or-cursor',
    model: 'bank',
    filters: {
      country: ['country'],
      currency: ['currency'],
      type: ['type'],
      gateway: ['gateway'],
      pay_with_bank: ['pay_with_bank'],
    },
  },
  { path: '/country', stream: 'countries', message: 'Countries retrieved', paging: 'none' },
];

/** GETs that change something or make a file. A reader must never send them. */
export const SIDE_EFFECTS: readonly RegExp[] = [
  /^\/bulkcharge\/(pause|resume)\/[^/]+$/,
  /^\/dedicated_account\/requery$/,
  /^\/dispute\/[^/]+\/upload_url$/,
  /^\/subscription\/[^/]+\/manage\/link$/,
  /^\/(transaction|transfer|dispute)\/export$/,
];
