import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetweenDays, list, schema } from '../defaults.js';

/**
 * The vendor's two sources disagree on the name of the creation date, so both are read. The date parameters
 * are documented as days.
 * https://paystack.com/docs/api/refund/#list
 */
export const refunds = {
  type: 'DeclarativeStream',
  name: 'refunds',
  primary_key: ['id'],
  retriever: list('/refund'),
  incremental_sync: createdBetweenDays('createdAt', 'created_at'),
  schema_loader: schema('refunds'),
} as const satisfies DeclarativeStream;
