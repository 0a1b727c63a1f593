import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Payment requests. Archived ones are left out by the API unless asked for.
 * https://paystack.com/docs/api/payment-request/#list
 */
export const invoices = {
  type: 'DeclarativeStream',
  name: 'invoices',
  primary_key: ['id'],
  retriever: list('/paymentrequest', { include_archive: 'true' }),
  incremental_sync: createdBetween('created_at', 'createdAt'),
  schema_loader: schema('invoices'),
} as const satisfies DeclarativeStream;
