import { DAY_MS } from '../../src/declarative/durations.js';
import { indentJson, toJsonText } from '../json-text.js';
import type { Json, JsonObject } from '../json-text.js';
import type { Reply } from '../http-server.js';
import type { FieldFilter, RecordStore, Selection, SelectOptions } from '../record-store.js';
import type { ListEndpoint } from './endpoints.js';
import type { PaystackQuirks } from './options.js';
import { invalidParameter } from './replies.js';

/** One page of a list: what to send for a query on the records of an endpoint. */

const DEFAULT_PER_PAGE = 50; // records, https://paystack.com/docs/api/pagination/
/** The smallest size that `maxPerPage: 'reject'` refuses is one more. */
const REJECT_ABOVE = 100; // records

interface Page {
  /** Position of the first record. */
  readonly start: number;
  readonly length: number;
  readonly meta: JsonObject | undefined;
}

function positiveInt(text: string | null, fallback: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}

function dateFilterWorks(endpoint: ListEndpoint, quirks: PaystackQuirks, isCursor: boolean): boolean {
  if (isCursor && quirks.cursorIgnoresDates) return false;
  if (quirks.ignoreDateFilter.includes(endpoint.path)) return false;
  return endpoint.dates !== undefined || quirks.honourDateFilter.includes(endpoint.path);
}

/** Date-only values mean midnight UTC. */
function readDate(name: string, text: string | null, truncate: boolean): number | undefined | Reply {
  if (text === null || text === '') return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) return invalidParameter(`"${name}" must be a valid date`);
  return truncate ? Math.floor(time / DAY_MS) * DAY_MS : time;
}

function readFilters(endpoint: ListEndpoint, query: URLSearchParams): FieldFilter[] {
  return Object.entries(endpoint.filters ?? {}).flatMap(([name, paths]) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [{ paths, value }];
  });
}

function readSelect(
  endpoint: ListEndpoint,
  query: URLSearchParams,
  quirks: PaystackQuirks,
  isCursor: boolean,
): SelectOptions | Reply {
  const base: SelectOptions = {
    filters: readFilters(endpoint, query),
    includeHidden:
      endpoint.includeHiddenParam !== undefined && query.get(endpoint.includeHiddenParam) === 'true',
  };
  if (!dateFilterWorks(endpoint, quirks, isCursor)) return base;
  const truncate = quirks.dateOnlyFilter.includes(endpoint.path);
  const from = readDate('from', query.get('from'), truncate);
  const to = readDate('to', query.get('to'), truncate);
  if (typeof from === 'object') return from;
  if (typeof to === 'object') return to;
  const range = {
    ...(from === undefined ? {} : { lower: quirks.fromExclusive ? from + 1 : from }),
    ...(to === undefined ? {} : { upper: quirks.toInclusive ? to + 1 : to }),
  };
  const isUnbounded = from === undefined && to === undefined;
  if (isUnbounded || !quirks.paidDateFilter.includes(endpoint.path)) return { ...base, ...range };
  return { ...base, ranges: [{ path: 'paid_at', ...range }] };
}

function encodeCursor(model: string, id: string): string {
  return Buffer.from(model === '' ? id : `${model}:${id}`).toString('base64');
}

/** Tokens decode to `<model>:<id>` (direct debit: the bare id); `id` is the first record of the page they lead to. */
function decodeCursor(model: string, token: string): string | undefined {
  const text = Buffer.from(token, 'base64').toString();
  const prefix = model === '' ? '' : `${model}:`;
  const id = text.slice(prefix.length);
  return text.startsWith(prefix) && /^\d+$/.test(id) ? id : undefined;
}

const NEXT_AT_END = {
  absent: {},
  null: { next: null },
  'null-string': { next: 'null' },
  empty: { next: '' },
} as const satisfies Record<PaystackQuirks['nextAtEnd'], JsonObject>;

function cursorPage(
  endpoint: ListEndpoint,
  selection: Selection,
  query: URLSearchParams,
  asked: number,
  quirks: PaystackQuirks,
): Page | Reply {
  const model = endpoint.model ?? '';
  const size = quirks.shortCursorPages ? Math.max(1, asked - 1) : asked;
  const next = query.get('next');
  const previous = query.get('previous');
  let start = 0;
  let length = size;
  if (next !== null || previous !== null) {
    const id = decodeCursor(model, next ?? previous ?? '');
    if (id === undefined) return invalidParameter('Invalid cursor');
    const position = selection.positionOf(id);
    start = next === null ? Math.max(0, position - size) : position;
    length = next === null ? Math.min(size, position) : size;
  }
  const end = start + length;
  const meta = {
    ...(end < selection.count
      ? { next: encodeCursor(model, selection.id(end)) }
      : NEXT_AT_END[quirks.nextAtEnd]),
    // The string "null" on the first page, as in the reference's sample.
    previous: start === 0 || start >= selection.count ? 'null' : encodeCursor(model, selection.id(start)),
    perPage: size,
  };
  return { start, length, meta };
}

