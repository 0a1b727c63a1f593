import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEachWithSlash, schema, wholeListOf } from '../defaults.js';
import { subscriptions } from './subscriptions.js';

/**
 * Its records have a date of creation and, once removed, one of deletion.
 * https://docs.pagar.me/reference/listar-incrementos
 */
export const subscriptionIncrements = {
  type: 'DeclarativeStream',
  name: 'subscription_increments',
  primary_key: ['id'],
  retriever: listOfEachWithSlash(
    subscriptions,
    'subscription_id',
    '/subscriptions/{{ stream_partition.subscription_id }}/increments',
  ),
  transformations: [addParentIds('subscription_id')],
  incremental_sync: wholeListOf('created_at', ['deleted_at']),
  schema_loader: schema('subscription_increments'),
} as const satisfies DeclarativeStream;
