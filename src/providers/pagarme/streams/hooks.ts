import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, schema } from '../defaults.js';

/**
 * Deliveries of webhooks, each with a copy of the object it was about. There are some only if a webhook is
 * configured in the dashboard.
 * https://docs.pagar.me/reference/listar-webhooks
 */
export const hooks = {
  type: 'DeclarativeStream',
  name: 'hooks',
  primary_key: ['id'],
  retriever: list('/hooks'),
  incremental_sync: createdBetween(),
  schema_loader: schema('hooks'),
} as const satisfies DeclarativeStream;
