import { payables } from '../../sandbox/pagarme/data/payables.js';
import { createWorld } from '../../sandbox/pagarme/data/world.js';
import { CHILD_LISTS } from '../../sandbox/pagarme/child-lists.js';
import { resolveOptions } from '../../sandbox/pagarme/options.js';
import { startPagarmeSandbox } from '../../sandbox/pagarme/server.js';
import { TOP_LISTS } from '../../sandbox/pagarme/top-lists.js';
import { DAY_MS } from '../../src/declarative/durations.js';
import type { JsonObject } from '../../src/protocol/messages.js';
import type { ProviderUnderTest, SandboxUnderTest, Variant } from '../provider-under-test.js';
import { FIXED, SMALL, SMALL_PAGES, start } from './sandbox.js';
import type { Options, Quirks } from './sandbox.js';

/** Every list that has dates to filter by. */
const DATED = [...TOP_LISTS, ...CHILD_LISTS]
  .filter(({ dates }) => dates !== undefined)
  .map(({ path }) => path);

function variant(title: string, quirks: Quirks, more: Options = {}): Variant {
  return { title, start: () => start({ ...SMALL, ...more, quirks: { ...SMALL_PAGES, ...quirks } }) };
}

/** The same, with pages as large as the API allows. */
function withLargePages(title: string, quirks: Quirks, more: Options = {}): Variant {
  return { title, start: () => start({ ...SMALL, ...more, quirks }) };
}

/** Records up to the moment of the read. */
const TODAY: Options = { now: Date.now(), startDate: Date.now() - 200 * DAY_MS };

/** More payables and transfers than pages of 1000 hold, and more settlements of one day than pages of 2000. */
const BUSY: Options = {
  size: 5,
  counts: { charges: 520, transfers: 2100, settlements: 2050, disputes: 230 },
  startDate: '2026-03-16T01:00:00.000Z',
  now: '2026-03-16T23:00:00.000Z',
};

const FEW: Options = {
  size: 15,
  counts: { charges: 30, customers: 9, subscriptions: 3, recipients: 5, disputes: 120 },
};

/** Another server, for the links to the next page; whatever it is asked is a violation. */
async function startWithForeignLinks(): Promise<SandboxUnderTest> {
  const foreign = await startPagarmeSandbox({ rateLimit: false });
  const pagingNextHost = new URL(foreign.url).origin;
  const own = await start({
    ...SMALL,
    quirks: { ...SMALL_PAGES, pagingNextHost, pagingNextDropsFilters: true },
  });
  return {
    ...own,
    get violations() {
      return [...own.violations, ...foreign.requests.map(({ path }) => `a request elsewhere: ${path}`)];
    },
    close: async () => {
      await own.close();
      await foreign.close();
    },
  };
}

const deleted = ({ deleted_at }: JsonObject): unknown[] => [deleted_at];

/** The payables of the fixed data: only the API knows when one has changed. */
const fixedPayables = payables(
  createWorld({ ...resolveOptions(FIXED), zonelessDates: false, anticipationsPath: 'bulk_anticipations' }),
);

function payableUpdatedAt({ id }: JsonObject): string {
  const index = fixedPayables.indexOf?.(id as string) ?? NaN;
  return new Date(fixedPayables.updatedAt?.(index) ?? NaN).toISOString();
}

export const pagarme: ProviderUnderTest = {
  name: 'pagarme',
  start: () => start(FIXED),
  startWithSmallPages: () => start({ ...SMALL, quirks: SMALL_PAGES }),
  variants: [
    withLargePages('pages hold 30 records at most, and answers are indented', {
      maxSize: 30,
      prettyPrint: true,
    }),
    withLargePages('pages of more than 30 records are refused', { maxSize: 30, sizeTooLarge: 'reject' }),
    { title: 'links to the next page lead to another host', start: startWithForeignLinks },
    variant('answers do not say how many records there are, and the end of a date range is not in it', {
      noTotals: true,
      untilInclusive: false,
    }),
    variant('answers say how many pages there are in place of records', { totalIsPages: true }),
    variant('answers have no link to the next page', { noNext: true }),
    variant('answers have neither a link nor a total', { noNext: true, noTotals: true }),
    variant('the last page has no place for a link, and the start of a date range is not in it', {
      nextAtEnd: 'absent',
      sinceInclusive: false,
    }),
    withLargePages(
      'lists of tokens are long, and the last token leads to an empty page',
      { cursorAtEnd: true },
      BUSY,
    ),
    {
      ...variant(
        'transfers and settlements come in envelopes, and anticipations have the older of their paths',
        {
          transfersStyle: 'data-paging',
          settlementsEnvelope: 'data',
          anticipationsPath: 'anticipations',
        },
        { counts: { ...SMALL.counts, transfers: 150 } },
      ),
      // The pages begin anew once the first answer shows that there are pages.
    },
    variant('anticipations come without an envelope, settlements for 31 days at most, dates without a zone', {
      anticipationsEnvelope: 'array',
      settlementsMaxDays: 31,
      zonelessDates: true,
    }),
    variant('neither bound of a date range belongs to it, and lists are oldest first', {
      sinceInclusive: false,
      untilInclusive: false,
      oldestFirst: DATED,
    }),
    variant('no list filters by date', { ignoreDateFilter: DATED }),
    variant('records are of today', {}, TODAY),
    withLargePages(
      'every tenth request fails in some way',
      { maxSize: 20 },
      { ...FEW, faults: { faultRate: 0.1, maxConsecutiveFaults: 2 } },
    ),
  ],
  changeVariants: [
    withLargePages(
      'payables cannot be asked for by their changes, and no bound of a date range belongs to it',
      { payablesIgnoreUpdatedFilter: true, sinceInclusive: false, untilInclusive: false },
      FEW,
    ),
    withLargePages('no list filters by date', { ignoreDateFilter: DATED }, FEW),
  ],
  refusable: { path: '/hooks', stream: 'hooks' },
  brokenSlice: {
    stream: 'charges',
    startDate: '2025-03-01T00:00:00Z',
    // A second before, since requests reach a little further. Page 1 is also that of the whole range.
    pattern: /^\/charges\?(?=.*created_since=2025-02-28)(?=.*[?&]page=[2-9])/,
    reply: { status: 404, body: '{"message":"Charge not found."}' },
  },
  clockFields: { recipient_balances: ['snapshot_at'] },
  changeDates: {
    payables: (record) => [payableUpdatedAt(record)],
    subscription_discounts: deleted,
    subscription_increments: deleted,
    subscription_item_usages: ({ deleted_at, used_at }) => [deleted_at, used_at],
  },
  // The newer of the two paths has no date of change.
  cursorDates: { recipient_anticipations: ({ created_at }) => created_at },
};
