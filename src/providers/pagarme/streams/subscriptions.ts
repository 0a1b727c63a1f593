import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListByChange } from '../defaults.js';

/**
 * Subscriptions live for years and their list can only be filtered by creation, so it is read whole.
 * https://docs.pagar.me/reference/listar-assinaturas
 */
export const subscriptions = {
  type: 'DeclarativeStream',
  name: 'subscriptions',
  primary_key: ['id'],
  retriever: list('/subscriptions'),
  incremental_sync: wholeListByChange('canceled_at'),
  schema_loader: schema('subscriptions'),
} as const satisfies DeclarativeStream;
