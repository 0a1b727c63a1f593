import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Dedicated virtual accounts.
 * https://paystack.com/docs/api/dedicated-virtual-account/#list
 */
export const dedicatedAccounts = {
  type: 'DeclarativeStream',
  name: 'dedicated_accounts',
  primary_key: ['id'],
  retriever: list('/dedicated_account'),
  incremental_sync: wholeListBy('updated_at', { cursor_field_aliases: ['updatedAt'] }),
  schema_loader: schema('dedicated_accounts'),
} as const satisfies DeclarativeStream;
