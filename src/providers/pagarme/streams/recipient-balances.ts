import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, listOfEach, schema } from '../defaults.js';
import { recipients } from './recipients.js';

/**
 * What each recipient has now. The API keeps no history, so each row says when it was read.
 * https://docs.pagar.me/reference/obter-saldo
 */
export const recipientBalances = {
  type: 'DeclarativeStream',
  name: 'recipient_balances',
  primary_key: ['recipient_id'],
  retriever: {
    ...listOfEach(recipients, 'recipient_id', '/recipients/{{ stream_partition.recipient_id }}/balance'),
    record_selector: {
      type: 'RecordSelector',
      extractor: {
        type: 'DpathExtractor',
        field_path: [],
        extensions: { single_object: { with_field: 'available_amount' } },
      },
    },
    paginator: { type: 'NoPagination' },
  },
  transformations: [
    addParentIds('recipient_id'),
    {
      type: 'AddFields',
      fields: [{ type: 'AddedFieldDefinition', path: ['snapshot_at'], value: { type: 'now_utc' } }],
    },
  ],
  schema_loader: schema('recipient_balances'),
} as const satisfies DeclarativeStream;
