import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListByChange } from '../defaults.js';
import { customers } from './customers.js';

/** https://docs.pagar.me/reference/listar-endereços */
export const customerAddresses = {
  type: 'DeclarativeStream',
  name: 'customer_addresses',
  primary_key: ['id'],
  retriever: listOfEach(customers, 'customer_id', '/customers/{{ stream_partition.customer_id }}/addresses'),
  transformations: [addParentIds('customer_id')],
  incremental_sync: wholeListByChange('deleted_at'),
  schema_loader: schema('customer_addresses'),
} as const satisfies DeclarativeStream;
