import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Batches of charges.
 * https://paystack.com/docs/api/bulk-charge/#list
 */
export const bulkCharges = {
  type: 'DeclarativeStream',
  name: 'bulk_charges',
  primary_key: ['id'],
  retriever: list('/bulkcharge'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('bulk_charges'),
} as const satisfies DeclarativeStream;
