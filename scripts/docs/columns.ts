/** The columns of a stream's table, as its schema declares them. */
import type { DeclarativeStream, Provider } from '../../src/declarative/components.js';
import { readSchema } from '../../src/package-files.js';
import type { JsonObject, JsonValue } from '../../src/protocol/messages.js';
import { enumeration } from './markdown.js';

export interface Column {
  readonly name: string;
  /** JSON types, without null. */
  readonly types: readonly string[];
  /** For readers: `integer`, `timestamp`, `object or integer` … */
  readonly type: string;
  readonly description: string;
  /** False: the vendor sends it with single records only, so it stays empty here. */
  readonly isInLists: boolean;
  /** Its schema, in which paths go on. */
  readonly schema: JsonObject;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The schemas of which a value fits one. */
function optionsOf(schema: JsonObject): readonly JsonObject[] {
  return Array.isArray(schema['oneOf']) ? schema['oneOf'].map(objectOf) : [schema];
}

function typesOf(schema: JsonObject): string[] {
  return optionsOf(schema)
    .flatMap(({ type }) => (Array.isArray(type) ? type : [type]))
    .filter((one): one is string => typeof one === 'string' && one !== 'null');
}

function typeText(schema: JsonObject): string {
  const words = typesOf(schema).map((type) => {
    if (type === 'string' && schema['format'] === 'date-time') return 'timestamp';
    return type === 'string' ? 'text' : type;
  });
  return words.length === 0 || words.length > 4 ? 'any' : enumeration(words, 'or');
}

/** The words in which descriptions say that a list does not hold the field. */
const NOT_IN_LISTS =
  /\bonly (sent |seen )?(in|by) [^.;]*(replies|fetch)|\bdetail only\b|\bspelling of (detail|create) replies|\bin update replies|\babsent (in the|from current) lists?\b|\bnot by the list\b/i;

function columnOf(name: string, value: JsonValue | undefined): Column {
  const schema = objectOf(value);
  const description = typeof schema['description'] === 'string' ? schema['description'] : '';
  return {
    name,
    types: typesOf(schema),
    type: typeText(schema),
    description,
    isInLists: !NOT_IN_LISTS.test(description),
    schema,
  };
}

function propertiesOf(schema: JsonObject): Column[] {
  return optionsOf(schema)
    .flatMap(({ properties }) => Object.entries(objectOf(properties)))
    .map(([name, value]) => columnOf(name, value));
}

export function columnsOf(provider: Provider, stream: DeclarativeStream): readonly Column[] {
  return propertiesOf(readSchema(provider.name, stream.schema_loader.file_path));
}

/**
 * The field at the end of a path.
 * @param path from the record's root, `[]` behind the name of a list: `items[].product_id`
 * @throws Error if the schema has no such field
 */
export function fieldAt(provider: Provider, stream: DeclarativeStream, path: string): Column {
  let columns = columnsOf(provider, stream);
  let found: Column | undefined;
  for (const step of path.split('.')) {
    const name = step.replace(/\[\]$/, '');
    found = columns.find((column) => column.name === name);
    const isList = step.endsWith('[]');
    if (found === undefined || (isList && !found.types.includes('array'))) {
      throw new Error(`The schema of ${provider.name}'s ${stream.name} has no ${path}: see "${step}".`);
    }
    columns = isList
      ? optionsOf(found.schema).flatMap(({ items }) => propertiesOf(objectOf(items)))
      : propertiesOf(found.schema);
  }
  if (found === undefined) throw new Error('a path has at least one step');
  return found;
}
