/** What the benchmark and the server process tell each other. */

export interface ServerOptions {
  readonly provider: 'paystack' | 'pagarme';
  /** Number of transactions or charges, spread over the last year. */
  readonly size: number;
  /** ms added to every reply, without a cache. @default 0 */
  readonly latencyMs?: number;
  /** Of the list that is read. @default none */
  readonly rateLimit?: { readonly requests: number; readonly windowMs: number };
  /** Whether pages are offered with brotli and gzip, as the vendors' networks do. @default true */
  readonly compress?: boolean;
  /** Whether a page that was sent once is sent from memory the next time. @default false */
  readonly cache?: boolean;
}

/** How to reach a server that has started. */
export interface ServerAddress {
  readonly url: string;
  readonly secretKey: string;
  /** Environment variables that lead the connector there. */
  readonly environment: Readonly<Record<string, string>>;
  /** ISO timestamp of a whole second, before the oldest record. */
  readonly startDate: string;
}

/** A request as the server saw it. */
export interface ServedRequest {
  /** Unix ms at which it came in. */
  readonly time: number;
  readonly status: number;
}

export type ServerQuestion =
  | { readonly type: 'requests' }
  /** From now on every reply of the cache takes this long. */
  | { readonly type: 'latency'; readonly ms: number };

export type ServerMessage =
  | { readonly type: 'started'; readonly address: ServerAddress }
  /** The requests since the last question. */
  | { readonly type: 'requests'; readonly requests: readonly ServedRequest[] }
  | { readonly type: 'latency' };
