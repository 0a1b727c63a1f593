/** Paystack: https://paystack.com/docs/api/. To add a stream, add its file in streams/ and its line here. */
import type { Provider } from '../../declarative/components.js';
import { applePayDomains } from './streams/apple-pay-domains.js';
import { balance } from './streams/balance.js';
import { balanceLedger } from './streams/balance-ledger.js';
import { banks } from './streams/banks.js';
import { bulkChargeItems } from './streams/bulk-charge-items.js';
import { bulkCharges } from './streams/bulk-charges.js';
import { countries } from './streams/countries.js';
import { customers } from './streams/customers.js';
import { dedicatedAccounts } from './streams/dedicated-accounts.js';
import { directDebitMandates } from './streams/direct-debit-mandates.js';
import { disputes } from './streams/disputes.js';
import { invoices } from './streams/invoices.js';
import { orders } from './streams/orders.js';
import { pages } from './streams/pages.js';
import { plans } from './streams/plans.js';
import { products } from './streams/products.js';
import { refunds } from './streams/refunds.js';
import { settlementTransactions } from './streams/settlement-transactions.js';
import { settlements } from './streams/settlements.js';
import { splits } from './streams/splits.js';
import { storefronts } from './streams/storefronts.js';
import { subaccounts } from './streams/subaccounts.js';
import { subscriptions } from './streams/subscriptions.js';
import { terminals } from './streams/terminals.js';
import { transactions } from './streams/transactions.js';
import { transferRecipients } from './streams/transfer-recipients.js';
import { transfers } from './streams/transfers.js';
import { virtualTerminals } from './streams/virtual-terminals.js';

export const paystack: Provider = {
  name: 'paystack',
  title: 'Paystack',
  // The company was founded in 2015.
  earliest_date: '2015-01-01T00:00:00Z',
  key_rules: [
    { pattern: /^\s|\s$/, refusal: 'The secret key has white space around it. Paste it without.' },
    {
      pattern: /^Bearer\s|["'`\s]/i,
      refusal: 'The secret key has quotes, white space or "Bearer" in it. Paste the key alone.',
    },
    {
      pattern: /^pk_/,
      refusal:
        'This is a public key (pk_…), which cannot read anything. Use the secret key (sk_live_… or sk_test_…) from Settings, API Keys & Webhooks of your Paystack dashboard.',
    },
    {
      pattern: /^rk_/,
      refusal:
        'Paystack has no restricted keys (rk_…); this one may be of Stripe. Use the secret key (sk_live_… or sk_test_…) of your Paystack account.',
    },
    {
      pattern: /^ak_/,
      refusal:
        'This is a key of Pagar.me (ak_…). Use the secret key (sk_live_… or sk_test_…) of your Paystack account, or choose the other provider.',
    },
    { pattern: /^sk_test_[A-Za-z0-9]+$/, mode: 'test' },
    { pattern: /^sk_live_[A-Za-z0-9]+$/, mode: 'live' },
    {
      pattern: /^/,
      refusal:
        'This is not a secret key of Paystack: those begin with sk_live_ or sk_test_, followed by letters and digits. Copy it from Settings, API Keys & Webhooks of your Paystack dashboard.',
    },
  ],
  source: {
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['transactions'] },
    // With answers that take a second: live, five large lists at 10 requests a second each; in test mode the budget
    // of a list, 100 a minute, is spent in a few seconds anyway.
    concurrency_level: {
      type: 'ConcurrencyLevel',
      default_concurrency: { live: 50, test: 40 },
      max_concurrency: 100,
    },
    api_budget: {
      type: 'HTTPAPIBudget',
      policies: [
        {
          // "Limits apply per endpoint": https://paystack.com/docs/api/rate-limits/
          type: 'MovingWindowCallRatePolicy',
          rates: [{ type: 'Rate', limit: { live: 600, test: 100 }, interval: 'PT1M' }],
          matchers: [{ type: 'HttpRequestRegexMatcher' }],
          extensions: { per_endpoint: true },
        },
      ],
      // The page names them for answers with 429; where others carry them too, the budget is used to its end.
      ratelimit_remaining_header: 'x-ratelimit-remaining',
      ratelimit_reset_header: 'x-ratelimit-reset',
      extensions: { ratelimit_limit_header: 'x-ratelimit-limit' },
    },
    // Parents before their children.
    streams: [
      transactions,
      customers,
      disputes,
      refunds,
      settlements,
      settlementTransactions,
      balance,
      balanceLedger,
      transfers,
      transferRecipients,
      invoices,
      plans,
      subscriptions,
      bulkCharges,
      bulkChargeItems,
      products,
      pages,
      orders,
      storefronts,
      subaccounts,
      splits,
      dedicatedAccounts,
      directDebitMandates,
      virtualTerminals,
      terminals,
      applePayDomains,
      banks,
      countries,
    ],
  },
};
