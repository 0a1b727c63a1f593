import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/** https://paystack.com/docs/api/customer/#list */
export const customers = {
  type: 'DeclarativeStream',
  name: 'customers',
  primary_key: ['id'],
  retriever: list('/customer'),
  incremental_sync: createdBetween('createdAt', 'created_at'),
  schema_loader: schema('customers'),
} as const satisfies DeclarativeStream;
