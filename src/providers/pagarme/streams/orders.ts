import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Orders, with their items and charges. They change after their creation (a refund, a chargeback) and cannot be
 * asked for by that date, so the lookback window reads them again.
 * https://docs.pagar.me/reference/listar-pedidos
 */
export const orders = {
  type: 'DeclarativeStream',
  name: 'orders',
  primary_key: ['id'],
  retriever: list('/orders'),
  incremental_sync: createdBetween(),
  schema_loader: schema('orders'),
} as const satisfies DeclarativeStream;
