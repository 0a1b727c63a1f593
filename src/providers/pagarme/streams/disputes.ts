import { requestParameter } from '../../../declarative/components.js';
import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, requester, schema, wholeListBy } from '../defaults.js';

/**
 * Chargebacks. They have an API of their own, with the same key; amounts are texts in reais, not cents.
 * The list can be filtered by creation only. Parameters and envelope are those of the vendor's OpenAPI file for
 * disputes (2026-02); should they be others, the stream fails rather than stop at its first page.
 * https://docs.pagar.me/reference/disputas
 */
export const disputes = {
  type: 'DeclarativeStream',
  name: 'disputes',
  primary_key: ['disputeId'],
  retriever: {
    ...list('/disputes'),
    requester: {
      ...requester('/disputes'),
      url_base: 'https://api.stone.com.br/v1',
      extensions: { url_base_variable: 'PAGARME_DISPUTES_API_URL' },
    },
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        page_size: 100,
        cursor_value: { response: ['page', 'forwardCursor'] },
        extensions: { required: true },
      },
      page_size_option: requestParameter('limit'),
      page_token_option: requestParameter('forwardCursor'),
    },
  },
  incremental_sync: wholeListBy('updatedAt', 'createdAt'),
  schema_loader: schema('disputes'),
} as const satisfies DeclarativeStream;
