import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Money sent to recipients. The status filter is left out: one source claims that it has a default, real
 * answers show all states.
 * https://paystack.com/docs/api/transfer/#list
 */
export const transfers = {
  type: 'DeclarativeStream',
  name: 'transfers',
  primary_key: ['id'],
  retriever: list('/transfer'),
  incremental_sync: createdBetween('createdAt', 'created_at'),
  schema_loader: schema('transfers'),
} as const satisfies DeclarativeStream;
