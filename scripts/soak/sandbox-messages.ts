/** What the soak and its sandbox, a process of its own, say to each other. */

export type ProviderName = 'paystack' | 'pagarme';

export interface SandboxSettings {
  readonly provider: ProviderName;
  /** Number of transactions (Paystack) or charges (Pagar.me). */
  readonly size: number;
  readonly seed: number;
  /** 0 to 1 */
  readonly faultRate: number;
  /** Unix ms of the newest record. */
  readonly now: number;
}

export type Question =
  | { readonly type: 'ids'; readonly stream: string }
  | { readonly type: 'requests' }
  /** Puts new records in front. */
  | { readonly type: 'add'; readonly stream: string; readonly count: number };

export type Answer =
  | {
      readonly type: 'ready';
      readonly environment: Readonly<Record<string, string>>;
      readonly secretKey: string;
    }
  /** Ids come in portions; the last one is empty. */
  | { readonly type: 'ids'; readonly ids: readonly string[] }
  | { readonly type: 'requests'; readonly count: number };
