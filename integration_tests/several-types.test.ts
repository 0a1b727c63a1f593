import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream, JsonObject, JsonValue } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { isObject, typesOf } from './json-schema.js';
import { PROVIDERS } from './providers.js';
import { running } from './running.js';
import type { Running } from './running.js';
import { SEVERAL_TYPES } from './several-types.js';

function typeOf(value: JsonValue | undefined): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

describe.each(PROVIDERS)('columns of several types: $name', (provider) => {
  const known = SEVERAL_TYPES[provider.name] ?? [];
  let one: Running;
  let streams: AirbyteStream[];

  beforeAll(async () => {
    one = await running(provider.start());
    streams = await one.connector.streams(
      readJson<JsonObject>(`integration_tests/${provider.name}/config.json`),
    );
  });
  afterAll(() => one.close());

  it('are those of the table, of the types that stand there', () => {
    const found = streams.flatMap(({ name, json_schema }) =>
      Object.entries(isObject(json_schema['properties']) ? json_schema['properties'] : {}).flatMap(
        ([column, schema]) => {
          const types = typesOf(isObject(schema) ? schema : {}).filter((type) => type !== 'null');
          return types.length > 1 ? [`${name}.${column}: ${types.sort().join('|')}`] : [];
        },
      ),
    );
    const wanted = known.flatMap(({ types, columns }) =>
      columns.map((column) => `${column}: ${types.join('|')}`),
    );
    expect(found.sort()).toEqual(wanted.sort());
  });

  it('are declared by oneOf: of a list of types some destinations take the list or the object alone', () => {
    const byList = streams.flatMap(({ name, json_schema }) =>
      Object.entries(isObject(json_schema['properties']) ? json_schema['properties'] : {}).flatMap(
        ([column, schema]) => {
          const type = isObject(schema) ? schema['type'] : undefined;
          return Array.isArray(type) && type.filter((one) => one !== 'null').length > 1
            ? [`${name}.${column}`]
            : [];
        },
      ),
    );
    expect(byList).toEqual([]);
  });

  it('come from the sandbox in more than one of their types', () => {
    const types = new Map<string, Set<string>>();
    for (const [stream, texts] of one.sandbox.expected()) {
      for (const text of texts) {
        for (const [name, value] of Object.entries(JSON.parse(text) as JsonObject)) {
          const column = `${stream}.${name}`;
          types.set(column, (types.get(column) ?? new Set()).add(typeOf(value)));
        }
      }
    }
    const poor = known.filter(({ columns, isNeverSeen }) => {
      const seen = new Set(columns.flatMap((column) => [...(types.get(column) ?? [])]));
      seen.delete('null');
      return isNeverSeen !== true && seen.size < 2;
    });
    expect(poor).toEqual([]);
  });
});
