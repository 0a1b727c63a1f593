import { requestParameter } from '../../../declarative/components.js';
import type { DeclarativeStream } from '../../../declarative/components.js';
import { byPageOf, list, schema } from '../defaults.js';

/**
 * What was paid to recipients (liquidações), by day of payment. The API wants a range of days with every request;
 * how long it may be is not documented. Some sources show a plain list, others `{data}`.
 * https://docs.pagar.me/reference/retornando-pagamentos
 */
export const settlements = {
  type: 'DeclarativeStream',
  name: 'settlements',
  primary_key: ['id'],
  retriever: {
    ...list('/settlements'),
    paginator: byPageOf(2000, 'limit'),
  },
  incremental_sync: {
    type: 'DatetimeBasedCursor',
    cursor_field: 'payment_date',
    datetime_format: '%Y-%m-%d',
    start_time_option: requestParameter('payment_date_start'),
    end_time_option: requestParameter('payment_date_end'),
    step: 'P14D',
    cursor_granularity: 'P1D',
    // A pending settlement is dated on the day to come on which it will be paid.
    extensions: { limited_range: true, look_ahead: 'P45D' },
  },
  schema_loader: schema('settlements'),
} as const satisfies DeclarativeStream;
