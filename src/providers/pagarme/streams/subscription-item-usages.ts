import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListOf } from '../defaults.js';
import { subscriptionItems } from './subscription-items.js';

/**
 * What was used of an item, for each item of each subscription.
 * https://docs.pagar.me/reference/listar-usos
 */
export const subscriptionItemUsages = {
  type: 'DeclarativeStream',
  name: 'subscription_item_usages',
  primary_key: ['id'],
  retriever: listOfEach(
    subscriptionItems,
    'subscription_item_id',
    '/subscriptions/{{ stream_partition.subscription_id }}/items/{{ stream_partition.subscription_item_id }}/usages',
  ),
  transformations: [addParentIds('subscription_id', 'subscription_item_id')],
  incremental_sync: wholeListOf('created_at', ['deleted_at'], ['used_at']),
  schema_loader: schema('subscription_item_usages'),
} as const satisfies DeclarativeStream;
