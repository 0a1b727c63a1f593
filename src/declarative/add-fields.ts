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

/** The names of the fields that a stream adds to its records. */
export function addedNames(transformations: readonly AddFields[] | undefined): string[] {
  return (transformations ?? []).flatMap(({ fields }) => fields.map(({ path }) => path[0]));
}

/**
 * The fields that a stream adds to each record of a page, as raw JSON members.
 * @param now Unix ms
 * @param present names that the records have already; what the API sends is left as it is
 * @returns empty if it adds none
 */
export function addedFields(
  transformations: readonly AddFields[] | undefined,
  partition: StreamPartition,
  now: number,
  present: readonly string[] = [],
): string {
  return (transformations ?? [])
    .flatMap((transformation) => transformation.fields)
    .filter(({ path }) => !present.includes(path[0]))
    .map(({ path, value }) => `${JSON.stringify(path[0])}:${rawValue(value, partition, now)}`)
    .join(',');
}
