import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListByChange } from '../defaults.js';

/**
 * Deleted ones stay in the list, with `deleted_at`.
 * https://docs.pagar.me/reference/listar-planos
 */
export const plans = {
  type: 'DeclarativeStream',
  name: 'plans',
  primary_key: ['id'],
  retriever: list('/plans'),
  incremental_sync: wholeListByChange('deleted_at'),
  schema_loader: schema('plans'),
} as const satisfies DeclarativeStream;
