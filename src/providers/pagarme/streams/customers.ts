import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * The API has no date filter for customers.
 * https://docs.pagar.me/reference/listar-clientes
 */
export const customers = {
  type: 'DeclarativeStream',
  name: 'customers',
  primary_key: ['id'],
  retriever: list('/customers'),
  incremental_sync: wholeListBy('updated_at', 'created_at'),
  schema_loader: schema('customers'),
} as const satisfies DeclarativeStream;
