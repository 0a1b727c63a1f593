/** Expressions of a manifest's template language (Jinja2, with the macros of Airbyte's low-code runtime). */
import type { FieldPath, KeyMode, KeyRule } from '../components.js';

/** An expression as the value of a manifest's key. */
export function template(expression: string): string {
  return `{{ ${expression} }}`;
}

/** A text literal. */
export function literal(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The value at a path below a variable; `none` where any part of the path is missing or null. */
export function valueIn(variable: string, path: FieldPath): string {
  return path.reduce((outer, key, i) => {
    const value = `${outer}.get(${literal(key)})`;
    return i < path.length - 1 ? `(${value} or {})` : value;
  }, variable);
}

/** Whether a value is a list; texts and objects are sequences too. */
export function isList(value: string): string {
  return `${value} is sequence and ${value} is not string and ${value} is not mapping`;
}

/** Whether a value is one that ends a list of pages: null, missing, "" or "null". */
export function isNoToken(value: string): string {
  return `${value} in [none, '', 'null']`;
}

/**
 * A token as it is. Without `tojson` the runtime would take a token such as `1e5` for a number and send
 * another one.
 */
export function exactText(value: string): string {
  return `${value} | tojson`;
}

/** All of the conditions. */
export function allOf(conditions: readonly string[]): string {
  return conditions.length === 1
    ? (conditions[0] ?? '')
    : conditions.map((one) => (/ (or|if) /.test(one) ? `(${one})` : one)).join(' and ');
}

/** The user's value for an optional field of the config, or a default; null counts as left out. */
export function configValue(name: string, otherwise: string): string {
  const value = `config.get(${literal(name)})`;
  return `(${value} if ${value} is not none else ${otherwise})`;
}

/** A number that may depend on the mode of the key. */
export function byKeyMode(
  { live, test }: Readonly<Record<KeyMode, number>>,
  rules: readonly KeyRule[],
): string {
  const testKey = rules.find(({ mode }) => mode === 'test')?.pattern.source;
  if (testKey === undefined || live === test) return String(live);
  // The macro finds a group; without a key, as when the spec is asked for, there is no text to look into.
  return `(${test} if (config.get('secret_key') or '') | regex_search(${literal(`(${testKey})`)}) else ${live})`;
}
