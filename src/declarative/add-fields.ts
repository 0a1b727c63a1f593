import type { AddFields, AddedValue } from './components.js';
import { toIso } from './datetime.js';
import type { StreamPartition } from './stream-slice.js';

function rawValue(value: AddedValue, partition: StreamPartition, now: number): string {
  switch (value.type) {
    case 'stream_partition':
      return partition.values.get(value.field) ?? 'null';
    case 'parent_cursor':
      return partition.parentCursor ?? 'null';
    case 'now_utc':
      return JSON.stringify(toIso(now));
  }
}

/**
 * The fields that a stream adds to each record of a page, as raw JSON members.
 * @param now Unix ms
 * @returns empty if it adds none
 */
export function addedFields(
  transformations: readonly AddFields[] | undefined,
  partition: StreamPartition,
  now: number,
): string {
  return (transformations ?? [])
    .flatMap((transformation) => transformation.fields)
    .map(({ path, value }) => `${JSON.stringify(path[0])}:${rawValue(value, partition, now)}`)
    .join(',');
}
