import type { DeclarativeStream } from '../../../declarative/components.js';
import { addParentIds, byPageOf, listOfEach, schema, wholeListBy } from '../defaults.js';
import { errorHandler, vanished } from '../error-handler.js';
import { recipients } from './recipients.js';

const ofRecipients = listOfEach(
  recipients,
  'recipient_id',
  '/recipients/{{ stream_partition.recipient_id }}/bulk_anticipations',
);

/**
 * Money asked for ahead of its day (antecipações). Two sources name two paths; the other one is tried where the
 * first is unknown.
 * https://docs.pagar.me/reference/retornando-antecipações
 */
export const recipientAnticipations = {
  type: 'DeclarativeStream',
  name: 'recipient_anticipations',
  primary_key: ['id'],
  retriever: {
    ...ofRecipients,
    requester: {
      ...ofRecipients.requester,
      // The first path takes POST in any case; whoever knows no GET there may say so.
      error_handler: errorHandler([
        { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [405, 501] },
        ...vanished,
      ]),
      extensions: {
        ...ofRecipients.requester.extensions,
        alternative_path: '/recipients/{{ stream_partition.recipient_id }}/anticipations',
      },
    },
    // The second path takes `size` where the first one takes `count`.
    paginator: { ...byPageOf(100, 'count'), extensions: { page_size_alias: 'size' } },
  },
  transformations: [addParentIds('recipient_id')],
  incremental_sync: wholeListBy('updated_at', 'created_at'),
  schema_loader: schema('recipient_anticipations'),
} as const satisfies DeclarativeStream;
