import type { Reply, SandboxRequest } from '../http-server.js';
import { indentJson, toJsonText } from '../json-text.js';
import type { JsonObject } from '../json-text.js';
import type { RecordStore, Selection } from '../record-store.js';
import type { ListEndpoint } from './list-endpoint.js';
import { readSelect } from './filters.js';
import type { DisputeNames, PagarmeQuirks } from './options.js';
import { invalidParameters } from './replies.js';

/** One page of a list: what to send for a query on the records of an endpoint. */

const DEFAULT_SIZE = 10; // records, as in the documentation's samples
const DISPUTE_NAMES: DisputeNames = {
  cursorParam: 'forwardCursor',
  limitParam: 'limit',
  list: 'data',
  nextCursor: 'page.forwardCursor',
};

interface ListRequest {
  readonly endpoint: ListEndpoint;
  readonly selection: Selection;
  readonly query: URLSearchParams;
  readonly quirks: PagarmeQuirks;
  /** Of the request, without the query. */
  readonly url: string;
}

/** The same records from the other end. */
function reversed(selection: Selection): Selection {
  const mirror = (position: number): number => selection.count - 1 - position;
  return {
    ...selection,
    json: (position) => selection.json(mirror(position)),
    id: (position) => selection.id(mirror(position)),
    index: (position) => selection.index(mirror(position)),
    positionAt: (wanted) => selection.count - selection.positionAt(wanted - 1),
  };
}

function positiveInt(text: string | null, fallback: number): number | undefined {
  if (text === null || text === '') return fallback;
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function readSize({ endpoint, query, quirks }: ListRequest, name: string): number | Reply {
  const largest = endpoint.maxSize ?? quirks.maxSize;
  const size = positiveInt(query.get(name), DEFAULT_SIZE);
  if (size === undefined || (size > largest && quirks.sizeTooLarge === 'reject')) {
    return invalidParameters({ [name]: [`The field ${name} must be between 1 and ${largest}.`] }, query);
  }
  return Math.min(size, largest);
}

function listText(selection: Selection, start: number, end: number): string {
  const texts: string[] = [];
  for (let position = start; position < Math.min(end, selection.count); position += 1) {
    texts.push(selection.json(position));
  }
  return `[${texts.join(',')}]`;
}

function ok(body: string, quirks: PagarmeQuirks, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers, body: quirks.prettyPrint ? indentJson(body) : body };
}

function enveloped(list: string, paging: JsonObject): string {
  return `{"data":${list},"paging":${toJsonText(paging)}}`;
}

/** Absolute, `{url}?page=2&size=10`. */
function pageLink(
  { query, quirks, url }: ListRequest,
  sizeParam: string,
  page: number,
  size: number,
): string {
  const { host, pathname } = new URL(url);
  const origin = quirks.pagingNextHost === false ? `http://${host}` : quirks.pagingNextHost;
  const rest = new URLSearchParams(quirks.pagingNextDropsFilters ? '' : query);
  rest.delete('page');
  rest.delete(sizeParam);
  const tail = rest.toString();
  return `${origin}${pathname}?page=${page}&${sizeParam}=${size}${tail === '' ? '' : `&${tail}`}`;
}

function pageAnswer(request: ListRequest, sizeParam: string, isArray: boolean): Reply {
  const { endpoint, selection, query, quirks } = request;
  const size = readSize(request, sizeParam);
  if (typeof size === 'object') return size;
  const page = positiveInt(query.get('page'), 1);
  if (page === undefined) return invalidParameters({ page: ['The field page must be at least 1.'] }, query);
  const start = (page - 1) * size;
  const list = listText(selection, start, start + size);
  if (isArray) return ok(list, quirks);

  const pages = Math.ceil(selection.count / size);
  const total = quirks.totalIsPages ? pages : selection.count;
  const link = (name: string, to: number): JsonObject => {
    if (quirks.noNext || endpoint.totalOnly === true) return {};
    if (to >= 1 && to <= pages) return { [name]: pageLink(request, sizeParam, to, size) };
    return quirks.nextAtEnd === 'null' ? { [name]: null } : {};
  };
  const paging = {
    ...(quirks.noTotals ? {} : { total }),
    ...link('previous', page - 1),
    ...link('next', page + 1),
  };
  return ok(enveloped(list, paging), quirks);
}

