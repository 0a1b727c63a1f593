import type { DeclarativeStream } from '../../../declarative/components.js';
import { childRequester, list, schema, wholeListBy } from '../defaults.js';
import { settlements } from './settlements.js';

/**
 * The transactions that make up a settlement, for each settlement that is new or has changed.
 * https://paystack.com/docs/api/settlement/#transactions
 */
export const settlementTransactions = {
  type: 'DeclarativeStream',
  name: 'settlement_transactions',
  primary_key: ['settlement_id', 'id'],
  retriever: {
    ...list(''),
    requester: childRequester('/settlement/{{ stream_partition.settlement_id }}/transactions'),
    partition_router: {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        {
          type: 'ParentStreamConfig',
          stream: settlements,
          parent_key: 'id',
          partition_field: 'settlement_id',
          incremental_dependency: true,
          extensions: { newest_first_by: 'createdAt' },
        },
      ],
    },
  },
  transformations: [
    {
      type: 'AddFields',
      fields: [
        {
          type: 'AddedFieldDefinition',
          path: ['settlement_id'],
          value: { type: 'stream_partition', field: 'settlement_id' },
        },
        { type: 'AddedFieldDefinition', path: ['settlement_created_at'], value: { type: 'parent_cursor' } },
      ],
    },
  ],
  incremental_sync: wholeListBy('settlement_created_at', {
    cursor_field_aliases: ['createdAt', 'created_at'],
    change_fields: [['updatedAt']],
  }),
  schema_loader: schema('settlement_transactions'),
} as const satisfies DeclarativeStream;
