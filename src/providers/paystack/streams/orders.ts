import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Orders of storefronts and payment pages. The vendor's two sources disagree on the name of the date.
 * https://paystack.com/docs/api/
 */
export const orders = {
  type: 'DeclarativeStream',
  name: 'orders',
  primary_key: ['id'],
  retriever: list('/order'),
  incremental_sync: createdBetween('created_at', 'createdAt'),
  schema_loader: schema('orders'),
} as const satisfies DeclarativeStream;
