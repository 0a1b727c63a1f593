import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListByChange } from '../defaults.js';
import { customers } from './customers.js';

/**
 * Cards on file, always masked.
 * https://docs.pagar.me/reference/listar-cartões
 */
export const customerCards = {
  type: 'DeclarativeStream',
  name: 'customer_cards',
  primary_key: ['id'],
  retriever: listOfEach(customers, 'customer_id', '/customers/{{ stream_partition.customer_id }}/cards'),
  transformations: [addParentIds('customer_id')],
  incremental_sync: wholeListByChange('deleted_at'),
  schema_loader: schema('customer_cards'),
} as const satisfies DeclarativeStream;
