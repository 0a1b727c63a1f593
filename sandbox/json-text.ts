/**
 * JSON as text. The sandbox must send numbers and escapes that JSON.parse and JSON.stringify would change
 * (integers beyond 2^53, `1.0`, `\u00e9`, `\/`), so records are written here and spliced into replies as text.
 */

const RAW = Symbol('raw JSON text');

/** A value whose JSON text is given, not derived. */
export interface RawText {
  readonly [RAW]: string;
}

export interface JsonObject {
  readonly [key: string]: Json;
}

export type Json = null | boolean | number | string | RawText | readonly Json[] | JsonObject;

export function raw(text: string): RawText {
  return { [RAW]: text };
}

function isRaw(value: object): value is RawText {
  return RAW in value;
}

function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isRaw(value) && !isArray(value);
}

export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** Strings that JSON and ASCII write alike; most are. */
const PLAIN = /^[ !#-.0-[\]-~]*$/;

function escapeString(text: string, ascii: boolean): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const quoted = JSON.stringify(text);
  if (!ascii) return quoted;
  return quoted
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/**
 * @param ascii writes every non-ASCII character as `\uXXXX` and every slash as `\/`, as PHP's and some Node
 * encoders do. Both forms are legal, so a reader must leave either as it is.
 */
export function toJsonText(value: Json, ascii = false): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeString(value, ascii);
  if (isRaw(value)) return value[RAW];
  if (isArray(value)) return '[' + value.map((item) => toJsonText(item, ascii)).join(',') + ']';
  let text = '';
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (member === undefined) continue;
    text += (text === '' ? '' : ',') + escapeString(key, ascii) + ':' + toJsonText(member, ascii);
  }
  return '{' + text + '}';
}

/** A scalar as it would stand in a query string; undefined for objects, arrays and null. */
export function scalarText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') return String(value);
  return isRaw(value) ? value[RAW] : undefined;
}

/** The value at a dotted path, e.g. `customer.id`. */
export function valueAt(value: Json, path: string): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path.split('.')) {
    if (!isJsonObject(current)) return undefined;
    current = current[key];
  }
  return current;
}

/** Indents JSON text without touching a single token of it. */
export function indentJson(text: string): string {
  let out = '';
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charAt(i);
    if (inString) {
      out += char;
      if (char === '\\') {
        i += 1;
        out += text.charAt(i);
      } else if (char === '"') inString = false;
      continue;
    }
    const next = text.charAt(i + 1);
    if (char === '"') {
      inString = true;
      out += char;
    } else if ((char === '{' && next === '}') || (char === '[' && next === ']')) {
      i += 1;
      out += char + next;
    } else if (char === '{' || char === '[') {
      depth += 1;
      out += char + '\n' + '  '.repeat(depth);
    } else if (char === '}' || char === ']') {
      depth -= 1;
      out += '\n' + '  '.repeat(depth) + char;
    } else if (char === ',') out += ',\n' + '  '.repeat(depth);
    else if (char === ':') out += ': ';
    else out += char;
  }
  return out;
}
