/** What the oracle reads: a provider's usual sandbox, and such answers of its API as matter to a manifest. */
import { DAY_MS } from '../../src/declarative/durations.js';
import type { JsonObject } from '../../src/protocol/messages.js';
import { PROVIDERS } from '../providers.js';
import type { SandboxUnderTest } from '../provider-under-test.js';
import { FIXED, start } from '../pagarme/sandbox.js';
import type { Options, Quirks } from '../pagarme/sandbox.js';

export interface Scenario {
  readonly provider: string;
  readonly title: string;
  readonly start: () => Promise<SandboxUnderTest>;
  /** Of both readers, besides what they always have. */
  readonly config?: JsonObject;
}

const USUAL = 'the usual answers';

function usual(name: string): Scenario {
  const provider = PROVIDERS.find((one) => one.name === name);
  if (provider === undefined) throw new Error(`there is no provider ${name}`);
  return { provider: name, title: USUAL, start: () => provider.start() };
}

/** One of the variants that the acceptance tests read too. */
function variant(name: string, title: string): Scenario {
  const found = PROVIDERS.find((one) => one.name === name)?.variants.find((one) => one.title === title);
  if (found === undefined) throw new Error(`${name} has no variant "${title}"`);
  return { provider: name, title, start: found.start };
}

/** With pages of the documented size: those of the acceptance tests are smaller, which a manifest refuses. */
function ofPagarme(title: string, quirks: Quirks, more: Options = {}): Scenario {
  return {
    provider: 'pagarme',
    title,
    start: () => start({ ...FIXED, ...more, quirks: { maxSize: 30, ...quirks } }),
  };
}

const YEAR = 365 * DAY_MS; // ms

/** Some months before the newest records, all of which the second sync reads again: the data is of the past. */
function untilDate(name: string): Scenario {
  const config = { end_date: '2025-12-01T00:00:00Z', lookback_window_days: 3650 };
  return { ...usual(name), title: 'the connection ends at a date', config };
}

export const SCENARIOS: readonly Scenario[] = [
  usual('paystack'),
  variant('paystack', 'neither bound of a date range belongs to it'),
  variant('paystack', 'dates of a filter are cut to the day'),
  variant('paystack', 'records are of today'),
  variant('paystack', 'dates have the other of their two names'),
  variant('paystack', 'lists answer with tokens although pages were asked for'),
  variant('paystack', 'every tenth request fails in some way'),
  untilDate('paystack'),
  usual('pagarme'),
  variant('pagarme', 'pages of more than 30 records are refused'),
  ofPagarme('neither bound of a date range belongs to it, lists are oldest first, dates have no zone', {
    sinceInclusive: false,
    untilInclusive: false,
    oldestFirst: ['/orders', '/charges', '/payables', '/invoices', '/hooks', '/balance/operations'],
    zonelessDates: true,
  }),
  ofPagarme('records are of today', {}, { now: Date.now(), startDate: Date.now() - YEAR }),
  ofPagarme('transfers and settlements come in envelopes, and anticipations have the older of their paths', {
    transfersStyle: 'data-paging',
    settlementsEnvelope: 'data',
    anticipationsPath: 'anticipations',
  }),
  ofPagarme('pages hold 20 records at most', { maxSize: 20 }),
  untilDate('pagarme'),
];
