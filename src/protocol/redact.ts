import type { JsonObject, JsonValue } from './messages.js';

const MASK = '****';

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The values of a config that the spec marks with `airbyte_secret`. They are found by walking the spec, so a
 * secret that is added there can never be forgotten here. Works on a config that is not valid too.
 * @param schema `connectionSpecification`, or a part of it
 */
export function secretsOf(schema: JsonValue | undefined, config: JsonValue | undefined): string[] {
  if (!isObject(schema) || config === undefined || config === null) return [];
  if (schema['airbyte_secret'] === true) return typeof config === 'string' ? [config] : [];
  const variants = Array.isArray(schema['oneOf']) ? schema['oneOf'] : [];
  const found = variants.flatMap((variant) => secretsOf(variant, config));
  const properties = schema['properties'];
  if (isObject(properties) && isObject(config)) {
    for (const [name, property] of Object.entries(properties)) {
      found.push(...secretsOf(property, config[name]));
    }
  }
  if (Array.isArray(config)) found.push(...config.flatMap((item) => secretsOf(schema['items'], item)));
  return [...new Set(found)];
}

/** All spellings in which a secret may come back: as is, escaped in JSON or a URL, in a Basic auth header. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const basic = Buffer.from(`${secret}:`).toString('base64');
  return [secret, json, encodeURIComponent(secret), basic, basic.replace(/=+$/, '')];
}

/** @returns a function that replaces each secret in a text by `****` */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const needles = [...new Set(secrets.filter((secret) => secret.trim().length > 3).flatMap(spellings))].sort(
    (a, b) => b.length - a.length,
  );
  return (text) => needles.reduce((masked, needle) => masked.replaceAll(needle, MASK), text);
}
