/** What the acceptance tests demand of each stream of a catalog. Each rule returns a line for each breach. */
import type { AirbyteStream } from '../../src/protocol/messages.js';
import { isObject, nodesOf, propertiesOf, schemaAt, schemaProblems, typesOf } from '../json-schema.js';

export interface StreamRule {
  readonly title: string;
  readonly violations: (stream: AirbyteStream) => string[];
}

const TYPES = ['null', 'string', 'number', 'integer', 'boolean', 'object', 'array'];
/** Which `airbyte_type` may stand beside which format; `undefined` for no format. */
const AIRBYTE_TYPES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  timestamp_with_timezone: ['date-time'],
  timestamp_without_timezone: ['date-time'],
  time_with_timezone: ['time'],
  time_without_timezone: ['time'],
  integer: [undefined],
};
/** Keywords that the platform cannot turn into a column. */
const FORBIDDEN = ['$ref', 'allOf', 'not'];

function typeProblems({ json_schema }: AirbyteStream): string[] {
  return nodesOf(json_schema).flatMap(({ path, schema }) => {
    const { format, airbyte_type: airbyteType } = schema;
    const types = typesOf(schema);
    const unknown = types.filter((type) => !TYPES.includes(type)).map((type) => `${path}: type ${type}`);
    const found = [...unknown];
    if (format !== undefined && format !== 'date' && format !== 'date-time')
      found.push(`${path}: format ${JSON.stringify(format)}`);
    if (format !== undefined && !types.includes('string')) found.push(`${path}: format of what is no string`);
    if (airbyteType !== undefined) {
      const allowed = typeof airbyteType === 'string' ? AIRBYTE_TYPES[airbyteType] : undefined;
      if (allowed?.includes(format as string | undefined) !== true) {
        found.push(
          `${path}: airbyte_type ${JSON.stringify(airbyteType)} with format ${JSON.stringify(format)}`,
        );
      }
    }
    return found;
  });
}

function keyProblems({ json_schema, source_defined_primary_key: keys = [] }: AirbyteStream): string[] {
  return keys.flatMap((path) => {
    const schema = schemaAt(json_schema, path);
    if (schema === undefined) return [`the key ${path.join('.')} is not in the schema`];
    const types = typesOf(schema).filter((type) => type !== 'null');
    // With several types it is no column by which a destination can tell records apart.
    const isPlain = types.length === 1 && !types.includes('object') && !types.includes('array');
    return isPlain ? [] : [`the key ${path.join('.')} is of type ${types.join(', ')}`];
  });
}

function cursorProblems({ json_schema, default_cursor_field: path }: AirbyteStream): string[] {
  if (path === undefined || path.length === 0) return [];
  const schema = schemaAt(json_schema, path);
  if (schema === undefined) return [`the cursor ${path.join('.')} is not in the schema`];
  const types = typesOf(schema).filter((type) => type !== 'null');
  return types.length === 1 ? [] : [`the cursor ${path.join('.')} is of type ${types.join(', ')}`];
}

export const STREAM_RULES: readonly StreamRule[] = [
  {
    title: 'rule 20: its schema is valid draft-07',
    violations: ({ json_schema }) => schemaProblems(json_schema),
  },
  {
    title: 'rule 20: its schema uses no $ref, allOf or not',
    violations: ({ json_schema }) =>
      nodesOf(json_schema).flatMap(({ path, schema }) =>
        FORBIDDEN.filter((keyword) => schema[keyword] !== undefined).map((keyword) => `${path}: ${keyword}`),
      ),
  },
  {
    title: 'rule 20: additionalProperties is true where it stands',
    violations: ({ json_schema }) =>
      nodesOf(json_schema)
        .filter(
          ({ schema: { additionalProperties } }) => ![undefined, true].includes(additionalProperties as true),
        )
        .map(({ path }) => path),
  },
  { title: 'rule 21: its cursor is in its schema, and of one type', violations: cursorProblems },
  { title: 'rule 21: its key is in its schema, and of one plain type', violations: keyProblems },
  {
    title: 'rule 22: it supports a way of reading',
    violations: ({ supported_sync_modes: modes }) => (modes.length === 0 ? ['no sync mode'] : []),
  },
  { title: 'rule 23: its types and formats are those of the protocol', violations: typeProblems },
  {
    title: 'it is an object with properties, each with a description',
    violations: ({ json_schema }) => {
      const properties = Object.keys(propertiesOf(json_schema));
      const isTable = typesOf(json_schema).join() === 'object' && properties.length > 0;
      const silent = nodesOf(json_schema)
        .filter(({ name, schema }) => name !== undefined && typeof schema['description'] !== 'string')
        .map(({ path }) => `${path}: no description`);
      return [...(isTable ? [] : ['the schema is not an object with properties']), ...silent];
    },
  },
  {
    title: 'its name and those of its columns can name a table',
    violations: ({ name, json_schema }) => [
      ...(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name) ? [] : [`the name ${name} is not snake_case`]),
      ...Object.keys(propertiesOf(json_schema)).filter((field) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(field)),
    ],
  },
  {
    title: 'it is incremental by a cursor of the source, or not at all',
    violations: (stream) => {
      const { supported_sync_modes: modes, source_defined_cursor: own, default_cursor_field: field } = stream;
      const isIncremental = modes.includes('incremental');
      const found: string[] = [];
      if (!modes.includes('full_refresh')) found.push('it cannot be read whole');
      if (isIncremental !== (own === true)) found.push('source_defined_cursor does not fit the sync modes');
      if (isIncremental !== (field !== undefined && field.length > 0))
        found.push('the cursor does not fit the sync modes');
      if (stream.is_resumable === true && own !== true)
        found.push('is_resumable without source_defined_cursor');
      if (isIncremental && stream.is_resumable !== true) found.push('incremental, but not is_resumable');
      return found;
    },
  },
  {
    title: 'it has a key',
    violations: ({ source_defined_primary_key: keys = [] }) => [
      ...(keys.length === 0 ? ['no key'] : []),
      // Clients keep records in tables, where a part of a key is one column.
      ...keys.filter((path) => path.length !== 1).map((path) => `the key ${path.join('.')} is nested`),
    ],
  },
  {
    title: 'its cursor is a timestamp',
    violations: ({ json_schema, default_cursor_field: path }) => {
      if (path === undefined) return [];
      const schema = schemaAt(json_schema, path);
      return isObject(schema) && schema['format'] === 'date-time'
        ? []
        : [`${path.join('.')} has no format date-time`];
    },
  },
];
