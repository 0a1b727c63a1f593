import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, createdBetween, listOfEach, schema } from '../defaults.js';
import { charges } from './charges.js';

const all = listOfEach(charges, 'charge_id', '/charges/{{ stream_partition.charge_id }}/transactions');
const [parent] = all.partition_router.parent_stream_configs;

/** For the charges in the window only: a charge is worth a request as long as it can change. */
const ofCharges = {
  ...all,
  partition_router: {
    ...all.partition_router,
    parent_stream_configs: [{ ...parent, incremental_dependency: true }],
  },
} as const;

/**
 * Every attempt to charge, for each charge that is read: charges keep the last one only.
 * https://docs.pagar.me/reference/listar-transações
 */
export const chargeTransactions = {
  type: 'DeclarativeStream',
  name: 'charge_transactions',
  primary_key: ['id'],
  retriever: ofCharges,
  transformations: [
    addParentIds('charge_id'),
    {
      type: 'AddFields',
      fields: [
        { type: 'AddedFieldDefinition', path: ['charge_created_at'], value: { type: 'parent_cursor' } },
      ],
    },
  ],
  incremental_sync: {
    ...createdBetween({ cursor_field_aliases: ['created_at'] }),
    cursor_field: 'charge_created_at',
  },
  schema_loader: schema('charge_transactions'),
} as const satisfies DeclarativeStream;
