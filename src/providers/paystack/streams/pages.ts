import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * Payment pages.
 * https://paystack.com/docs/api/page/#list
 */
export const pages = {
  type: 'DeclarativeStream',
  name: 'pages',
  primary_key: ['id'],
  retriever: list('/page'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('pages'),
} as const satisfies DeclarativeStream;
