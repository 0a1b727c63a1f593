import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  AirbyteStream,
  ConnectorSpecification,
  JsonObject,
  JsonValue,
} from '../../src/protocol/messages.js';
import { readJson } from '../acceptance-config.js';
import { createConnector } from '../connector-runner.js';
import { compile, isObject, problemsOf, propertiesOf, typesOf } from '../json-schema.js';
import { PROVIDERS } from '../providers.js';
import { catalogBreaks, catalogSnapshot, specBreaks } from './snapshots.js';
import type { CatalogSnapshot } from './snapshots.js';

const UPDATE = 'run integration_tests/write-expected-records.ts if the change is meant';

/** Any value that a specification allows. */
function valuesOf(schema: JsonObject): fc.Arbitrary<JsonValue> {
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  if (Array.isArray(schema['oneOf'])) return fc.oneof(...schema['oneOf'].filter(isObject).map(valuesOf));
  const { minimum = 0, maximum = 1_000_000, pattern } = schema;
  switch (typesOf(schema)[0]) {
    case 'integer':
    case 'number':
      return fc.integer({ min: Number(minimum), max: Number(maximum) });
    case 'boolean':
      return fc.boolean();
    case 'object': {
      const members = Object.entries(propertiesOf(schema)).map(([name, property]) => [
        name,
        valuesOf(property),
      ]);
      const required = (schema['required'] ?? []) as string[];
      return fc.record(Object.fromEntries(members) as Record<string, fc.Arbitrary<JsonValue>>, {
        requiredKeys: required,
        noNullPrototype: true,
      });
    }
    default:
      if (schema['format'] === 'date-time') {
        const noInvalidDate = true;
        return fc
          .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate })
          .map((date) => date.toISOString());
      }
      return typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : fc.string();
  }
}

const connector = createConnector();
const current = (value: unknown) => ({ value, else: UPDATE });

afterAll(() => connector.close());

describe('backward compatibility of the specification', () => {
  const oldSpec = readJson<ConnectorSpecification>(
    'integration_tests/spec.snapshot.json',
  ).connectionSpecification;
  let spec: JsonObject;

  beforeAll(async () => {
    const { messages } = await connector.spec();
    const message = messages.find(({ type }) => type === 'SPEC');
    spec = message?.type === 'SPEC' ? message.spec.connectionSpecification : {};
  });

  it('rule 16: the specification refuses nothing that it allowed', () => {
    expect(specBreaks(oldSpec, spec)).toEqual([]);
  });

  it('rule 16: 100 configs made for the old specification are still valid', () => {
    const was = compile(oldSpec);
    const is = compile(spec);
    const configs = fc.sample(valuesOf(oldSpec), { numRuns: 100, seed: 1 });
    expect(configs.flatMap((config) => problemsOf(was, config))).toEqual([]);
    expect(configs.flatMap((config) => problemsOf(is, config))).toEqual([]);
  });

  it('the snapshot knows everything that is there now', () => {
    expect(current(spec)).toEqual(current(oldSpec));
  });
});

describe.each(PROVIDERS)('backward compatibility of the catalog: $name', ({ name }) => {
  const folder = `integration_tests/${name}`;
  const oldCatalog = readJson<CatalogSnapshot>(`${folder}/catalog.snapshot.json`);
  let streams: AirbyteStream[];

  beforeAll(async () => {
    streams = await connector.streams(`${folder}/config.json`);
  });

  it('rule 24: no stream, field, type, cursor or key of the catalog is taken back', () => {
    expect(catalogBreaks(oldCatalog, catalogSnapshot(streams))).toEqual([]);
  });

  it('the snapshot knows everything that is there now', () => {
    expect(current(catalogSnapshot(streams))).toEqual(current(oldCatalog));
  });
});

describe('the rules of compatibility', () => {
  const spec: JsonObject = {
    type: 'object',
    required: ['a'],
    properties: {
      a: { type: 'string', title: 'A', enum: ['x', 'y'] },
      b: { type: ['integer', 'null'], title: 'B' },
    },
  };
  const catalog = {
    streams: { s: { primary_key: ['id'], cursor: 'at', fields: { id: 'integer', at: 'string date-time' } } },
  };
  const withA = (a: JsonObject): JsonObject => ({ ...spec, properties: { ...propertiesOf(spec), a } });
  const a = { type: 'string', title: 'A' };

  it.each<[string, JsonObject, number]>([
    ['nothing', spec, 0],
    ['a new optional field', { ...spec, properties: { ...propertiesOf(spec), c: { type: 'string' } } }, 0],
    ['a wider type', { ...spec, properties: { ...propertiesOf(spec), b: { type: ['number', 'null'] } } }, 0],
    ['a new required field', { ...spec, required: ['a', 'b'] }, 1],
    [
      'a field that may not be null any more',
      { ...spec, properties: { ...propertiesOf(spec), b: { type: 'integer' } } },
      1,
    ],
    ['another type', withA({ ...a, type: 'boolean', enum: ['x', 'y'] }), 1],
    ['a value less', withA({ ...a, enum: ['x'] }), 1],
    ['another format', withA({ ...a, enum: ['x', 'y'], format: 'date' }), 1],
  ])('rule 16: judges %s', (_what, now, breaks) => {
    expect(specBreaks(spec, now)).toHaveLength(breaks);
  });

  it.each<[string, CatalogSnapshot, number]>([
    ['nothing', catalog, 0],
    ['a stream less', { streams: {} }, 1],
    ['a field less', { streams: { s: { ...catalog.streams.s, fields: { id: 'integer' } } } }, 1],
    [
      'another type',
      { streams: { s: { ...catalog.streams.s, fields: { id: 'string', at: 'string date-time' } } } },
      1,
    ],
    ['another cursor', { streams: { s: { ...catalog.streams.s, cursor: 'id' } } }, 1],
  ])('rule 24: judges %s', (_what, now, breaks) => {
    expect(catalogBreaks(catalog, now)).toHaveLength(breaks);
  });
});
