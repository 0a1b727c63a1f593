import type { DeclarativeStream } from '../../../declarative/components.js';
import { childRequester, list, schema, wholeListBy } from '../defaults.js';
import { bulkCharges } from './bulk-charges.js';

/**
 * The charges in a batch, for each batch that is new or has changed.
 * https://paystack.com/docs/api/bulk-charge/#fetch-charges
 */
export const bulkChargeItems = {
  type: 'DeclarativeStream',
  name: 'bulk_charge_items',
  primary_key: ['id'],
  retriever: {
    ...list(''),
    requester: childRequester('/bulkcharge/{{ stream_partition.bulk_charge_id }}/charges'),
    partition_router: {
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        {
          type: 'ParentStreamConfig',
          stream: bulkCharges,
          parent_key: 'id',
          partition_field: 'bulk_charge_id',
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
          path: ['bulk_charge_id'],
          value: { type: 'stream_partition', field: 'bulk_charge_id' },
        },
        { type: 'AddedFieldDefinition', path: ['bulk_charge_updated_at'], value: { type: 'parent_cursor' } },
      ],
    },
  ],
  incremental_sync: wholeListBy('bulk_charge_updated_at', {
    cursor_field_aliases: ['updatedAt', 'updated_at'],
  }),
  schema_loader: schema('bulk_charge_items'),
} as const satisfies DeclarativeStream;
