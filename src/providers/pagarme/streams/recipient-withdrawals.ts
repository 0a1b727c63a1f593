import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema, wholeListBy } from '../defaults.js';
import { recipients } from './recipients.js';

/**
 * They change until the money has arrived, so the whole list of each recipient is read.
 * https://docs.pagar.me/reference/listar-saques
 */
export const recipientWithdrawals = {
  type: 'DeclarativeStream',
  name: 'recipient_withdrawals',
  primary_key: ['id'],
  retriever: listOfEach(
    recipients,
    'recipient_id',
    '/recipients/{{ stream_partition.recipient_id }}/withdrawals',
  ),
  transformations: [addParentIds('recipient_id')],
  incremental_sync: wholeListBy('updated_at', 'created_at'),
  schema_loader: schema('recipient_withdrawals'),
} as const satisfies DeclarativeStream;
