/** The request parameters of an incremental sync, as a manifest says them. */
import type { JsonObject } from '../../protocol/messages.js';
import { DEFAULT_CURSOR_GRANULARITY } from '../components.js';
import type { DatetimeBasedCursor, RequestOption } from '../components.js';
import { literal, template } from './jinja.js';

/** The slice's own bounds, in every expression of the stream. The end is its last grain, not the one behind. */
export const SLICE_START = "stream_interval['start_time']";
export const SLICE_END = "stream_interval['end_time']";

/** How the two lists of `changed_since` are told apart. */
const LIST_FIELD = 'list';
const CREATED = 'created';
const CHANGED = 'changed';

/** Whether the list is that of new records, where a stream reads two. */
export const IS_CREATED_LIST = `stream_partition[${literal(LIST_FIELD)}] == ${literal(CREATED)}`;

export interface CursorRequests {
  /** Name, or a template for it → template. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly partition_router?: JsonObject;
}

/** ISO 8601 duration that a request reaches beyond the slice on both sides. */
const MARGIN = 'P1D';

/**
 * Bounds of a request, wider than the slice: they may be inclusive or exclusive, and cut to the day of some
 * time zone.
 */
function boundsOf({ datetime_format, cursor_granularity }: DatetimeBasedCursor): {
  start: string;
  end: string;
} {
  // The macro knows no milliseconds, and a day further they do not matter.
  const format = literal(datetime_format.replace('%_ms', '000'));
  const grain = literal(cursor_granularity ?? DEFAULT_CURSOR_GRANULARITY);
  return {
    start: template(
      `format_datetime(str_to_datetime(${SLICE_START}) - duration(${literal(MARGIN)}), ${format})`,
    ),
    end: template(
      `format_datetime(str_to_datetime(${SLICE_END}) + duration(${grain}) + duration(${literal(MARGIN)}), ${format})`,
    ),
  };
}

export function dateFilter(definition: DatetimeBasedCursor, start: RequestOption): CursorRequests {
  const { end_time_option: end } = definition;
  const bounds = boundsOf(definition);
  return {
    parameters: {
      [start.field_name]: bounds.start,
      ...(end === undefined ? {} : { [end.field_name]: bounds.end }),
    },
  };
}

/**
 * Two lists of one stream, as partitions: new records, and older ones that have changed since the last sync.
 * Which records are older the record filter decides.
 */
export function dateFilterAndChanges(
  definition: DatetimeBasedCursor,
  created: { start: RequestOption; end: RequestOption },
  changed: { start: RequestOption; end: RequestOption },
): CursorRequests {
  const { start, end } = boundsOf(definition);
  const name = (one: RequestOption, other: RequestOption): string =>
    template(`${literal(one.field_name)} if ${IS_CREATED_LIST} else ${literal(other.field_name)}`);
  return {
    parameters: { [name(created.start, changed.start)]: start, [name(created.end, changed.end)]: end },
    partition_router: {
      type: 'ListPartitionRouter',
      cursor_field: LIST_FIELD,
      values: [CREATED, CHANGED],
    },
  };
}
