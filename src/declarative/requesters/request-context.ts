import type { JsonObject } from '../../protocol/messages.js';
import type { ApiBudget, Clock } from './api-budget.js';
import type { SendHttp } from './http.js';
import type { Slots } from './slots.js';

/** What the answers of a run have said of the key. */
export interface KeyStanding {
  /** A page has come. What refuses the key afterwards may pass. */
  isAccepted: boolean;
}

/** What requests need from the process; everything that tests replace. */
export interface RequestContext {
  readonly config: JsonObject;
  readonly http: SendHttp;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly budget: ApiBudget;
  readonly key: KeyStanding;
  /** Requests of all streams at a time. */
  readonly slots: Slots;
  /**
   * Requests of one stream at a time, with those that wait for the budget. The slices that were begun first come
   * first, so that they are closed one after the other. @default as many as there are
   */
  readonly lanes?: Slots;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes the secrets out of a text. */
  readonly mask?: (text: string) => string;
  /** The vendor, as sentences name it. */
  readonly title: string;
  readonly userAgent: string;
  /** Replaces the definition's patience: somebody waits for a connection check. */
  readonly patience?: { readonly retries: number; readonly rateLimitWaits: number };
}

/** What a request tells the stream it is made for. */
export interface RequestListener {
  /** A line for the log. */
  warn(message: string): void;
  /** A line for the log of what is no reason to worry. @default none */
  info?(message: string): void;
  /** An answer came, or none; the next try of the same request is another one. @param bytes of its body */
  requested(bytes: number, isRetry: boolean): void;
  /** @param until Unix ms at which the API's quota starts anew */
  rateLimited(until: number): void;
  /** A request waits for its turn under the known limit. @param ms from now */
  throttled?(ms: number): void;
}
