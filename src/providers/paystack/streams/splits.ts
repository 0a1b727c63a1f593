import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Transaction splits.
 * https://paystack.com/docs/api/split/#list
 */
export const splits = {
  type: 'DeclarativeStream',
  name: 'splits',
  primary_key: ['id'],
  retriever: list('/split'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('splits'),
} as const satisfies DeclarativeStream;
