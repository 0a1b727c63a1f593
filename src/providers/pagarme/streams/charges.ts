import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Charges, each with its last transaction. A charge that was tried again after an antifraud refusal has a new id;
 * join on the order.
 * https://docs.pagar.me/reference/listar-cobranças
 */
export const charges = {
  type: 'DeclarativeStream',
  name: 'charges',
  primary_key: ['id'],
  retriever: list('/charges'),
  incremental_sync: createdBetween(),
  schema_loader: schema('charges'),
} as const satisfies DeclarativeStream;
