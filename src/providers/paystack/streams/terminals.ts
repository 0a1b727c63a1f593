import type { DeclarativeStream } from '../../../declarative/components.js';
import { byCursorOrPage, list, schema } from '../defaults.js';

/**
 * The list carries no dates.
 * https://paystack.com/docs/api/terminal/#list
 */
export const terminals = {
  type: 'DeclarativeStream',
  name: 'terminals',
  primary_key: ['id'],
  retriever: { ...list('/terminal'), paginator: byCursorOrPage },
  schema_loader: schema('terminals'),
} as const satisfies DeclarativeStream;
