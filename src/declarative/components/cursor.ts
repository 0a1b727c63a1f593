/** How a stream is read by date. */
import type { FieldPath, RequestOption } from './values.js';

export interface DatetimeBasedCursor {
  readonly type: 'DatetimeBasedCursor';
  readonly cursor_field: string;
  /** Format of the request's bounds, in strftime tokens and `%_ms` (milliseconds). */
  readonly datetime_format: string;
  /** Left out where the API has no date filter that can be relied on: the list is then read whole. */
  readonly start_time_option?: RequestOption;
  readonly end_time_option?: RequestOption;
  /**
   * ISO 8601 duration of a slice where the API does not say how many pages a range has.
   * @default DEFAULT_STEP
   */
  readonly step?: string;
  /**
   * ISO 8601 duration: the grain of the API's filter. Requests reach one grain further on both sides, and
   * records outside of the slice are dropped by their own date, so bounds may be inclusive or exclusive.
   * @default DEFAULT_CURSOR_GRANULARITY
   */
  readonly cursor_granularity?: string;
  /**
   * The list is newest first. Without a date filter, or where the API ignores it, reading stops once a page is older
   * than the slice, but only if every record so far really came in that order.
   */
  readonly is_data_feed?: boolean;
  readonly extensions?: {
    /** Other names under which the API may send the cursor field. */
    readonly cursor_field_aliases?: readonly string[];
    /**
     * The API can also be asked for what has changed, although the records do not say when: in a sync with
     * state, older records that changed since then are read first, before the new ones.
     */
    readonly changed_since?: {
      readonly start_time_option: RequestOption;
      readonly end_time_option: RequestOption;
    };
    /** ISO 8601 duration that a sync reaches beyond now, for records that carry a date to come. */
    readonly look_ahead?: string;
    /**
     * The vendor does not say which of a record's dates the filter goes by. It might be one that some records do not
     * have, so each sync holds the filter's count against the list without it.
     */
    readonly prove_filter?: true;
    /** Slices are never longer than `step`, because the API limits the range of a request. */
    readonly limited_range?: true;
    /**
     * Paths of further dates that move when a record changes. A record is read again when any of them is
     * new, although the state speaks of the cursor field only.
     */
    readonly change_fields?: readonly FieldPath[];
    /**
     * The cursor field itself moves when a record changes, as a rule; `change_fields` are for what may not move it. So
     * a window that has ended is not read again for them.
     */
    readonly change_moves_cursor?: true;
  };
}
