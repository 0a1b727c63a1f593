import { DAY_MS } from '../../src/declarative/durations.js';
import type { FaultOptions } from '../faults.js';
import type { StreamCounts } from './data/world.js';
import type { Scope } from './list-endpoint.js';
import { ROUTE_LIMITS } from './limits.js';
import type { PagarmeLimits } from './limits.js';

/** Names of the disputes list; the defaults are those of the vendor's OpenAPI file (2026-02). */
export interface DisputeNames {
  /** @default 'forwardCursor' */
  readonly cursorParam: string;
  /** @default 'limit' */
  readonly limitParam: string;
  /** @default 'data'; '' for a root array, which leaves the reader no cursor */
  readonly list: string;
  /** Dotted path. @default 'page.forwardCursor' */
  readonly nextCursor: string;
}

/**
 * Rules of the real API that no source settles, and refusals. The defaults are what the documentation says or shows;
 * the other positions exist so that a reader can be tested against either answer. Endpoints are named by the path in
 * the endpoint table, e.g. `/orders` or `/customers/{id}/cards`.
 */
export interface PagarmeQuirks {
  /** Largest page where none is published. 30 and 100 are both in use by careful clients. @default 100 */
  readonly maxSize: number;
  /** What happens to a larger page. @default 'clamp' */
  readonly sizeTooLarge: 'clamp' | 'reject';
  /** Origin that `paging.next` names instead of the sandbox's own, e.g. `http://api.pagar.me`. @default false */
  readonly pagingNextHost: string | false;
  /** `paging.next` repeats the page and the size but no filter. @default false */
  readonly pagingNextDropsFilters: boolean;
  /** @default 'null' */
  readonly nextAtEnd: 'null' | 'absent';
  /** `paging` has no `total`. @default false */
  readonly noTotals: boolean;
  /** `paging.total` is the number of pages, as a comment in the SDK has it. @default false */
  readonly totalIsPages: boolean;
  /** `paging` holds nothing but `total`, on every list. @default false */
  readonly noNext: boolean;
  /** A cursor leads behind the last record, to an empty page. @default false */
  readonly cursorAtEnd: boolean;
  /** @default 'header-array' */
  readonly transfersStyle: 'header-array' | 'data-paging';
  /** @default 'array' */
  readonly settlementsEnvelope: 'array' | 'data';
  /** Widest range of payment dates in days; a wider one is answered with 400. @default false */
  readonly settlementsMaxDays: number | false;
  /** @default 'gone-404' */
  readonly balanceOperations: 'gone-404' | 'gone-410' | 'alive' | 'empty';
  /** The path that answers; the other one is 404. @default 'bulk_anticipations' */
  readonly anticipationsPath: 'bulk_anticipations' | 'anticipations';
  /** @default 'data' */
  readonly anticipationsEnvelope: 'data' | 'array';
  readonly disputes: Partial<DisputeNames>;
  /** @default 404 */
  readonly notFoundStatus: 400 | 404;
  /** The times of the records lack the `Z`. @default false */
  readonly zonelessDates: boolean;
  /** A filter value without a zone is Brasília's time, not UTC. @default false */
  readonly brasiliaFilters: boolean;
  /** @default true */
  readonly sinceInclusive: boolean;
  /** @default true */
  readonly untilInclusive: boolean;
  /** Endpoints that ignore their date filters. @default none */
  readonly ignoreDateFilter: readonly string[];
  /** @default false */
  readonly payablesIgnoreUpdatedFilter: boolean;
  /** Endpoints whose list is oldest first; no order is documented. @default none */
  readonly oldestFirst: readonly string[];
  /** Scopes of the key. @default all three */
  readonly scopes: readonly Scope[];
  /** The account's allow list does not have the caller's address. @default false */
  readonly ipBlocked: boolean;
  /** Ids of parents that are listed, but whose children answer "not found". @default none */
  readonly vanishingParents: readonly string[];
  readonly prettyPrint: boolean;
  /** @default true */
  readonly gzip: boolean;
  /** @default true */
  readonly br: boolean;
}

