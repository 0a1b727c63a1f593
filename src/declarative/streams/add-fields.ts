import type { AddedValue, AddFields } from '../components.js';
import { toIso } from '../datetime.js';
import type { StreamPartition } from '../stream-slice.js';

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

/** A field to add: its name and its raw JSON value. */
export interface AddedField {
  readonly name: string;
  readonly raw: string;
}

/**
 * The fields that a stream adds to the records of a page.
 * @param now Unix ms
 */
export function addedFields(
  transformations: readonly AddFields[] | undefined,
  partition: StreamPartition,
  now: number,
): AddedField[] {
  return (transformations ?? []).flatMap(({ fields }) =>
    fields.map(({ path, value }) => ({ name: path[0], raw: rawValue(value, partition, now) })),
  );
}

/** Fields as members of a JSON object. */
export function toMembers(fields: readonly AddedField[]): string {
  return fields.map(({ name, raw }) => `${JSON.stringify(name)}:${raw}`).join(',');
}
