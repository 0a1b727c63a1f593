import { setTimeout as sleep } from 'node:timers/promises';
import { createFaults } from '../faults.js';
import type { Faults } from '../faults.js';
import { startServer } from '../http-server.js';
import type { Encoding, Reply, RequestLogEntry, SandboxRequest } from '../http-server.js';
import { toJsonText } from '../json-text.js';
import type { JsonObject } from '../json-text.js';
import type { StoredRecord } from '../record-store.js';
import { createStreams } from './data/streams.js';
import type { ChildStream, SandboxData, Streams, TopStream } from './data/streams.js';
import { createWorld } from './data/world.js';
import { createLimiter } from './limits.js';
import { answerList } from './list.js';
import { resolveOptions } from './options.js';
import type { PagarmeQuirks, PagarmeSandboxOptions } from './options.js';
import {
  addressRefused,
  asProblem,
  denied,
  FAULT_BODIES,
  gone,
  noSuchRoute,
  notFound,
  rateLimited,
  refusedByPolicy,
  scopeMissing,
} from './replies.js';
import { findRoute } from './routes.js';
import type { Route } from './routes.js';

export type { DisputeNames, PagarmeQuirks, PagarmeSandboxOptions } from './options.js';
export type { PagarmeLimits } from './limits.js';

export interface PagarmeSandbox {
  /** Value for PAGARME_API_URL; stands for https://api.pagar.me/core/v5. */
  readonly url: string;
  /** Value for PAGARME_DISPUTES_API_URL; stands for https://api.stone.com.br/v1. */
  readonly disputesUrl: string;
  readonly port: number;
  readonly secretKey: string;
  /** What the API holds, byte for byte. */
  readonly data: SandboxData;
  /** Paths with their prefix, `/core/v5/orders` or `/v1/disputes`. */
  readonly requests: RequestLogEntry[];
  /** Calls that a read-only client must never send, as `METHOD /path`. */
  readonly violations: string[];
  /** Patterns match the path without its prefix: `/orders`, `/customers/{id}/cards`, `/disputes`. */
  readonly faults: Faults;
  /** Puts a new record in front; its time is the last one's plus a second, unless `record` gives one. */
  add(stream: TopStream, record?: JsonObject): StoredRecord;
  /**
   * Replaces top-level fields of a record; the API itself decides nothing, so change `updated_at` too if wanted.
   * @param updatedMs for payables, the time that `updated_since` and `updated_until` see. @default a second after the
   * last change of all
   */
  update(stream: TopStream, id: string, changes: JsonObject, updatedMs?: number): StoredRecord;
  remove(stream: TopStream, id: string): void;
  close(): Promise<void>;
}

const API_PREFIX = '/core/v5';
const STONE_PREFIX = '/v1';
const BALANCE_OPERATIONS = '/balance/operations';

function single({ endpoint, recordId = '' }: Route, streams: Streams, quirks: PagarmeQuirks): Reply {
  const store = streams.store(endpoint.stream as TopStream);
  if (endpoint.path === '/charges' && recordId === 'summary') {
    return { status: 200, body: toJsonText({ total: store.select({}).count }) };
  }
  const everything = store.all();
  let found = store.find(recordId);
  if (found === undefined && endpoint.path === '/recipients' && everything.count > 0) {
    // A recipient is also found by the merchant's own code, and the account's own one as `default`.
    const byCode = store.select({ filters: [{ paths: ['code'], value: recordId }] });
    if (recordId === 'default') found = everything.record(everything.count - 1);
    else if (byCode.count > 0) found = byCode.record(0);
  }
  return found === undefined
    ? notFound(endpoint.noun, quirks.notFoundStatus)
    : { status: 200, body: found.json };
}

