/** Times to wait that cannot be meant. */
import { describe, expect, it } from '@jest/globals';
import type { OutgoingHttpHeaders } from 'node:http';
import { inTurn, reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectComplete, expectFailed } from './expectations.js';
import type { Outcome, Stage } from './stage.js';
import { TARGETS } from './targets.js';
import type { ProviderName } from './targets.js';

/** ms; the first wait of a program that goes by its own judgement is half a second. */
const SHORTEST_WAIT = 400;

/** Fails twice, then not. */
function twice(provider: ProviderName, status: number, headers: OutgoingHttpHeaders): Attack {
  const failure = reply(status, '{"message":"later"}', headers);
  return inTurn(failure, failure, reply(200, TARGETS[provider].page()));
}

function expectPatience(run: Outcome, stream: string): void {
  const times = run.askedFor(stream).map(({ time }) => time);
  expect(times.length).toBeGreaterThanOrEqual(3);
  // Those behind the page ask about the filter.
  for (let i = 1; i < 3; i++) {
    expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeGreaterThan(SHORTEST_WAIT);
  }
}

interface Wait {
  readonly stream: string;
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
}

const PAYSTACK_WAITS: readonly Wait[] = [
  { stream: 'transactions', status: 429, headers: { 'x-ratelimit-reset': '1000000000' } },
  { stream: 'customers', status: 429, headers: { 'retry-after': '1e9' } },
  { stream: 'disputes', status: 429, headers: { 'x-ratelimit-reset': 'soon', 'retry-after': 'NaN' } },
  { stream: 'refunds', status: 429, headers: { 'x-ratelimit-reset': '-1', 'retry-after': '-1e9' } },
  {
    stream: 'transfers',
    status: 429,
    headers: { 'x-ratelimit-reset': 'Infinity', 'retry-after': '1, 2' },
  },
  { stream: 'invoices', status: 429, headers: { 'x-ratelimit-reset': '0', 'retry-after': '0' } },
  { stream: 'orders', status: 429, headers: { 'x-ratelimit-reset': '1e-300' } },
  { stream: 'settlements', status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' } },
  { stream: 'balance_ledger', status: 429, headers: { 'retry-after': '0x10000' } },
  { stream: 'splits', status: 429, headers: { 'retry-after': '1e308' } },
  { stream: 'storefronts', status: 503, headers: { 'retry-after': 'Wed, 99 Oct 2099 99:99:99 GMT' } },
  { stream: 'products', status: 500, headers: { 'retry-after': '12abc', 'x-ratelimit-reset': '800' } },
];
const PAGARME_WAITS: readonly Wait[] = [
  { stream: 'orders', status: 429, headers: { 'retry-after': 'Wed, 21 Oct 2099' } },
  { stream: 'charges', status: 429, headers: {} },
  { stream: 'payables', status: 429, headers: { 'retry-after': '1e9' } },
];

const PAYSTACK_ENDLESS: readonly Wait[] = [
  { stream: 'subscriptions', status: 429, headers: { 'x-ratelimit-reset': '999999999' } },
  { stream: 'pages', status: 429, headers: { 'x-ratelimit-reset': '4102444800' } },
  { stream: 'transfer_recipients', status: 429, headers: { 'retry-after': `1${'0'.repeat(300)}` } },
  { stream: 'subaccounts', status: 503, headers: { 'retry-after': '999999999' } },
  { stream: 'terminals', status: 503, headers: { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' } },
];
const PAGARME_ENDLESS: readonly Wait[] = [
  { stream: 'customers', status: 429, headers: { 'retry-after': 'Wednesday, 21-Oct-48 07:28:00 GMT' } },
];

export function waitTests(stage: Stage): void {
  describe.each([
    { provider: 'paystack' as const, waits: PAYSTACK_WAITS, endless: PAYSTACK_ENDLESS },
    { provider: 'pagarme' as const, waits: PAGARME_WAITS, endless: PAGARME_ENDLESS },
  ])('times to wait: $provider', ({ provider, waits, endless }) => {
    const outcome = stage.add({
      title: `times to wait (${provider})`,
      provider,
      attacks: {
        ...Object.fromEntries(
          waits.map(({ stream, status, headers }) => [stream, twice(provider, status, headers)]),
        ),
        ...Object.fromEntries(
          endless.map(({ stream, status, headers }) => [stream, reply(status, '{}', headers)]),
        ),
      },
    });

    it.each(waits)('HTTP $status, $headers: the stream waits by its own judgement', async ({ stream }) => {
      const run = await outcome();
      expectComplete(run, stream, 2);
      expectPatience(run, stream);
    });

    it.each(endless)('HTTP $status, $headers: the stream is left to another sync', async ({ stream }) => {
      const run = await outcome();
      expectFailed(run, stream, 'transient_error', /longer wait than a sync can take/);
      expect(run.askedFor(stream)).toHaveLength(1);
    });
  });
}
