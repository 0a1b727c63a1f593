import type { DeclarativeStream } from '../../../declarative/components.js';
import { schema, singlePage } from '../defaults.js';

/**
 * What the account holds now, for each currency. The API keeps no history, so each row says when it was read.
 * https://paystack.com/docs/api/transfer-control/#balance
 */
export const balance = {
  type: 'DeclarativeStream',
  name: 'balance',
  primary_key: ['currency'],
  retriever: singlePage('/balance'),
  transformations: [
    {
      type: 'AddFields',
      fields: [{ type: 'AddedFieldDefinition', path: ['snapshot_at'], value: { type: 'now_utc' } }],
    },
  ],
  schema_loader: schema('balance'),
} as const satisfies DeclarativeStream;
