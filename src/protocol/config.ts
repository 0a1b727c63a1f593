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

/** How sentences name the types of values. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'an object with fields in braces',
  integer: 'a whole number, without quotes',
  string: 'text, in quotes',
};

function sentence(error: ErrorObject, schema: JsonObject): string {
  const field = error.instancePath.slice(1).replaceAll('/', '.') || 'the config';
  const property = lookUp(schema, error.schemaPath.replace(/^#/, '').replace(/\/[^/]+$/, '')) as
    JsonObject | undefined;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'required':
      return `${field === 'the config' ? '' : `${field}.`}${String(params['missingProperty'])} is missing`;
    case 'type': {
      const type = String(params['type']);
      return `${field} must be ${TYPE_NAMES[type] ?? `of type ${type}`}`;
    }
    case 'pattern': {
      const wanted = property?.['pattern_descriptor'];
      const [example] = Array.isArray(property?.['examples']) ? property['examples'] : [];
      const such = typeof example === 'string' ? `, such as ${example}` : '';
      return `${field} does not have the form ${typeof wanted === 'string' ? wanted : String(params['pattern'])}${such}`;
    }
    case 'format':
      return params['format'] === 'date-time'
        ? `${field} is not a day and time of the calendar`
        : `${field} is not a valid ${String(params['format'])}`;
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
  const misspelt = strangeFields(schema, config, '').flatMap((name) => meant(spec, name) ?? []);
  if (isValid && problems.length === 0 && misspelt.length === 0) return;
  // Of several complaints about one field the first is enough.
  const errors = (isValid ? [] : (validate.errors ?? [])).filter(
    (error, index, all) =>
      error.keyword === 'required' ||
      all.findIndex((other) => other.instancePath === error.instancePath) === index,
  );
  const found = [...errors.map((error) => sentence(error, schema)), ...problems, ...misspelt];
  // What is missing may be there under another name, or in another place.
  const isMissing = errors.some(({ keyword }) => keyword === 'required');
  const strange = isMissing ? strangeFields(schema, config, '') : [];
  const hints = strange.flatMap((name) => {
    if (meant(spec, name) !== undefined) return [];
    const home = homeOf(spec, name);
    return home === undefined ? ` There is no field ${name}.` : ` The field ${name} belongs inside ${home}.`;
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

const wordsOf = (name: string): string[] => name.toLowerCase().split(/[^a-z]+/);
const lettersOf = (name: string): string => wordsOf(name).join('');

/**
 * What is said of a field that does not exist, and that is meant for one that does: without it, a sync would go by the
 * default, and nobody would notice.
 * @param path of the field, such as `lookback_days` or `provider.start_date`
 */
function meant({ connectionSpecification }: ConnectorSpecification, path: string): string | undefined {
  const known = Object.keys(
    isObject(connectionSpecification['properties']) ? connectionSpecification['properties'] : {},
  );
  const [name = ''] = path.split('.').slice(-1);
  if (name !== path) {
    return known.includes(name)
      ? `${path} must stand beside ${path.split('.')[0] ?? ''}, not in it`
      : undefined;
  }
  const isLike = (other: string): boolean => {
    const hasWords = wordsOf(name).every((word) => wordsOf(other).includes(word));
    const [short = '', long = ''] = [lettersOf(name), lettersOf(other)].sort((a, b) => a.length - b.length);
    return hasWords || (short.length >= LEAST_ALIKE && long.startsWith(short));
  };
  const other = known.find(isLike);
  return other === undefined ? undefined : `there is no field ${name}; it is ${other}`;
}

/** Letters that the names of two fields begin with when one is taken for the other. */
const LEAST_ALIKE = 6;

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