function directDebitPage(selection: Selection, query: URLSearchParams, size: number): Page | Reply {
  const cursor = query.get('cursor');
  const id = cursor === null || cursor === '' ? undefined : decodeCursor('', cursor);
  if (cursor !== null && cursor !== '' && id === undefined) return invalidParameter('Invalid cursor');
  const start = id === undefined ? 0 : selection.positionOf(id);
  const end = start + size;
  const meta = {
    per_page: size,
    next: end < selection.count ? encodeCursor('', selection.id(end)) : null,
    count: Math.max(0, Math.min(size, selection.count - start)),
    total: selection.count,
  };
  return { start, length: size, meta };
}

function extraMeta(endpoint: ListEndpoint, selection: Selection): JsonObject {
  const kind = endpoint.extraMeta;
  if (kind === undefined) return {};
  switch (kind) {
    case 'total_volume':
      return { total_volume: selection.sum('amount') };
    case 'revenue':
      return { revenue: { KES: selection.sum('amount') } };
    case 'failedRefundCount':
      return { failedRefundCount: 0 };
  }
}

function offsetPage(
  endpoint: ListEndpoint,
  selection: Selection,
  query: URLSearchParams,
  size: number,
  quirks: PaystackQuirks,
): Page {
  const page = positiveInt(query.get('page'), 1);
  const start = (page - 1) * size;
  const meta = {
    ...(quirks.noTotal ? {} : { total: selection.count }),
    ...extraMeta(endpoint, selection),
    skipped: start,
    // A number that was sent comes back as a string.
    perPage: query.has('perPage') ? String(size) : size,
    page,
    ...(quirks.noPageCount ? {} : { pageCount: Math.ceil(selection.count / size) }),
  };
  return { start, length: size, meta };
}

function isCursorRequest(endpoint: ListEndpoint, query: URLSearchParams, quirks: PaystackQuirks): boolean {
  if (endpoint.paging === 'cursor') return true;
  if (endpoint.model === undefined) return false;
  if (quirks.cursorMetaAlways.includes(endpoint.path)) return true;
  return query.get('use_cursor') === 'true' || query.has('next') || query.has('previous');
}

/** The same records from the other end, for `oldestFirst`; only offset paging goes with it. */
function reversed(selection: Selection): Selection {
  return { ...selection, json: (position) => selection.json(selection.count - 1 - position) };
}

function pageText(message: string, records: string, meta: Json | undefined, quirks: PaystackQuirks): string {
  const head = `{"status":true,"message":${toJsonText(message)}`;
  const tail = meta === undefined ? '' : `,"meta":${toJsonText(meta)}`;
  const text = quirks.metaFirst ? `${head}${tail},"data":${records}}` : `${head},"data":${records}${tail}}`;
  return quirks.prettyPrint ? indentJson(text) : text;
}

export function answerList(
  endpoint: ListEndpoint,
  store: RecordStore,
  query: URLSearchParams,
  quirks: PaystackQuirks,
): Reply {
  const isCursor = isCursorRequest(endpoint, query, quirks);
  const options = readSelect(endpoint, query, quirks, isCursor);
  if ('body' in options) return options;
  const newestFirst = store.select(options);
  const selection =
    quirks.oldestFirst.includes(endpoint.path) && !isCursor ? reversed(newestFirst) : newestFirst;
  const wanted = positiveInt(
    query.get(endpoint.paging === 'direct-debit' ? 'per_page' : 'perPage'),
    DEFAULT_PER_PAGE,
  );
  const isPaged = endpoint.paging !== 'none' && (endpoint.paging !== 'all-or-cursor' || isCursor);
  if (isPaged && quirks.maxPerPage === 'reject' && wanted > REJECT_ABOVE) {
    return invalidParameter('"perPage" must be less than or equal to 100');
  }
  const size = quirks.maxPerPage === 'reject' ? wanted : Math.min(wanted, quirks.maxPerPage);

  let page: Page | Reply = { start: 0, length: selection.count, meta: undefined };
  if (isCursor) page = cursorPage(endpoint, selection, query, size, quirks);
  else if (endpoint.paging === 'direct-debit') page = directDebitPage(selection, query, size);
  else if (isPaged) page = offsetPage(endpoint, selection, query, size, quirks);
  if ('body' in page) return page;

  const texts: string[] = [];
  const end = Math.min(selection.count, page.start + page.length);
  for (let position = page.start; position < end; position += 1) texts.push(selection.json(position));
  const list = `[${texts.join(',')}]`;
  const data = endpoint.dataMember === undefined ? list : `{${toJsonText(endpoint.dataMember)}:${list}}`;
  return { status: 200, body: pageText(endpoint.message, data, page.meta, quirks) };
}
