import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListBy } from '../defaults.js';
import { recipients } from './recipients.js';

/**
 * They change until the money has arrived, so the whole list of each recipient is read.
 * https://docs.pagar.me/reference/listar-transferências
 */
export const recipientTransfers = {
  type: 'DeclarativeStream',
  name: 'recipient_transfers',
  primary_key: ['id'],
  retriever: listOfEach(
    recipients,
    'recipient_id',
    '/recipients/{{ stream_partition.recipient_id }}/transfers',
  ),
  transformations: [addParentIds('recipient_id')],
  incremental_sync: wholeListBy('updated_at', 'created_at'),
  schema_loader: schema('recipient_transfers'),
} as const satisfies DeclarativeStream;
