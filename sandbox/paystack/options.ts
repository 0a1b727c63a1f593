import { DAY_MS } from '../../src/declarative/durations.js';
import type { FaultOptions } from '../faults.js';
import type { RateLimitOptions } from '../rate-limit.js';

/**
 * Rules of the real API that no source settles, and refusals. The defaults are what the documentation says or shows;
 * the other positions exist so that a reader can be tested against either answer. Endpoints are named by the path in
 * the endpoint table, e.g. `/refund` or `/settlement/{id}/transactions`.
 */
export interface PaystackQuirks {
  /** `to` includes its own instant. Reported as exclusive by users of Airbyte's connector. @default false */
  readonly toInclusive: boolean;
  /** @default false */
  readonly fromExclusive: boolean;
  /** Larger pages are cut to this size, or refused with 400 (`reject`: above 100). @default 100 */
  readonly maxPerPage: number | 'reject';
  /** Endpoints that ignore `from`/`to` although both documents list them. @default none */
  readonly ignoreDateFilter: readonly string[];
  /** Endpoints that honour `from`/`to` although only one document lists them. @default none */
  readonly honourDateFilter: readonly string[];
  /** Endpoints that see only the date of `from` and `to`. @default none */
  readonly dateOnlyFilter: readonly string[];
  /** Endpoints whose `from`/`to` go by `paid_at`: what was never paid is not found. @default none */
  readonly paidDateFilter: readonly string[];
  /** In cursor style no list honours `from`/`to`. @default false */
  readonly cursorIgnoresDates: boolean;
  /** Endpoints that answer in cursor style without `use_cursor`. @default none */
  readonly cursorMetaAlways: readonly string[];
  /** A page in cursor style holds one record less than asked for, as in the reference's sample. @default false */
  readonly shortCursorPages: boolean;
  /** What `meta.next` is on the last page in cursor style. @default 'absent' */
  readonly nextAtEnd: 'absent' | 'null' | 'null-string' | 'empty';
  /** Endpoints whose list is oldest first; some samples of the reference are. @default none */
  readonly oldestFirst: readonly string[];
  readonly noPageCount: boolean;
  readonly noTotal: boolean;
  /** @default 'createdAt' */
  readonly refundsCreatedField: 'createdAt' | 'created_at';
  /** @default 'created_at' */
  readonly ordersCreatedField: 'createdAt' | 'created_at';
  /** The account admits other addresses only; the HTTP status is not documented. @default false */
  readonly ipBlocked: false | 401 | 403;
  /** The content network in front of the API refuses every call with an HTML page. @default false */
  readonly htmlBlocked: boolean;
  /** The content network refuses calls without a User-Agent. @default true */
  readonly requireUserAgent: boolean;
  /** The rate limit headers on every reply; documented for 429 only. @default false */
  readonly rateLimitHeadersAlways: boolean;
  readonly prettyPrint: boolean;
  /** `meta` stands before `data`. @default false */
  readonly metaFirst: boolean;
  /** @default true */
  readonly gzip: boolean;
  /** @default true */
  readonly br: boolean;
}

export const DEFAULT_QUIRKS: PaystackQuirks = {
  toInclusive: false,
  fromExclusive: false,
  maxPerPage: 100,
  ignoreDateFilter: [],
  honourDateFilter: [],
  dateOnlyFilter: [],
  paidDateFilter: [],
  cursorIgnoresDates: false,
  cursorMetaAlways: [],
  shortCursorPages: false,
  nextAtEnd: 'absent',
  oldestFirst: [],
  noPageCount: false,
  noTotal: false,
  refundsCreatedField: 'createdAt',
  ordersCreatedField: 'created_at',
  ipBlocked: false,
  htmlBlocked: false,
  requireUserAgent: true,
  rateLimitHeadersAlways: false,
  prettyPrint: false,
  metaFirst: false,
  gzip: true,
  br: true,
};

export interface PaystackSandboxOptions {
  /** @default 0, any free port */
  readonly port: number;
  readonly seed: number;
  /** Any key of the form sk_test_… or sk_live_…; it decides the `domain` of the records and the rate limit. */
  readonly secretKey: string;
  /** Number of transactions; the other streams follow from it. @default 300 */
  readonly size: number;
  /** Creation time of the newest records, ISO or ms. @default 2026-03-17T15:42:07Z */
  readonly now: string | number;
  /** Creation time of the oldest records. @default one year before `now` */
  readonly startDate: string | number;
  /** Per endpoint. @default Paystack's: 100 requests in 60 s for test keys, 600 for live keys */
  readonly rateLimit: RateLimitOptions | false;
  readonly faults: Partial<FaultOptions>;
  readonly quirks: Partial<PaystackQuirks>;
  /** Time for the rate limit and the request log, ms. @default Date.now */
  readonly clock: () => number;
}

/** Needs no real account. */
export const DEFAULT_SECRET_KEY = 'sk_test_sandbox0000000000000000000000000000';
const DEFAULT_NOW = '2026-03-17T15:42:07.000Z';
const KEY_PATTERN = /^sk_(test|live)_[A-Za-z0-9]+$/;
const YEAR = 365 * DAY_MS; // ms

/** Requests per endpoint and minute, https://paystack.com/docs/api/rate-limits/ */
const TEST_LIMIT = 100;
const LIVE_LIMIT = 600;
const LIMIT_WINDOW = 60_000; // ms

export interface ResolvedOptions {
  readonly port: number;
  readonly seed: number;
  readonly secretKey: string;
  readonly domain: 'test' | 'live';
  readonly size: number;
  readonly nowMs: number;
  readonly startMs: number;
  readonly rateLimit: RateLimitOptions | false;
  readonly faults: Partial<FaultOptions>;
  readonly quirks: PaystackQuirks;
  readonly clock: () => number;
}

function timeOf(name: string, value: string | number): number {
  const time = typeof value === 'number' ? value : Date.parse(value);
  if (!Number.isFinite(time)) throw new Error(`${name} of the sandbox is not a date: ${value}`);
  return time;
}

export function resolveOptions(options: Partial<PaystackSandboxOptions>): ResolvedOptions {
  const secretKey = options.secretKey ?? DEFAULT_SECRET_KEY;
  if (!KEY_PATTERN.test(secretKey))
    throw new Error('secretKey of the sandbox must look like sk_test_… or sk_live_…');
  const domain = secretKey.startsWith('sk_live_') ? 'live' : 'test';
  const seed = options.seed ?? 1;
  const nowMs = timeOf('now', options.now ?? DEFAULT_NOW);
  return {
    port: options.port ?? 0,
    seed,
    secretKey,
    domain,
    size: options.size ?? 300,
    nowMs,
    startMs: timeOf('startDate', options.startDate ?? nowMs - YEAR),
    rateLimit: options.rateLimit ?? {
      limit: domain === 'live' ? LIVE_LIMIT : TEST_LIMIT,
      windowMs: LIMIT_WINDOW,
    },
    faults: { seed, ...options.faults },
    quirks: { ...DEFAULT_QUIRKS, ...options.quirks },
    clock: options.clock ?? Date.now,
  };
}
