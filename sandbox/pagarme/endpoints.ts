import { CHILD_LISTS } from './child-lists.js';
import type { TopStream } from './data/streams.js';
import type { ListEndpoint } from './list-endpoint.js';
import { TOP_LISTS } from './top-lists.js';

export const LIST_ENDPOINTS: readonly ListEndpoint[] = [...TOP_LISTS, ...CHILD_LISTS];

/** A single record by its id: `GET /charges/{id}`. Payables and balance operations no longer have it. */
export const READABLE_BY_ID: readonly TopStream[] = [
  'orders',
  'charges',
  'customers',
  'subscriptions',
  'plans',
  'invoices',
  'recipients',
  'transfers',
  'settlements',
  'hooks',
];
