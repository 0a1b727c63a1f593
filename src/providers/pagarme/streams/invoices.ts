import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Invoices of subscriptions. They carry no date of change.
 * https://docs.pagar.me/reference/listar-faturas
 */
export const invoices = {
  type: 'DeclarativeStream',
  name: 'invoices',
  primary_key: ['id'],
  retriever: list('/invoices'),
  incremental_sync: createdBetween(),
  schema_loader: schema('invoices'),
} as const satisfies DeclarativeStream;