const END_TOKEN = 'end';

/** Opaque to a client. It names the first record of its page, so that it stays right while records come and go. */
function encodeCursor(place: string): string {
  return Buffer.from(`cursor/${place}`).toString('base64');
}

function positionOfCursor(selection: Selection, token: string): number | undefined {
  const place = /^cursor\/(\d+|end)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (place === undefined) return undefined;
  return place === END_TOKEN ? selection.count : selection.positionAt(Number(place));
}

interface CursorPage {
  readonly list: string;
  readonly next: string | undefined;
  readonly previous: string | undefined;
}

function cursorPage(request: ListRequest, cursorParam: string, sizeParam: string): CursorPage | Reply {
  const { selection, query, quirks } = request;
  const size = readSize(request, sizeParam);
  if (typeof size === 'object') return size;
  const token = query.get(cursorParam);
  const start = token === null || token === '' ? 0 : positionOfCursor(selection, token);
  if (start === undefined) return invalidParameters({ [cursorParam]: ['The cursor is invalid.'] }, query);
  const end = start + size;
  const tokenAt = (position: number): string => encodeCursor(String(selection.index(position)));
  const hasEndCursor = quirks.cursorAtEnd && start < selection.count;
  return {
    list: listText(selection, start, end),
    next: end < selection.count ? tokenAt(end) : hasEndCursor ? encodeCursor(END_TOKEN) : undefined,
    previous: start > 0 ? tokenAt(Math.max(0, start - size)) : undefined,
  };
}

function forwardCursorAnswer(request: ListRequest): Reply {
  const page = cursorPage(request, 'forward_cursor', 'size');
  if ('body' in page) return page;
  return ok(enveloped(page.list, { forward_cursor: page.next ?? null }), request.quirks);
}

function headerCursorAnswer(request: ListRequest): Reply {
  const page = cursorPage(request, 'cursor', 'count');
  if ('body' in page) return page;
  return ok(page.list, request.quirks, {
    ...(page.next === undefined ? {} : { 'x-cursor-nextpage': page.next }),
    ...(page.previous === undefined ? {} : { 'x-cursor-previouspage': page.previous }),
  });
}

/** The names are those of the vendor's OpenAPI file for disputes (2026-02): see `DisputeNames`. */
function disputesAnswer(request: ListRequest): Reply {
  const names = { ...DISPUTE_NAMES, ...request.quirks.disputes };
  const page = cursorPage(request, names.cursorParam, names.limitParam);
  if ('body' in page) return page;
  if (names.list === '') return ok(page.list, request.quirks);
  const [outer = '', inner] = names.nextCursor.split('.');
  const next = page.next ?? null;
  const tail = toJsonText({ [outer]: inner === undefined ? next : { [inner]: next } });
  return ok(`{${toJsonText(names.list)}:${page.list},${tail.slice(1)}`, request.quirks);
}

export function answerList(
  endpoint: ListEndpoint,
  store: RecordStore,
  { query, path, headers }: SandboxRequest,
  quirks: PagarmeQuirks,
): Reply {
  if (endpoint.paging === 'single') return ok(store.all().json(0), quirks);
  const options = readSelect(endpoint, query, quirks);
  if ('body' in options) return options;
  const newestFirst = store.select(options);
  const isAscending = endpoint.paging === 'limit' && query.get('order') === 'asc';
  const selection =
    isAscending || quirks.oldestFirst.includes(endpoint.path) ? reversed(newestFirst) : newestFirst;
  const url = `http://${headers.host ?? 'sandbox'}${path}`;
  const request: ListRequest = { endpoint, selection, query, quirks, url };
  switch (endpoint.paging) {
    case 'page':
      return pageAnswer(request, 'size', false);
    case 'count':
      return pageAnswer(request, 'count', quirks.anticipationsEnvelope === 'array');
    case 'limit':
      return pageAnswer(request, 'limit', quirks.settlementsEnvelope === 'array');
    case 'header-cursor':
      // The SDK's form of the answer; a cursor means nothing to it.
      if (quirks.transfersStyle === 'data-paging')
        return pageAnswer(request, query.has('size') ? 'size' : 'count', false);
      return headerCursorAnswer(request);
    case 'forward-cursor':
      return forwardCursorAnswer(request);
    case 'dispute-cursor':
      return disputesAnswer(request);
  }
}
