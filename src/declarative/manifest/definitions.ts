/** Takes out of a manifest's streams what they have in common, so that each thing stands in one place. */
import { isObject } from '../../protocol/json-object.js';
import type { JsonObject, JsonValue } from '../../protocol/messages.js';

/** The types of components that are worth a name, and the group that each is kept in. */
const GROUPS: Readonly<Record<string, string>> = {
  BearerAuthenticator: 'authenticators',
  BasicHttpAuthenticator: 'authenticators',
  HttpResponseFilter: 'response_filters',
  WaitTimeFromHeader: 'backoff_strategies',
  ExponentialBackoffStrategy: 'backoff_strategies',
  DefaultPaginator: 'paginators',
  DefaultErrorHandler: 'error_handlers',
  Rate: 'rates',
};

type Definitions = Record<string, Record<string, JsonValue>>;

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** What a component is called by: its type, or for a filter what it does and when. */
function baseName(component: JsonObject): string {
  const { type, action, http_codes, predicate, header } = component;
  if (type === 'HttpResponseFilter') {
    const when = Array.isArray(http_codes) ? http_codes.map(textOf).join('_') : '';
    return [
      textOf(action).toLowerCase(),
      when === '' ? (predicate === undefined ? 'message' : 'answer') : when,
    ].join('_');
  }
  if (type === 'WaitTimeFromHeader') return textOf(header).replaceAll('-', '_');
  return textOf(type)
    .replace(/^Default|(Authenticator|BackoffStrategy)$/g, '')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function uniqueName(base: string, taken: Readonly<Record<string, JsonValue>>): string {
  let name = base;
  for (let i = 2; name in taken; i++) name = `${base}_${i}`;
  return name;
}

/** How often each component occurs, by its text. */
function countComponents(value: JsonValue | undefined, counts: Map<string, number>): void {
  if (Array.isArray(value)) for (const one of value) countComponents(one, counts);
  if (!isObject(value)) return;
  if (textOf(value['type']) in GROUPS) {
    const text = JSON.stringify(value);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  for (const one of Object.values(value)) countComponents(one, counts);
}

/**
 * @returns the value with references in place of components that occur more than once, and those components
 *   by group and name
 */
export function withDefinitions(value: JsonObject): { value: JsonObject; definitions: Definitions } {
  const counts = new Map<string, number>();
  countComponents(value, counts);
  const definitions: Definitions = {};
  const references = new Map<string, string>();

  function define(component: JsonObject, text: string): string {
    const known = references.get(text);
    if (known !== undefined) return known;
    const groupName = GROUPS[textOf(component['type'])] ?? '';
    const group = (definitions[groupName] ??= {});
    const name = uniqueName(baseName(component), group);
    group[name] = null;
    group[name] = withParts(component);
    const reference = `#/definitions/${groupName}/${name}`;
    references.set(text, reference);
    return reference;
  }

  function replace(node: JsonValue): JsonValue {
    if (Array.isArray(node)) return node.map(replace);
    if (!isObject(node)) return node;
    const text = textOf(node['type']) in GROUPS ? JSON.stringify(node) : '';
    return (counts.get(text) ?? 0) > 1 ? { $ref: define(node, text) } : withParts(node);
  }

  function withParts(node: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(node).map(([key, one]) => [key, one === undefined ? one : replace(one)]),
    );
  }

  return { value: withParts(value), definitions };
}
