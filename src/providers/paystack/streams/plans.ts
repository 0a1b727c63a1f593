import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/** https://paystack.com/docs/api/plan/#list */
export const plans = {
  type: 'DeclarativeStream',
  name: 'plans',
  primary_key: ['id'],
  retriever: list('/plan'),
  incremental_sync: wholeListBy('updatedAt', { cursor_field_aliases: ['updated_at'] }),
  schema_loader: schema('plans'),
} as const satisfies DeclarativeStream;
