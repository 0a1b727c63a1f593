import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/** https://paystack.com/docs/api/product/#list */
export const products = {
  type: 'DeclarativeStream',
  name: 'products',
  primary_key: ['id'],
  retriever: list('/product'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('products'),
} as const satisfies DeclarativeStream;
