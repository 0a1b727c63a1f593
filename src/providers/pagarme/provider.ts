/** Pagar.me, API v5: https://docs.pagar.me/reference/. To add a stream, add its file in streams/ and its line here. */
import type { MovingWindowCallRatePolicy, Provider } from '../../declarative/components.js';
import { balanceOperations } from './streams/balance-operations.js';
import { chargeTransactions } from './streams/charge-transactions.js';
import { charges } from './streams/charges.js';
import { customerAddresses } from './streams/customer-addresses.js';
import { customerCards } from './streams/customer-cards.js';
import { customers } from './streams/customers.js';
import { disputes } from './streams/disputes.js';
import { hooks } from './streams/hooks.js';
import { invoices } from './streams/invoices.js';
import { orders } from './streams/orders.js';
import { payables } from './streams/payables.js';
import { paymentLinks } from './streams/payment-links.js';
import { plans } from './streams/plans.js';
import { recipientAnticipations } from './streams/recipient-anticipations.js';
import { recipientBalances } from './streams/recipient-balances.js';
import { recipientTransfers } from './streams/recipient-transfers.js';
import { recipientWithdrawals } from './streams/recipient-withdrawals.js';
import { recipients } from './streams/recipients.js';
import { settlements } from './streams/settlements.js';
import { subscriptionCycles } from './streams/subscription-cycles.js';
import { subscriptionDiscounts } from './streams/subscription-discounts.js';
import { subscriptionIncrements } from './streams/subscription-increments.js';
import { subscriptionItemUsages } from './streams/subscription-item-usages.js';
import { subscriptionItems } from './streams/subscription-items.js';
import { subscriptions } from './streams/subscriptions.js';
import { transfers } from './streams/transfers.js';

/**
 * Requests per minute of a live key. https://docs.pagar.me/reference/rate-limit
 * @param url_path_pattern of the paths that share the limit; left out: each path has one of its own
 */
function perMinute(limit: number, url_path_pattern?: string): MovingWindowCallRatePolicy {
  return {
    type: 'MovingWindowCallRatePolicy',
    rates: [{ type: 'Rate', limit, interval: 'PT1M' }],
    matchers: [
      { type: 'HttpRequestRegexMatcher', ...(url_path_pattern === undefined ? {} : { url_path_pattern }) },
    ],
    extensions: { key_mode: 'live', ...(url_path_pattern === undefined ? { per_endpoint: true } : {}) },
  };
}

export const pagarme: Provider = {
  name: 'pagarme',
  title: 'Pagar.me',
  // The oldest accounts of the API came with Mundipagg's.
  earliest_date: '2013-01-01T00:00:00Z',
  key_rules: [
    { pattern: /^\s|\s$/, refusal: 'The secret key has white space around it. Paste it without.' },
    {
      pattern: /^Bearer\s|["'`\s]/i,
      refusal: 'The secret key has quotes, white space or "Bearer" in it. Paste the key alone.',
    },
    {
      pattern: /^pk_/,
      refusal:
        'This is a public key (pk_…), which cannot read anything. Use a secret key (sk_…) from Configurações, Chaves of your Pagar.me dashboard.',
    },
    {
      pattern: /^ak_/,
      refusal:
        'This is a key of the old API (ak_…, versions 1 to 4), which Pagar.me is shutting down. Create a secret key of version 5 (sk_…) under Configurações, Chaves of your Pagar.me dashboard.',
    },
    {
      pattern: /^rk_/,
      refusal:
        'Pagar.me has no restricted keys (rk_…); this one may be of Stripe. Use a secret key (sk_…) of Pagar.me.',
    },
    { pattern: /^sk_test_[A-Za-z0-9]+$/, mode: 'test' },
    // Live keys come in both spellings.
    { pattern: /^sk_(live_)?[A-Za-z0-9]+$/, mode: 'live' },
    {
      pattern: /^/,
      refusal:
        'This is not a secret key of Pagar.me: those begin with sk_ or sk_test_, followed by letters and digits. Copy it from Configurações, Chaves of your Pagar.me dashboard.',
    },
  ],
  source: {
    type: 'DeclarativeSource',
    // One list of each scope: a key without a scope may be refused as if it were no key.
    check: { type: 'CheckStream', stream_names: ['orders', 'payables', 'recipients'] },
    // With answers that take a second: live, payables at 12 requests a second and eight routes at 2 to 3 each; in test
    // mode all routes together have 10 a second, which 40 spend with answers of four seconds, too.
    concurrency_level: {
      type: 'ConcurrencyLevel',
      default_concurrency: { live: 50, test: 40 },
      max_concurrency: 100,
    },
    api_budget: {
      type: 'HTTPAPIBudget',
      policies: [
        {
          // Test accounts: 10 requests per second, whatever the route.
          type: 'MovingWindowCallRatePolicy',
          rates: [{ type: 'Rate', limit: 10, interval: 'PT1S' }],
          matchers: [{ type: 'HttpRequestRegexMatcher' }],
          extensions: { key_mode: 'test' },
        },
        perMinute(700, '^/payables'),
        perMinute(300, '^/balance/operations'),
        perMinute(100, '^/recipients$'),
        perMinute(150, '^/recipients/'),
        perMinute(200, '^/charges/'),
        perMinute(200, '^/customers/'),
        perMinute(200, '^/subscriptions/'),
        perMinute(50, '^/hooks'),
        // Documented for orders, charges, customers, subscriptions and invoices; taken for the rest.
        perMinute(200),
      ],
      // No source names headers. If the usual ones come, somebody else who uses the account is seen.
      ratelimit_remaining_header: 'x-ratelimit-remaining',
      ratelimit_reset_header: 'x-ratelimit-reset',
    },
    // Parents before their children.
    streams: [
      orders,
      charges,
      chargeTransactions,
      customers,
      customerCards,
      customerAddresses,
      recipients,
      recipientBalances,
      recipientTransfers,
      recipientWithdrawals,
      recipientAnticipations,
      payables,
      settlements,
      transfers,
      balanceOperations,
      disputes,
      subscriptions,
      subscriptionItems,
      subscriptionItemUsages,
      subscriptionCycles,
      subscriptionDiscounts,
      subscriptionIncrements,
      plans,
      invoices,
      paymentLinks,
      hooks,
    ],
  },
};
