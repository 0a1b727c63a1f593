import { isObject } from './json-object.js';
import type { JsonValue } from './messages.js';

const MASK = '****';

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

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** What may stand between two characters: a text may have been broken into lines or groups. */
const GAP = String.raw`(?:\s|\\[nrt]|\p{Cf})*`;

/**
 * One character: as it is; its bytes in hexadecimal, bare or as in URLs (encoded however often), in quoted-printable or
 * in strings of C; escaped as in JSON (also twice); as an entity of HTML.
 */
function spelledChar(char: string): string {
  const bytes = [...Buffer.from(char)]
    .map((byte) => String.raw`(?:%(?:25)*|=|\\{1,2}x)?${byte.toString(16).padStart(2, '0')}`)
    .join('');
  const units = Array.from(
    { length: char.length },
    (_, i) => String.raw`\\{1,2}u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
  const code = char.codePointAt(0) ?? 0;
  const entity = `&#(?:0*${code}|x0*${code.toString(16)});?`;
  const escaped = JSON.stringify(char).slice(1, -1);
  return `(?:${[...new Set([escapeRegExp(escaped), escapeRegExp(char)]), bytes, units, entity].join('|')})`;
}

/**
 * A secret somewhere in base64, as in Basic authorization: what comes before it shifts it by 0 to 2 bytes. The
 * characters that it shares with its neighbours are taken along.
 */
function spelledBase64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const own = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    const either = [...own].map((char) => (char === '+' ? '[+-]' : char === '/' ? '[/_]' : char)).join(GAP);
    return `[\\w+/-]{0,${[0, 2, 3][shift] ?? 0}}${either}[\\w+/-]{0,3}={0,2}`;
  });
}

/** Characters of a secret behind its prefix that are worth as much as all of it. */
const LEAST_TAIL = 16;

/** A secret, and what is left of it without a prefix such as `sk_live_`. */
function withTail(secret: string): string[] {
  const tail = secret.slice(secret.lastIndexOf('_') + 1);
  return tail.length < LEAST_TAIL || tail === secret ? [secret] : [secret, tail];
}

/** What looks like a secret key: somebody may have given it in the place of a file's name, or of a field's. */
const KEY_LIKE = /\b[rs]k_(?:(?:live|test)_\w{8,}|(?=\w*\d)\w{12,})/g;

/**
 * @returns a function that replaces each secret in a text by `****`, in whatever spelling it comes back, and whatever
 *   looks like one
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const patterns = [...new Set(secrets.filter((secret) => secret.trim().length > 3))]
    .sort((a, b) => b.length - a.length)
    .flatMap(withTail)
    .flatMap((secret) => [
      new RegExp([...secret].map(spelledChar).join(GAP), 'giu'),
      ...spelledBase64(secret).map((pattern) => new RegExp(pattern, 'gu')),
    ]);
  patterns.push(KEY_LIKE);
  return (text) => patterns.reduce((masked, pattern) => masked.replace(pattern, MASK), text);
}
