import type { ErrorObject } from 'ajv';
import { configError } from './errors.js';
import { parseJson, readTextFile } from './json-file.js';
import { isObject } from './json-object.js';
import type { ConnectorSpecification, JsonObject, JsonValue } from './messages.js';
import { validator } from './validator.js';

/** @throws TracedError (config_error) unless the file holds a JSON object */
export function readConfigFile(path: string): JsonObject {
  const config = parseJson('config', path, readTextFile('config', path));
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    const kind = config === null ? 'null' : Array.isArray(config) ? 'an array' : `a ${typeof config}`;
    throw configError(
      `The config file ${path} holds ${kind}; it must hold a JSON object, such as {"provider": …}.`,
    );
  }
  return config;
}

type Schema = JsonObject;

function lookUp(schema: JsonValue | undefined, path: string): JsonValue | undefined {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>(
      (node, part) => (typeof node === 'object' && node !== null ? (node as JsonObject)[part] : undefined),
      schema,
    );
}

function variantsOf(schema: Schema | undefined): Schema[] {
  return Array.isArray(schema?.['oneOf']) ? (schema['oneOf'] as Schema[]) : [];
}

function constOf(variant: Schema, name: string): JsonValue | undefined {
  return lookUp(variant, `/properties/${name}/const`);
}

/** The property that tells the variants of a oneOf apart: the one that is a `const` in each of them. */
function discriminator(variants: readonly Schema[]): string | undefined {
  const names = Object.keys((variants[0]?.['properties'] as JsonObject | undefined) ?? {});
  return names.find((name) => variants.every((variant) => constOf(variant, name) !== undefined));
}

function sentence(error: ErrorObject, schema: Schema): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || 'the config';
  const property = lookUp(schema, error.schemaPath.replace(/^#/, '').replace(/\/[^/]+$/, '')) as
    Schema | undefined;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `${field === 'the config' ? '' : `${field}.`}${String(params['missingProperty'])} is missing`;
    case 'type':
      return `${field} must be of type ${String(params['type'])}`;
    case 'pattern': {
      const wanted = property?.['pattern_descriptor'];
      return `${field} does not have the form ${typeof wanted === 'string' ? wanted : String(params['pattern'])}`;
    }
    case 'format':
      return `${field} is not a valid ${String(params['format'])}`;
    case 'minimum':
    case 'maximum':
      return `${field} must be at ${error.keyword === 'minimum' ? 'least' : 'most'} ${String(params['limit'])}`;
    case 'enum':
      return `${field} must be one of ${JSON.stringify(params['allowedValues'])}`;
    default:
      return `${field} ${error.message ?? 'is not valid'}`;
  }
}

/** What is wrong with a config, in the words of `sentence`. */
function problems(schema: Schema, config: JsonObject): string[] {
  const validate = validator(schema);
  if (validate(config)) return [];
  // Of several complaints about one field the first is enough.
  const errors = (validate.errors ?? []).filter(
    (error, index, all) =>
      error.keyword === 'required' ||
      all.findIndex((other) => other.instancePath === error.instancePath) === index,
  );
  return errors.map((error) => sentence(error, schema));
}

/**
 * Validates a config against the spec. Errors of a oneOf would name every variant's complaint, so the variant that
 * the config means is found first, by its const, and only that one speaks.
 * @throws TracedError (config_error) whose sentence names each field and what it should be, never its value
 */
export function validateConfig(spec: ConnectorSpecification, config: JsonObject): void {
  const schema = structuredClone(spec.connectionSpecification) as Schema;
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const unknown: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const variants = variantsOf(property);
    const by = discriminator(variants);
    if (by === undefined) continue;
    const value = config[name];
    const meant = isObject(value)
      ? variants.find((variant) => constOf(variant, by) === value[by])
      : undefined;
    properties[name] = meant ?? { type: 'object' };
    if (isObject(value) && meant === undefined) {
      const list = variants.map((variant) => JSON.stringify(constOf(variant, by))).join(', ');
      unknown.push(`${name}.${by} must be ${variants.length > 1 ? 'one of ' : ''}${list}`);
    }
  }
  const found = [...problems(schema, config), ...unknown];
  if (found.length > 0) throw configError(`Config validation error: ${found.join('; ')}.`);
}

/** Fields of a config that the spec does not know, such as misspelt ones. Those of platforms begin with `__`. */
export function unknownFields(spec: ConnectorSpecification, config: JsonObject): string[] {
  const known = spec.connectionSpecification['properties'] ?? {};
  return Object.keys(config).filter(
    (name) => !Object.hasOwn(known as JsonObject, name) && !name.startsWith('__'),
  );
}
