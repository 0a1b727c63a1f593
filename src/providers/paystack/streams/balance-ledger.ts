import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Every movement of the balance, never changed afterwards and newest first. Only one of the vendor's sources
 * documents `from` and `to`, but where the API ignores them, reading can stop at what is known.
 * https://paystack.com/docs/api/transfer-control/#balance-ledger
 */
export const balanceLedger = {
  type: 'DeclarativeStream',
  name: 'balance_ledger',
  primary_key: ['id'],
  retriever: list('/balance/ledger'),
  incremental_sync: {
    ...createdBetween('createdAt', 'created_at'),
    is_data_feed: true,
  },
  schema_loader: schema('balance_ledger'),
} as const satisfies DeclarativeStream;
