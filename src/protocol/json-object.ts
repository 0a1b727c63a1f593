import type { JsonObject, JsonValue } from './messages.js';

/** Whether a value is an object: neither a list nor null. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
