import type { ErrorObject } from 'ajv';
import { chosenSchema, lookUp } from './chosen-schema.js';
import { compiledSchemas } from './compiled-schemas.js';
import { configError } from './errors.js';
import { parseJson, readTextFile } from './json-file.js';
import { isObject } from './json-object.js';
import type { ConnectorSpecification, JsonObject, JsonValue } from './messages.js';

/** Forms leave fields empty, and Terraform sends null for them: both mean that the field is not there. */
function withoutEmptyFields(config: JsonObject): JsonObject {
  const given = Object.entries(config).filter(([, value]) => value !== '' && value !== null);
  return Object.fromEntries(
    given.map(([name, value]) => [name, isObject(value) ? withoutEmptyFields(value) : value]),
  );
}

/**
 * @returns the config without the fields that are empty
 * @throws TracedError (config_error) unless the file holds a JSON object
 */
export function readConfigFile(path: string): JsonObject {
  const config = parseJson('config', path, readTextFile('config', path));
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    const kind = config === null ? 'null' : Array.isArray(config) ? 'an array' : `a ${typeof config}`;
    throw configError(
      `The config file ${path} holds ${kind}; it must hold a JSON object, such as {"provider": …}.`,
    );
  }
  return withoutEmptyFields(config);
}

function sentence(error: ErrorObject, schema: JsonObject): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || 'the config';
  const property = lookUp(schema, error.schemaPath.replace(/^#/, '').replace(/\/[^/]+$/, '')) as
    JsonObject | undefined;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `${field === 'the config' ? '' : `${field}.`}${String(params['missingProperty'])} is missing`;
    case 'type':
      return params['type'] === 'object'
        ? `${field} must be an object with fields in braces`
        : `${field} must be of type ${String(params['type'])}`;
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

/**
 * Validates a config against the spec.
 * @throws TracedError (config_error) whose sentence names each field and what it should be, never its value
 */
export async function validateConfig(spec: ConnectorSpecification, config: JsonObject): Promise<void> {
  const { schema, problems } = chosenSchema(spec, config);
  const validate =
    compiledSchemas.get(JSON.stringify(schema)) ?? (await import('./validator.js')).validator(schema);
  const isValid = validate(config);
  if (isValid && problems.length === 0) return;
  // Of several complaints about one field the first is enough.
  const errors = (isValid ? [] : (validate.errors ?? [])).filter(
    (error, index, all) =>
      error.keyword === 'required' ||
      all.findIndex((other) => other.instancePath === error.instancePath) === index,
  );
  const found = [...errors.map((error) => sentence(error, schema)), ...problems];
  // What is missing may be there under another name, or in another place.
  const isMissing = errors.some(({ keyword }) => keyword === 'required');
  const strange = isMissing ? strangeFields(schema, config, '') : [];
  const hints = strange.map((name) => {
    const home = homeOf(spec, name);
    return home === undefined ? ` There is no field ${name}.` : ` The field ${name} belongs into ${home}.`;
  });
  throw configError(`Config validation error: ${found.join('; ')}.${hints.join('')}`);
}

/** The field of the config that has a field of this name in it, in one of its forms. */
function homeOf({ connectionSpecification }: ConnectorSpecification, name: string): string | undefined {
  const fields = isObject(connectionSpecification['properties']) ? connectionSpecification['properties'] : {};
  const hasIt = (form: JsonValue): boolean => lookUp(form, `/properties/${name}`) !== undefined;
  return Object.entries(fields).find(([, field]) => {
    const forms = isObject(field) ? field['oneOf'] : undefined;
    return Array.isArray(forms) && forms.some(hasIt);
  })?.[0];
}

/** Paths of fields that a schema does not know. */
function strangeFields(schema: JsonObject, config: JsonObject, at: string): string[] {
  const known = isObject(schema['properties']) ? schema['properties'] : {};
  return Object.entries(config).flatMap(([name, value]) => {
    const property = Object.hasOwn(known, name) ? known[name] : undefined;
    if (property === undefined) return name.startsWith('_') ? [] : [`${at}${name}`];
    return isObject(property) && isObject(value) ? strangeFields(property, value, `${at}${name}.`) : [];
  });
}

/** Fields of a config that the spec does not know, such as misspelt ones. Those of platforms begin with `_`. */
export function unknownFields(spec: ConnectorSpecification, config: JsonObject): string[] {
  return strangeFields(chosenSchema(spec, config).schema, config, '');
}
