import type { JsonObject, JsonValue } from '../../protocol/messages.js';
import type { ConfigReference } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';

/** @throws Error if the config has no text there, which its validation rules out */
export function readReference(config: JsonObject, { path }: ConfigReference): string {
  const value: JsonValue | undefined = valueAt(config, path);
  if (typeof value !== 'string') throw new Error(`the config has no text at ${path.join('.')}`);
  return value;
}