/** What the API has to say once key, address and quota are in order. `request.path` has its prefix. */
function createAnswer(streams: Streams, quirks: PagarmeQuirks) {
  return (request: SandboxRequest, route: Route | undefined): Reply => {
    if (route === undefined) return noSuchRoute();
    const { endpoint, parentIds } = route;
    if (!quirks.scopes.includes(endpoint.scope)) return scopeMissing(endpoint.scope);
    if (endpoint.path === BALANCE_OPERATIONS) {
      if (quirks.balanceOperations === 'gone-404') return noSuchRoute();
      if (quirks.balanceOperations === 'gone-410') return gone();
      if (quirks.balanceOperations === 'empty')
        return { status: 200, body: '{"data":[],"paging":{"total":0}}' };
    }
    if (
      endpoint.stream === 'recipient_anticipations' &&
      !endpoint.path.endsWith(`/${quirks.anticipationsPath}`)
    ) {
      return noSuchRoute();
    }
    if (route.recordId !== undefined) return single(route, streams, quirks);
    if (parentIds.length === 0) {
      return answerList(endpoint, streams.store(endpoint.stream as TopStream), request, quirks);
    }
    const isGone = parentIds.some((id) => quirks.vanishingParents.includes(id));
    const store = isGone ? undefined : streams.childStore(endpoint.stream as ChildStream, parentIds);
    return store === undefined
      ? notFound(endpoint.noun, quirks.notFoundStatus)
      : answerList(endpoint, store, request, quirks);
  };
}

/** An executable model of Pagar.me's lists (API v5), on plain HTTP on the loopback address. */
export async function startPagarmeSandbox(
  options: Partial<PagarmeSandboxOptions> = {},
): Promise<PagarmeSandbox> {
  const { quirks, secretKey, clock, rateLimit, ...settings } = resolveOptions(options);
  const { zonelessDates, anticipationsPath } = quirks;
  const streams = createStreams(createWorld({ ...settings, zonelessDates, anticipationsPath }));
  const limiter = rateLimit === false ? undefined : createLimiter(rateLimit, clock);
  const faults = createFaults(settings.faults, FAULT_BODIES);
  const violations: string[] = [];
  const answer = createAnswer(streams, quirks);
  /** The key is the user name, the password is empty. */
  const credentials = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;

  function handle(request: SandboxRequest): Reply {
    if (request.method !== 'GET') {
      violations.push(`${request.method} ${request.path}`);
      return refusedByPolicy(`${request.method} ${request.path}`);
    }
    const isStone = request.path.startsWith(`${STONE_PREFIX}/`);
    if (!isStone && !request.path.startsWith(`${API_PREFIX}/`)) return noSuchRoute();
    const path = request.path.slice((isStone ? STONE_PREFIX : API_PREFIX).length);
    const route = findRoute(path, isStone);

    function respond(): Reply {
      if (request.headers.authorization !== credentials) return denied();
      if (quirks.ipBlocked) return addressRefused();
      // The published limits are those of the API itself, not of Stone's host.
      if (!isStone && limiter?.isAllowed(path) === false) return rateLimited();
      return faults.apply({ ...request, path }, () => answer(request, route));
    }
    const reply = respond();
    return isStone && reply.body.startsWith('{"message":') ? asProblem(reply) : reply;
  }

  const encodings: Encoding[] = [
    ...(quirks.br ? (['br'] as const) : []),
    ...(quirks.gzip ? (['gzip'] as const) : []),
  ];
  const server = await startServer({
    port: settings.port,
    clock,
    encodings,
    handle: async (request) => {
      if (faults.latencyMs > 0) await sleep(faults.latencyMs);
      return handle(request);
    },
  });

  return {
    url: server.url + API_PREFIX,
    disputesUrl: server.url + STONE_PREFIX,
    port: server.port,
    secretKey,
    data: streams.data,
    requests: server.requests,
    violations,
    faults,
    add: (stream, record = {}) => streams.store(stream).add(record),
    update: (stream, id, changes, updatedMs) => streams.store(stream).update(id, changes, updatedMs),
    remove: (stream, id) => streams.store(stream).remove(id),
    close: () => server.close(),
  };
}
