import type { ChildStream, TopStream } from './data/streams.js';

/**
 * The lists as data. Facts: https://docs.pagar.me/reference and the response models of Pagar.me's own Node SDK, both
 * as of the changes of 2026-08-28.
 */

export type Paging =
  | 'page' // `page` and `size`; {data, paging: {total, previous, next}}
  | 'forward-cursor' // `forward_cursor` and `size`; {data, paging: {forward_cursor}}
  | 'header-cursor' // `cursor` and `count`; a root array, the next cursor in a response header
  | 'limit' // `page` and `limit`; a root array
  | 'count' // `page` and `count`; {data, paging}
  | 'dispute-cursor'
  | 'single'; // one object

export type Scope = 'Transacional' | 'Financeiro' | 'Recebedores';

/** The record's creation time, in `ListEndpoint.dates`. */
export const CREATED_TIME = '@created';

export interface ListEndpoint {
  /** `{id}` and `{item_id}` stand for the ids of the parents. */
  readonly path: string;
  readonly stream: TopStream | ChildStream;
  /** What the API calls a record in "… not found." */
  readonly noun: string;
  readonly paging: Paging;
  /** Largest page where it is published; the others follow a quirk. */
  readonly maxSize?: number;
  /** `paging` holds nothing but `total`, as in the documentation's sample. */
  readonly totalOnly?: true;
  /** Query parameters `<name>_since` and `<name>_until` → the time that they bound. */
  readonly dates?: Readonly<Record<string, string>>;
  /** Query parameter → path in the record. */
  readonly filters?: Readonly<Record<string, string>>;
  /** Which scope covers which list is documented for disputes alone; the others are a guess by subject. */
  readonly scope: Scope;
  /** The list is on Stone's host. */
  readonly isStone?: true;
}
