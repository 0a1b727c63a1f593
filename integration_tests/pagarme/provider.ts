import { payables } from '../../sandbox/pagarme/data/payables.js';
import { createWorld } from '../../sandbox/pagarme/data/world.js';
import { CHILD_LISTS } from '../../sandbox/pagarme/child-lists.js';
import { resolveOptions } from '../../sandbox/pagarme/options.js';
import { startPagarmeSandbox } from '../../sandbox/pagarme/server.js';
import { TOP_LISTS } from '../../sandbox/pagarme/top-lists.js';
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
const TODAY: Options = { now: Date.now(), startDate: Date.now() - 200 * 86_400_000 };

/** More payables and transfers than pages of 1000 hold, and more settlements of one day than pages of 2000. */
const BUSY: Options = {
  size: 5,
  counts: { charges: 520, transfers: 2100, settlements: 2050, disputes: 230 },
  startDate: '2026-03-16T01:00:00.000Z',
  now: '2026-03-16T23:00:00.000Z',
};

const FEW: Options = {
  size: 15,
  counts: { customers: 9, subscriptions: 3, recipients: 5, disputes: 120 },
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
    withLargePages('pages hold 30 records at most', { maxSize: 30 }),
    withLargePages('pages of more than 30 records are refused', { maxSize: 30, sizeTooLarge: 'reject' }),
    { title: 'links to the next page lead to another host', start: startWithForeignLinks },
    variant('answers do not say how many records there are', { noTotals: true }),
    variant('answers say how many pages there are in place of records', { totalIsPages: true }),
    variant('answers have no link to the next page', { noNext: true }),
    variant('answers have neither a link nor a total', { noNext: true, noTotals: true }),
    variant('the last page has no place for a link', { nextAtEnd: 'absent' }),
    withLargePages('lists of tokens and large pages are long', {}, BUSY),
    withLargePages('the last token leads to an empty page', { cursorAtEnd: true }, BUSY),
    variant('transfers come in an envelope, by pages', { transfersStyle: 'data-paging' }),
    variant('settlements come in an envelope', { settlementsEnvelope: 'data' }),
    withLargePages('settlements are given for 31 days at most', { settlementsMaxDays: 31 }),
    variant('anticipations have the older of their two paths', { anticipationsPath: 'anticipations' }),
    variant('anticipations come as a list without an envelope', { anticipationsEnvelope: 'array' }),
    variant('dates have no zone', { zonelessDates: true }),
    variant('neither bound of a date range belongs to it', { sinceInclusive: false, untilInclusive: false }),
    variant('only the end of a date range belongs to it', { sinceInclusive: false }),
    variant('only the start of a date range belongs to it', { untilInclusive: false }),
    variant('lists are oldest first', { oldestFirst: DATED }),
    variant('no list filters by date', { ignoreDateFilter: DATED }),
    variant('records are of today', {}, TODAY),
    variant('answers are indented', { prettyPrint: true }),
    withLargePages(
      'every tenth request fails in some way',
      { maxSize: 20 },
      { ...FEW, faults: { faultRate: 0.1, maxConsecutiveFaults: 2 } },
    ),
  ],
  changeVariants: [
    variant('payables cannot be asked for by their changes', { payablesIgnoreUpdatedFilter: true }),
    variant('neither bound of a date range belongs to it', { sinceInclusive: false, untilInclusive: false }),
    variant('no list filters by date', { ignoreDateFilter: DATED }),
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
