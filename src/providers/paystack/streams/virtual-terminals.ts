import type { DeclarativeStream } from '../../../declarative/components.js';
import { byCursorOrPage, list, schema } from '../defaults.js';

/**
 * Neither a date filter nor a date of change.
 * https://paystack.com/docs/api/virtual-terminal/#list
 */
export const virtualTerminals = {
  type: 'DeclarativeStream',
  name: 'virtual_terminals',
  primary_key: ['id'],
  retriever: { ...list('/virtual_terminal'), paginator: byCursorOrPage },
  schema_loader: schema('virtual_terminals'),
} as const satisfies DeclarativeStream;
