import type { DeclarativeStream } from '../../../declarative/components.js';
import { byCursor, list, schema } from '../defaults.js';

/**
 * Banks that the vendor knows; the same for every account. Without `use_cursor` the list has no pages.
 * https://paystack.com/docs/api/miscellaneous/#bank
 */
export const banks = {
  type: 'DeclarativeStream',
  name: 'banks',
  primary_key: ['id'],
  retriever: { ...list('/bank', { use_cursor: 'true' }), paginator: byCursor },
  schema_loader: schema('banks'),
} as const satisfies DeclarativeStream;
