import { setTimeout as sleep } from 'node:timers/promises';
import { createFaults, htmlReply } from '../faults.js';
import type { Faults } from '../faults.js';
import { startServer } from '../http-server.js';
import type { Encoding, Reply, RequestLogEntry, SandboxRequest } from '../http-server.js';
import type { JsonObject } from '../json-text.js';
import { createRateLimiter } from '../rate-limit.js';
import type { StoredRecord } from '../record-store.js';
import { createStreams } from './data/streams.js';
import type { ChildStream, SandboxData, TopStream } from './data/streams.js';
import { createWorld } from './data/world.js';
import { SIDE_EFFECTS } from './endpoints.js';
import { answerList } from './list.js';
import { resolveOptions } from './options.js';
import type { PaystackSandboxOptions } from './options.js';
import { findRoute } from './routes.js';
import {
  addressRefused,
  FAULT_BODIES,
  invalidKey,
  noAuthorization,
  notFound,
  rateLimited,
  refusedByPolicy,
} from './replies.js';

export type { PaystackQuirks, PaystackSandboxOptions } from './options.js';

export interface PaystackSandbox {
  /** Value for PAYSTACK_API_URL. */
  readonly url: string;
  readonly port: number;
  readonly secretKey: string;
  /** What the API holds, byte for byte. */
  readonly data: SandboxData;
  readonly requests: RequestLogEntry[];
  /** Calls that a read-only client must never send, as `METHOD /path`. */
  readonly violations: string[];
  readonly faults: Faults;
  /** Puts a new record in front; missing fields are generated, the time is the last one's plus a second. */
  add(stream: TopStream, record?: JsonObject): StoredRecord;
  /** Replaces top-level fields of a record; the API itself decides nothing, so change `updatedAt` too if wanted. */
  update(stream: TopStream, id: string | number, changes: JsonObject): StoredRecord;
  remove(stream: TopStream, id: string | number): void;
  close(): Promise<void>;
}

function refusal(request: SandboxRequest): string | undefined {
  if (request.method !== 'GET') return `${request.method} ${request.path}`;
  return SIDE_EFFECTS.some((pattern) => pattern.test(request.path)) ? `GET ${request.path}` : undefined;
}

/** An executable model of Paystack's list endpoints, on plain HTTP on the loopback address. */
export async function startPaystackSandbox(
  options: Partial<PaystackSandboxOptions> = {},
): Promise<PaystackSandbox> {
  const { quirks, secretKey, clock, ...settings } = resolveOptions(options);
  const streams = createStreams(
    createWorld({
      ...settings,
      refundsCreatedField: quirks.refundsCreatedField,
      ordersCreatedField: quirks.ordersCreatedField,
    }),
  );
  const limiter = settings.rateLimit === false ? undefined : createRateLimiter(settings.rateLimit, clock);
  const faults = createFaults(settings.faults, FAULT_BODIES);
  const violations: string[] = [];

  function authorize(request: SandboxRequest): Reply | undefined {
    const header = request.headers.authorization;
    if (header === undefined) return noAuthorization();
    return header === `Bearer ${secretKey}` ? undefined : invalidKey();
  }

  function answer(request: SandboxRequest): Reply {
    const route = findRoute(request.path);
    if (route === undefined) return notFound();
    const { endpoint, parentKey } = route;
    const store =
      parentKey === undefined
        ? streams.store(endpoint.stream as TopStream)
        : streams.childStore(endpoint.stream as ChildStream, parentKey);
    return store === undefined ? notFound() : answerList(endpoint, store, request.query, quirks);
  }

  /** In the order in which the real thing refuses: content network, key, address, quota, and only then the API. */
  function handle(request: SandboxRequest): Reply {
    if (quirks.htmlBlocked) return htmlReply(403, 'Just a moment...');
    if (quirks.requireUserAgent && !request.headers['user-agent']) return htmlReply(403, 'Access denied');
    const forbidden = refusal(request);
    if (forbidden !== undefined) {
      violations.push(forbidden);
      return refusedByPolicy(forbidden);
    }
    const refused = authorize(request);
    if (refused !== undefined) return refused;
    if (quirks.ipBlocked !== false) return addressRefused(quirks.ipBlocked);
    const quota = limiter?.take(findRoute(request.path)?.endpoint.path ?? request.path);
    if (quota !== undefined && !quota.allowed) return rateLimited(quota.headers);
    const reply = faults.apply(request, () => answer(request));
    if (quota === undefined || !quirks.rateLimitHeadersAlways) return reply;
    return { ...reply, headers: { ...quota.headers, ...reply.headers } };
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
    url: server.url,
    port: server.port,
    secretKey,
    data: streams.data,
    requests: server.requests,
    violations,
    faults,
    add: (stream, record = {}) => streams.store(stream).add(record),
    update: (stream, id, changes) => streams.store(stream).update(String(id), changes),
    remove: (stream, id) => streams.store(stream).remove(String(id)),
    close: () => server.close(),
  };
}