export const DEFAULT_QUIRKS: PagarmeQuirks = {
  maxSize: 100,
  sizeTooLarge: 'clamp',
  pagingNextHost: false,
  pagingNextDropsFilters: false,
  nextAtEnd: 'null',
  noTotals: false,
  totalIsPages: false,
  noNext: false,
  cursorAtEnd: false,
  transfersStyle: 'header-array',
  settlementsEnvelope: 'array',
  settlementsMaxDays: false,
  balanceOperations: 'gone-404',
  anticipationsPath: 'bulk_anticipations',
  anticipationsEnvelope: 'data',
  disputes: {},
  notFoundStatus: 404,
  zonelessDates: false,
  brasiliaFilters: false,
  sinceInclusive: true,
  untilInclusive: true,
  ignoreDateFilter: [],
  payablesIgnoreUpdatedFilter: false,
  oldestFirst: [],
  scopes: ['Transacional', 'Financeiro', 'Recebedores'],
  ipBlocked: false,
  vanishingParents: [],
  prettyPrint: false,
  gzip: true,
  br: true,
};

export interface PagarmeSandboxOptions {
  /** @default 0, any free port */
  readonly port: number;
  readonly seed: number;
  /** Any key of the form sk_…; one that begins with sk_test_ has the limits of a test account. */
  readonly secretKey: string;
  /** Number of charges; the other streams follow from it. @default 300 */
  readonly size: number;
  /** Numbers of single streams, instead of those that follow from `size`. */
  readonly counts: StreamCounts;
  /** Creation time of the newest records, ISO or ms. @default 2026-11-17T15:42:07Z */
  readonly now: string | number;
  /** Creation time of the oldest records. @default one year before `now` */
  readonly startDate: string | number;
  /** @default Pagar.me's */
  readonly rateLimit: Partial<PagarmeLimits> | false;
  readonly faults: Partial<FaultOptions>;
  readonly quirks: Partial<PagarmeQuirks>;
  /** Time for the rate limit and the request log, ms. @default Date.now */
  readonly clock: () => number;
}

/** Needs no real account. */
export const DEFAULT_SECRET_KEY = 'sk_test_sandbox0000000000000000';
/** After the changes of 2026-08-28. */
const DEFAULT_NOW = '2026-11-17T15:42:07.000Z';
const KEY_PATTERN = /^sk_[A-Za-z0-9_]+$/;
const YEAR = 365 * DAY_MS; // ms
/** Requests per second of a test account. */
const TEST_LIMIT = 10;

export interface ResolvedOptions {
  readonly port: number;
  readonly seed: number;
  readonly secretKey: string;
  readonly size: number;
  readonly counts: StreamCounts;
  readonly nowMs: number;
  readonly startMs: number;
  readonly rateLimit: PagarmeLimits | false;
  readonly faults: Partial<FaultOptions>;
  readonly quirks: PagarmeQuirks;
  readonly clock: () => number;
}

function timeOf(name: string, value: string | number): number {
  const time = typeof value === 'number' ? value : Date.parse(value);
  if (!Number.isFinite(time)) throw new Error(`${name} of the sandbox is not a date: ${value}`);
  return time;
}

export function resolveOptions(options: Partial<PagarmeSandboxOptions>): ResolvedOptions {
  const secretKey = options.secretKey ?? DEFAULT_SECRET_KEY;
  if (!KEY_PATTERN.test(secretKey)) throw new Error('secretKey of the sandbox must look like sk_…');
  const seed = options.seed ?? 1;
  const nowMs = timeOf('now', options.now ?? DEFAULT_NOW);
  const limits: PagarmeLimits = {
    perMinute: ROUTE_LIMITS,
    perSecond: secretKey.startsWith('sk_test_') ? TEST_LIMIT : false,
    sharedPerSecond: false,
  };
  return {
    port: options.port ?? 0,
    seed,
    secretKey,
    size: options.size ?? 300,
    counts: options.counts ?? {},
    nowMs,
    startMs: timeOf('startDate', options.startDate ?? nowMs - YEAR),
    rateLimit: options.rateLimit === false ? false : { ...limits, ...options.rateLimit },
    faults: { seed, ...options.faults },
    quirks: { ...DEFAULT_QUIRKS, ...options.quirks },
    clock: options.clock ?? Date.now,
  };
}
