/** JSON schemas as the acceptance tests look at them: every node with its path, and stricter validation. */
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { JsonObject, JsonValue } from '../src/protocol/messages.js';

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: false });
  // A CommonJS module, whose function arrives as the default export or as a member of it.
  const addFormats = 'default' in formats ? formats.default : formats;
  (addFormats as unknown as (target: Ajv) => void)(ajv);
  return ajv;
}

/** @throws Error if the schema is not valid draft-07 */
export function compile(schema: JsonObject): ValidateFunction {
  return createAjv().compile(schema);
}

/** Every way in which a schema is not a valid draft-07 schema. */
export function schemaProblems(schema: JsonObject): string[] {
  const ajv = createAjv();
  if (ajv.validateSchema({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' }) === true)
    return [];
  return (ajv.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Every way in which a value does not fit a schema, without the value itself. */
export function problemsOf(validate: ValidateFunction, value: unknown): string[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

export interface SchemaNode {
  /** Such as `properties/provider/oneOf/0/properties/name`; empty for the root. */
  readonly path: string;
  readonly schema: JsonObject;
  /** The property's name, if the node is one. */
  readonly name: string | undefined;
  readonly parent: SchemaNode | undefined;
}

const SCHEMA_LISTS = ['oneOf', 'anyOf', 'allOf'];
const SCHEMA_MEMBERS = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains'];
const SCHEMA_MAPS = ['properties', 'patternProperties', 'definitions', '$defs'];

/** A schema and all schemas in it, parents first. */
export function nodesOf(
  schema: JsonObject,
  path = '',
  name: string | undefined = undefined,
  parent: SchemaNode | undefined = undefined,
): SchemaNode[] {
  const node: SchemaNode = { path, schema, name, parent };
  const found: SchemaNode[] = [node];
  const add = (child: JsonValue | undefined, steps: string, property?: string): void => {
    if (isObject(child))
      found.push(...nodesOf(child, path === '' ? steps : `${path}/${steps}`, property, node));
  };
  for (const key of SCHEMA_MAPS) {
    const map = schema[key];
    if (!isObject(map)) continue;
    const isProperties = key === 'properties';
    for (const [child, value] of Object.entries(map))
      add(value, `${key}/${child}`, isProperties ? child : undefined);
  }
  for (const key of [...SCHEMA_LISTS, 'items']) {
    const list = schema[key];
    if (Array.isArray(list)) list.forEach((child, index) => add(child, `${key}/${index}`));
  }
  for (const key of SCHEMA_MEMBERS) add(schema[key], key);
  return found;
}

export function propertiesOf(schema: JsonObject | undefined): Record<string, JsonObject> {
  return (schema?.['properties'] ?? {}) as Record<string, JsonObject>;
}

/** The schemas of which a value fits one: those of a `oneOf`, or the one that it is. */
function optionsOf(schema: JsonObject): readonly JsonObject[] {
  const options = schema['oneOf'];
  return Array.isArray(options) ? options.filter(isObject) : [schema];
}

export function typesOf(schema: JsonObject | undefined): string[] {
  return optionsOf(schema ?? {})
    .flatMap(({ type }) => (Array.isArray(type) ? type : [type]))
    .filter((one): one is string => typeof one === 'string');
}

/** The schema of a field at a path of properties. */
export function schemaAt(schema: JsonObject, path: readonly string[]): JsonObject | undefined {
  return path.reduce<JsonObject | undefined>((node, name) => propertiesOf(node)[name], schema);
}

/** The same schema without room for a field that is not declared, wherever it declares any. */
export function withoutExtraFields(schema: JsonObject): JsonObject {
  const copy = structuredClone(schema);
  for (const { schema: node } of nodesOf(copy)) {
    if (isObject(node['properties']) && Object.keys(node['properties']).length > 0) {
      node['additionalProperties'] = false;
    }
  }
  return copy;
}

/** A string of JSON, or a number. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * Parses JSON for a validator that must not take `1.0` or `1e3` for an integer, as JavaScript does: every number
 * that is not written as an integer becomes one that is none by its value.
 */
export function parseStrictly(json: string): unknown {
  return JSON.parse(
    json.replace(TOKEN, (token) => (token.startsWith('"') || /^-?\d+$/.test(token) ? token : '0.5')),
  );
}

/** Parses JSON without rounding: integers too long for a number of JavaScript become strings of their digits. */
export function parseExactly(json: string): JsonObject {
  const exact = json.replace(TOKEN, (token) =>
    token.startsWith('"') || !/^-?\d{16,}$/.test(token) ? token : `"${token}"`,
  );
  return JSON.parse(exact) as JsonObject;
}

/** JSON text without the white space between its tokens. */
export function compact(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_match, text: string | undefined) => text ?? '');
}
