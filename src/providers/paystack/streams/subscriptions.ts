import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema, wholeListBy } from '../defaults.js';

/**
 * The list has no date of the last change, but each renewal moves the one of the latest invoice. The whole
 * list is read, and a subscription that was renewed is taken again, however old it is.
 * https://paystack.com/docs/api/subscription/#list
 */
export const subscriptions = {
  type: 'DeclarativeStream',
  name: 'subscriptions',
  primary_key: ['id'],
  retriever: list('/subscription'),
  incremental_sync: wholeListBy('createdAt', {
    cursor_field_aliases: ['created_at'],
    change_fields: [
      ['updatedAt'],
      ['updated_at'],
      ['cancelledAt'],
      ['most_recent_invoice', 'updated_at'],
      ['most_recent_invoice', 'created_at'],
    ],
  }),
  schema_loader: schema('subscriptions'),
} as const satisfies DeclarativeStream;
