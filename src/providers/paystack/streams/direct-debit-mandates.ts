import { requestParameter } from '../../../declarative/components.js';
import type { DeclarativeStream } from '../../../declarative/components.js';
import { list, schema } from '../defaults.js';

/**
 * The one list with `per_page`, `cursor` and a state that changes without a date.
 * https://paystack.com/docs/api/direct-debit/
 */
export const directDebitMandates = {
  type: 'DeclarativeStream',
  name: 'direct_debit_mandates',
  primary_key: ['id'],
  retriever: {
    ...list('/directdebit/mandate-authorizations'),
    paginator: {
      type: 'DefaultPaginator',
      pagination_strategy: {
        type: 'CursorPagination',
        page_size: 100,
        cursor_value: { response: ['meta', 'next'] },
        extensions: { total: ['meta', 'total'] },
      },
      page_size_option: requestParameter('per_page'),
      page_token_option: requestParameter('cursor'),
    },
  },
  schema_loader: schema('direct_debit_mandates'),
} as const satisfies DeclarativeStream;
