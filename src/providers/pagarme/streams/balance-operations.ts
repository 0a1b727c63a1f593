import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, requester, schema } from '../defaults.js';
import { errorHandler } from '../error-handler.js';

/**
 * Discontinued by the vendor on 2026-08-28; kept for accounts where it still answers.
 * https://docs.pagar.me/docs/mudanças-de-apis
 */
export const balanceOperations = {
  type: 'DeclarativeStream',
  name: 'balance_operations',
  primary_key: ['id'],
  retriever: {
    ...list('/balance/operations'),
    requester: {
      ...requester('/balance/operations'),
      error_handler: errorHandler([
        {
          type: 'HttpResponseFilter',
          action: 'FAIL',
          http_codes: [400, 404, 405, 410],
          failure_type: 'config_error',
          error_message:
            'Pagar.me has discontinued the balance operations (on 2026-08-28). Use the streams payables (what is due and when) and settlements (what was paid) instead, and leave this one out; rows that were synced before stay in your destination.',
        },
      ]),
    },
  },
  incremental_sync: createdBetween(),
  schema_loader: schema('balance_operations'),
} as const satisfies DeclarativeStream;
