import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListBy } from '../defaults.js';
import { subscriptions } from './subscriptions.js';

/** https://docs.pagar.me/reference/listar-ciclos */
export const subscriptionCycles = {
  type: 'DeclarativeStream',
  name: 'subscription_cycles',
  primary_key: ['id'],
  retriever: listOfEach(
    subscriptions,
    'subscription_id',
    '/subscriptions/{{ stream_partition.subscription_id }}/cycles',
  ),
  transformations: [addParentIds('subscription_id')],
  incremental_sync: wholeListBy('updated_at', 'created_at'),
  schema_loader: schema('subscription_cycles'),
} as const satisfies DeclarativeStream;
