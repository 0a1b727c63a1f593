import { requestParameter } from '../../../declarative/components.js';
import type { DeclarativeStream } from '../../../declarative/components.js';
import { byPageOf, list, schema, wholeListBy } from '../defaults.js';

/**
 * Transfers to bank accounts. One source has `count`, a cursor in a header and a plain list, the other one pages
 * and `{data, paging}`.
 * https://docs.pagar.me/reference/retornando-transferências
 */
export const transfers = {
  type: 'DeclarativeStream',
  name: 'transfers',
  primary_key: ['id'],
  retriever: {
    ...list('/transfers'),
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        page_size: 1000,
        cursor_value: { headers: 'x-cursor-nextpage' },
      },
      page_size_option: requestParameter('count'),
      page_token_option: requestParameter('cursor'),
      extensions: {
        page_fallback: { when: [['paging']], at_full_page: true, paginator: byPageOf(30, 'size') },
      },
    },
  },
  incremental_sync: wholeListBy('updated_at', 'created_at', 'date_updated', 'date_created'),
  schema_loader: schema('transfers'),
} as const satisfies DeclarativeStream;
