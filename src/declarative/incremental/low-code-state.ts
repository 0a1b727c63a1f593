/**
 * The states that the cursors of Airbyte's low-code runtime write, for connections that move here. Their forms are
 * those of `airbyte_cdk/sources/declarative/incremental` and `concurrent_partition_cursor.py` (airbyte-cdk 7).
 */
import { isObject } from '../../protocol/json-object.js';
import type { JsonObject, JsonValue } from '../../protocol/messages.js';
import type { DeclarativeStream } from '../components.js';
import { parseTimestamp, toIso } from '../datetime.js';

const listAt = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);

/** The first unbroken range of a sync under way: from where on, and its mark. */
function firstRange(state: JsonObject): Extract<LowCodeMark, object> {
  const [first] = listAt(state['slices']);
  const { start, most_recent_cursor_value: mark } = isObject(first) ? first : {};
  return { since: start, from: mark ?? start };
}

/** All timestamps in a state of one partition, or of the parents. */
function timesIn(value: JsonValue | undefined): number[] {
  if (typeof value === 'string') {
    const time = parseTimestamp(value);
    return time === undefined ? [] : [time];
  }
  if (isObject(value)) {
    return isDateRange(value) ? timesIn(firstRange(value).from) : Object.values(value).flatMap(timesIn);
  }
  return [];
}

const isDateRange = (state: JsonObject): boolean => state['state_type'] === 'date-range';

/**
 * The mark of the partition that is furthest behind, so that nothing is left out in any.
 * @returns undefined if partitions that are not listed have not been read at all
 */
function markOfPartitions(state: JsonObject): string | undefined {
  const common = [state['state'], state['parent_state']].flatMap(timesIn);
  if (common.length === 0) return undefined;
  const own = listAt(state['states']).flatMap((one) => timesIn(isObject(one) ? one['cursor'] : undefined));
  const { lookback_window: seconds } = state;
  const lookback = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : 0;
  return toIso(Math.min(...common, ...own) - lookback);
}

/** Where a state of Airbyte's runtime says to go on. */
export type LowCodeMark =
  | {
      readonly from: JsonValue | undefined;
      /** From when on everything up to there has been read; undefined if it does not say. */
      readonly since?: JsonValue | undefined;
    }
  /** It says of no time that everything before it has been read. */
  | 'beginning'
  /** The state has not one of these forms. */
  | 'none';

export function lowCodeMark(state: JsonObject): LowCodeMark {
  if (isDateRange(state)) return firstRange(state);
  if (!('use_global_cursor' in state) && !Array.isArray(state['states'])) return 'none';
  const from = markOfPartitions(state);
  return from === undefined ? 'beginning' : { from };
}

/**
 * What that runtime looks for in the state of a child list beside its cursor: the state of the parents, if those are
 * read by date. Without it, it would read all of them again.
 * @param state of the child list
 */
export function parentsState(
  { retriever, incremental_sync }: DeclarativeStream,
  state: JsonObject,
): JsonObject {
  const router = retriever.partition_router;
  if (router === undefined || incremental_sync === undefined) return {};
  const [{ stream, incremental_dependency }] = router.parent_stream_configs;
  const mark = state[incremental_sync.cursor_field];
  if (!incremental_dependency || stream.incremental_sync === undefined || mark === undefined) return {};
  return { parent_state: { [stream.name]: { [stream.incremental_sync.cursor_field]: mark } } };
}
