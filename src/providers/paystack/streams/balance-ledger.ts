import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Every movement of the balance, never changed afterwards and newest first, so that reading can stop at what is
 * known. One source only documents `from` and `to`.
 * https://paystack.com/docs/api/transfer-control/#balance-ledger
 */
export const balanceLedger = {
  type: 'DeclarativeStream',
  name: 'balance_ledger',
  primary_key: ['id'],
  retriever: list('/balance/ledger'),
  incremental_sync: {
    ...wholeListBy('createdAt', { cursor_field_aliases: ['created_at'] }),
    is_data_feed: true,
  },
  schema_loader: schema('balance_ledger'),
} as const satisfies DeclarativeStream;
