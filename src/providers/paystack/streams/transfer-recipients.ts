import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Deleted ones stay in the list, with `is_deleted`.
 * https://paystack.com/docs/api/transfer-recipient/#list
 */
export const transferRecipients = {
  type: 'DeclarativeStream',
  name: 'transfer_recipients',
  primary_key: ['id'],
  retriever: list('/transferrecipient'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('transfer_recipients'),
} as const satisfies DeclarativeStream;
