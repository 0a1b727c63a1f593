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
const GAP = String.raw`(?:[\s\u00ad\u200b-\u200f\u2060-\u2064]|\\[nrt])*`;
const GAPS = new RegExp(GAP.replace('*', '+'), 'g');

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
  // The longer ones first: of `33` a 3 as it is would leave the other half.
  return `(?:${[bytes, units, entity, ...new Set([escapeRegExp(escaped), escapeRegExp(char)])].join('|')})`;
}

/**
 * A secret somewhere in base64, as in Basic authorization: what comes before it shifts it by 0 to 2 bytes.
 * @returns for each shift the characters of its own, and how many before them it shares with its neighbours
 */
function base64Of(secret: string): { readonly own: string; readonly before: number }[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const own = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    return { own, before: [0, 2, 3][shift] ?? 0 };
  });
}

/** Characters of a secret behind its prefix that are worth as much as all of it. */
const LEAST_TAIL = 16;

/** A secret, and what is left of it without a prefix such as `sk_live_`. */
function withTail(secret: string): string[] {
  const tail = secret.slice(secret.lastIndexOf('_') + 1);
  return tail.length < LEAST_TAIL || tail === secret ? [secret] : [secret, tail];
}

/** Patterns of all spellings of a secret. */
function patternsOf(secret: string): RegExp[] {
  return [
    new RegExp([...secret].map(spelledChar).join(GAP), 'gi'),
    ...base64Of(secret).map(({ own, before }) => {
      const chars = [...own].map((char) => (char === '+' ? '[+-]' : char === '/' ? '[/_]' : char));
      return new RegExp(String.raw`[\w+/-]{0,${before}}${chars.join(GAP)}[\w+/-]{0,3}={0,2}`, 'g');
    }),
  ];
}

/** A character by its number, in the ways of `spelledChar`. */
const BY_NUMBER =
  /(?:%(?:25)*|=|\\{1,2}x)([0-9a-f]{2})|\\{1,2}u([0-9a-f]{4})|&#(?:0*(\d{1,3})|x0*([0-9a-f]{1,2}));?/gi;

/** A text as it is compared, and with what stands in it by numbers. */
function plainForms(text: string): string[] {
  const solid = text.replace(GAPS, '');
  const decoded = solid.replace(BY_NUMBER, (_, byte?: string, unit?: string, code?: string, hex?: string) =>
    String.fromCharCode(code === undefined ? parseInt(byte ?? unit ?? hex ?? '', 16) : Number(code)),
  );
  return [solid, decoded].map((form) => form.toLowerCase());
}

/** A secret that stands in a text as it is, or by numbers; others are looked for in every text. */
const SIMPLE = /^[\w.+=:/-]+$/;

/** @returns a function that masks one secret in a text */
function maskOf(secret: string): (text: string) => string {
  const parts = withTail(secret);
  const last = parts.at(-1) ?? secret;
  const signs = [last.toLowerCase(), Buffer.from(last).toString('hex')];
  const signsInBase64 = base64Of(last).map(({ own }) => own.toLowerCase());
  /** Whether it is worth to look: the patterns take 20 ms to be compiled, which every start would pay for. */
  const isSuspicious = (text: string): boolean =>
    plainForms(text).some(
      (form) =>
        signs.some((sign) => form.includes(sign)) ||
        signsInBase64.some((sign) => form.replaceAll('-', '+').replaceAll('_', '/').includes(sign)),
    );
  let patterns: RegExp[] | undefined;
  return (text) => {
    if (SIMPLE.test(secret) && !isSuspicious(text)) return text;
    patterns ??= parts.flatMap(patternsOf);
    return patterns.reduce((masked, pattern) => masked.replace(pattern, MASK), text);
  };
}

/** What looks like a secret key: somebody may have given it in the place of a file's name, or of a field's. */
const KEY_LIKE = /\b[rs]k_(?:(?:live|test)_\w{8,}|(?=\w*\d)\w{12,})/g;

/**
 * @returns a function that replaces each secret in a text by `****`, in whatever spelling it comes back, and whatever
 *   looks like one
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const masks = [...new Set(secrets.filter((secret) => secret.trim().length > 3))]
    .sort((a, b) => b.length - a.length)
    .map(maskOf);
  return (text) => masks.reduce((masked, one) => one(masked), text).replace(KEY_LIKE, MASK);
}
