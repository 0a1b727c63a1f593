import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Payments. A row changes after its creation (reversed by a refund or chargeback, say) without any date that
 * shows it, so the lookback window reads it again.
 * https://paystack.com/docs/api/transaction/#list
 */
export const transactions = {
  type: 'DeclarativeStream',
  name: 'transactions',
  primary_key: ['id'],
  retriever: list('/transaction'),
  incremental_sync: createdBetween('createdAt', 'created_at'),
  schema_loader: schema('transactions'),
} as const satisfies DeclarativeStream;
