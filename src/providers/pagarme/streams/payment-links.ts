import type { DeclarativeStream } from '../../../declarative/components.js';
import { byPageOf, list, schema } from '../defaults.js';

/**
 * Links to a checkout. The API takes no date and at most 30 a page.
 * https://docs.pagar.me/reference/listar-links-de-pagamento
 */
export const paymentLinks = {
  type: 'DeclarativeStream',
  name: 'payment_links',
  primary_key: ['id'],
  retriever: { ...list('/paymentlinks'), paginator: byPageOf(30, 'size') },
  schema_loader: schema('payment_links'),
} as const satisfies DeclarativeStream;
