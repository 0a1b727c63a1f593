import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetweenDays, list, schema } from '../defaults.js';

/**
 * Chargebacks and complaints. The date parameters are documented as days.
 * https://paystack.com/docs/api/dispute/#list
 */
export const disputes = {
  type: 'DeclarativeStream',
  name: 'disputes',
  primary_key: ['id'],
  retriever: list('/dispute'),
  incremental_sync: createdBetweenDays('createdAt', 'created_at'),
  schema_loader: schema('disputes'),
} as const satisfies DeclarativeStream;
