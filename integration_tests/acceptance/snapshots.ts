/** What earlier versions promised, kept as files, and what a later version must not take back. */
import type { AirbyteStream, JsonObject } from '../../src/protocol/messages.js';
import { nodesOf, propertiesOf, typesOf } from '../json-schema.js';
import type { SchemaNode } from '../json-schema.js';

export interface StreamSnapshot {
  readonly primary_key: string[];
  readonly cursor: string | null;
  /** Top-level field → its types, format and airbyte_type, such as `null|string date-time timestamp_with_timezone`. */
  readonly fields: Record<string, string>;
}

export interface CatalogSnapshot {
  readonly streams: Record<string, StreamSnapshot>;
}

function words(schema: JsonObject): string {
  const { format, airbyte_type } = schema;
  const types = typesOf(schema).sort().join('|') || 'any';
  return [types, format, airbyte_type].filter((word) => typeof word === 'string').join(' ');
}

export function catalogSnapshot(streams: readonly AirbyteStream[]): CatalogSnapshot {
  const entries = streams.map(
    ({ name, json_schema, source_defined_primary_key: keys = [], default_cursor_field: cursor }) => {
      const fields = Object.entries(propertiesOf(json_schema)).map(([field, schema]) => [
        field,
        words(schema),
      ]);
      return [
        name,
        {
          primary_key: keys.map((path) => path.join('.')),
          cursor: cursor?.join('.') ?? null,
          fields: Object.fromEntries(fields) as Record<string, string>,
        },
      ] as const;
    },
  );
  return { streams: Object.fromEntries(entries) };
}

function changedFields(stream: string, before: StreamSnapshot, now: StreamSnapshot): string[] {
  return Object.entries(before.fields).flatMap(([field, old]) => {
    const where = `${stream}.${field}`;
    const current = now.fields[field];
    if (current === undefined) return [`${where} is gone`];
    const [oldTypes = '', ...oldFormat] = old.split(' ');
    const [types = '', ...format] = current.split(' ');
    const lost =
      types === 'any' ? [] : oldTypes.split('|').filter((type) => !types.split('|').includes(type));
    return [
      ...lost.map((type) => `${where} is not of type ${type} any more`),
      ...(oldFormat.join() === format.join() ? [] : [`${where} has another format`]),
    ];
  });
}

/** What a new catalog takes from those who use the old one. */
export function catalogBreaks(before: CatalogSnapshot, now: CatalogSnapshot): string[] {
  return Object.entries(before.streams).flatMap(([name, old]) => {
    const current = now.streams[name];
    if (current === undefined) return [`the stream ${name} is gone`];
    return [
      ...changedFields(name, old, current),
      ...(old.cursor === current.cursor ? [] : [`${name} has another cursor`]),
      ...(old.primary_key.join() === current.primary_key.join() ? [] : [`${name} has another key`]),
    ];
  });
}

/** Nodes by path; variants of a oneOf by their title, since they may change places. */
function byPath(schema: JsonObject): Map<string, JsonObject> {
  const name = (node: SchemaNode): string => {
    if (node.parent === undefined) return '';
    const { title } = node.schema;
    const step = node.name ?? (typeof title === 'string' ? title : node.path);
    return `${name(node.parent)}/${step}`;
  };
  return new Map(nodesOf(schema).map((node) => [name(node), node.schema]));
}

function listAt(schema: JsonObject, key: string): string[] {
  const list = schema[key];
  return Array.isArray(list) ? list.map((value) => JSON.stringify(value)) : [];
}

/** Types that a field may come to allow without refusing what it allowed. */
function allows(types: readonly string[], type: string): boolean {
  return types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'));
}

/** Which configs that were valid a new specification may refuse. */
export function specBreaks(before: JsonObject, now: JsonObject): string[] {
  const current = byPath(now);
  return [...byPath(before)].flatMap(([path, old]) => {
    const schema = current.get(path);
    const where = path || 'the root';
    // A field that is gone is ignored from then on, since additional properties are allowed.
    if (schema === undefined)
      return old['title'] !== undefined && path.split('/').length <= 2 ? [`${where} is gone`] : [];
    const required = listAt(schema, 'required').filter((name) => !listAt(old, 'required').includes(name));
    const values = listAt(schema, 'enum');
    const types = typesOf(schema);
    return [
      ...required.map((name) => `${where}: ${name} is now required`),
      ...typesOf(old)
        .filter((type) => !allows(types, type))
        .map((type) => `${where} is not of type ${type} any more`),
      ...(values.length > 0 && listAt(old, 'enum').length === 0 ? [`${where} has a new enum`] : []),
      ...listAt(old, 'enum')
        .filter((value) => values.length > 0 && !values.includes(value))
        .map((value) => `${where} does not allow ${value} any more`),
      ...['format', 'airbyte_type']
        .filter((key) => old[key] !== schema[key])
        .map((key) => `${where} has another ${key}`),
    ];
  });
}
