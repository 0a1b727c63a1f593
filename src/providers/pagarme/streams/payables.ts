import { requestParameter } from '../../../declarative/components.js';
import type { DeclarativeStream } from '../../../declarative/components.js';
import { createdBetween, list, requester, schema } from '../defaults.js';

/**
 * What is due to a recipient for each installment (recebíveis). A row changes when it is paid or anticipated but
 * does not say when; the API can be asked for it all the same. Paid ones are kept for 24 months.
 * https://docs.pagar.me/reference/retornando-recebíveis
 */
export const payables = {
  type: 'DeclarativeStream',
  name: 'payables',
  primary_key: ['id'],
  retriever: {
    ...list('/payables'),
    requester: requester('/payables'),
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        page_size: 1000,
        cursor_value: { response: ['paging', 'forward_cursor'] },
        // Documented is none; if there is one, it is as in the other lists.
        extensions: { required: true, total: ['paging', 'total'] },
      },
      page_size_option: requestParameter('size'),
      page_token_option: requestParameter('forward_cursor'),
    },
  },
  incremental_sync: createdBetween({
    changed_since: {
      start_time_option: requestParameter('updated_since'),
      end_time_option: requestParameter('updated_until'),
    },
  }),
  schema_loader: schema('payables'),
} as const satisfies DeclarativeStream;
