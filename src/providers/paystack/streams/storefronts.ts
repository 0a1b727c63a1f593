import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema } from '../defaults.js';

/**
 * The list carries no dates.
 * https://paystack.com/docs/api/
 */
export const storefronts = {
  type: 'DeclarativeStream',
  name: 'storefronts',
  primary_key: ['id'],
  retriever: list('/storefront'),
  schema_loader: schema('storefronts'),
} as const satisfies DeclarativeStream;
