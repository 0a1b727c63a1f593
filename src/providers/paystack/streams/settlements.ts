import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Payouts to the merchant's bank. One source only documents `from` and `to`, so the whole list is read; a
 * settlement that changed is taken again.
 * https://paystack.com/docs/api/settlement/#list
 */
export const settlements = {
  type: 'DeclarativeStream',
  name: 'settlements',
  primary_key: ['id'],
  retriever: list('/settlement'),
  incremental_sync: wholeListBy('createdAt', {
    cursor_field_aliases: ['created_at'],
    change_fields: [['updatedAt']],
  }),
  schema_loader: schema('settlements'),
} as const satisfies DeclarativeStream;
