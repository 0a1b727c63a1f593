import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListByChange } from '../defaults.js';
import { subscriptions } from './subscriptions.js';

/** https://docs.pagar.me/reference/listar-itens */
export const subscriptionItems = {
  type: 'DeclarativeStream',
  name: 'subscription_items',
  primary_key: ['id'],
  retriever: listOfEach(
    subscriptions,
    'subscription_id',
    '/subscriptions/{{ stream_partition.subscription_id }}/items',
  ),
  transformations: [addParentIds('subscription_id')],
  incremental_sync: wholeListByChange('deleted_at'),
  schema_loader: schema('subscription_items'),
} as const satisfies DeclarativeStream;
