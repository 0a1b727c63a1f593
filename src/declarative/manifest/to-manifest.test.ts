import { describe, expect, test } from '@jest/globals';
import type { ConnectorSpecification, JsonObject } from '../../protocol/messages.js';
import { childStreamOf, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import type { DeclarativeStream, Provider } from '../components.js';
import { toManifest } from './to-manifest.js';

const spec: ConnectorSpecification = {
  documentationUrl: 'https://docs.vendor.test',
  connectionSpecification: {
    type: 'object',
    title: 'All',
    required: ['provider'],
    properties: {
      provider: {
        oneOf: [
          { properties: { name: { const: 'other' }, other_key: {} }, required: ['name', 'other_key'] },
          {
            properties: { name: { const: 'vendor' }, secret_key: { airbyte_secret: true, order: 1 } },
            required: ['name', 'secret_key'],
          },
        ],
      },
      start_date: { type: 'string', order: 7 },
    },
  },
};

const schema: JsonObject = {
  type: 'object',
  description: 'A thing.',
  properties: {
    id: { type: ['null', 'integer'], description: 'Its number.' },
    description: { type: 'string' },
    parent_id: { type: ['null', 'integer'] },
    kinds: { items: { anyOf: [{ type: 'string', description: 'Its kind.' }] } },
  },
};

function providerOf(streams: readonly DeclarativeStream[]): Provider {
  return {
    name: 'vendor',
    title: 'Vendor',
    earliest_date: '2015-01-01T00:00:00Z',
    key_rules: [{ pattern: /^sk_test_/, mode: 'test' }],
    source: {
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['things', 'others'] },
      concurrency_level: {
        type: 'ConcurrencyLevel',
        default_concurrency: { live: 40, test: 30 },
        max_concurrency: 100,
      },
      api_budget: { type: 'HTTPAPIBudget', policies: [] },
      streams,
    },
  };
}

function exported(...streams: DeclarativeStream[]) {
  return toManifest(providerOf(streams), { spec, schema: () => schema, plainLists: [] });
}

const things = streamOf('things', { incremental_sync: createdBetween });
const parts = childStreamOf('parts', things);

/** The same, with dates of its own. */
function withOwnDates(stream: DeclarativeStream): DeclarativeStream {
  const { partition_router: router } = stream.retriever;
  if (router === undefined) throw new Error('no child');
  const [parent] = router.parent_stream_configs;
  return {
    ...stream,
    retriever: {
      ...stream.retriever,
      partition_router: {
        ...router,
        parent_stream_configs: [{ ...parent, incremental_dependency: false }],
      },
    },
    incremental_sync: { ...createdBetween, cursor_field: 'at' },
    transformations: [
      {
        type: 'AddFields',
        fields: [
          {
            type: 'AddedFieldDefinition',
            path: ['parent_id'],
            value: { type: 'stream_partition', field: 'parent_id' },
          },
          { type: 'AddedFieldDefinition', path: ['read_at'], value: { type: 'now_utc' } },
        ],
      },
    ],
  };
}

/** What a reference stands for, so that tests need not know what is shared. */
function resolved(value: unknown, manifest: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, manifest));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref: reference } = value as { $ref?: string };
  if (reference?.startsWith('#/definitions/') === true) {
    const target = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], manifest);
    return resolved(target, manifest);
  }
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, manifest)]));
}

function streamsOf(...streams: DeclarativeStream[]): JsonObject[] {
  const { manifest } = exported(...streams);
  return resolved(manifest['streams'], manifest) as JsonObject[];
}

describe('a manifest', () => {
  const { manifest, notes } = exported(things, parts);

  test('asks for the fields of one provider, at the top', () => {
    expect(manifest['spec']).toEqual({
      type: 'Spec',
      documentation_url: 'https://docs.vendor.test',
      connection_specification: {
        type: 'object',
        title: 'Vendor',
        required: ['secret_key'],
        properties: {
          secret_key: { airbyte_secret: true, order: 0 },
          start_date: { type: 'string', order: 1 },
        },
      },
    });
  });

  test('has the schemas without the descriptions, but with a field of that name', () => {
    expect(manifest['schemas']).toMatchObject({
      things: {
        type: 'object',
        properties: {
          id: { type: ['null', 'integer'] },
          description: { type: 'string' },
          parent_id: { type: ['null', 'integer'] },
          kinds: { items: { anyOf: [{ type: 'string' }] } },
        },
      },
    });
    expect(JSON.stringify(manifest['schemas'])).not.toContain('Its number.');
  });

  test('checks one stream, because the runtime would demand all', () => {
    expect(manifest['check']).toEqual({ type: 'CheckStream', stream_names: ['things'] });
    expect(notes).toContainEqual({ text: expect.stringContaining('The check reads things'), streams: [] });
  });

  test('reads as many lists at a time as the user says, otherwise by the mode of the key', () => {
    expect(manifest['concurrency_level']).toMatchObject({
      default_concurrency: expect.stringMatching(/num_workers.* else \(30 if .*sk_test_.* else 40\)/),
      max_concurrency: 100,
    });
  });

  test('names what several streams have in common once', () => {
    expect(manifest['definitions']).toMatchObject({
      authenticators: {
        bearer: { type: 'BearerAuthenticator', api_token: "{{ config['secret_key'] }}" },
      },
      streams: {
        things: {
          retriever: { requester: { authenticator: { $ref: '#/definitions/authenticators/bearer' } } },
        },
      },
    });
  });
});

describe('children', () => {
  test('that go by their parent carry its cursor and read it incrementally', () => {
    const [, stream] = streamsOf(things, parts);
    expect(stream).toMatchObject({
      retriever: {
        requester: { url: "https://api.vendor.test/things/{{ stream_partition['parent_id'] }}/parts" },
        partition_router: {
          parent_stream_configs: [
            {
              stream: { name: 'things', incremental_sync: { cursor_field: 'createdAt' } },
              parent_key: 'id',
              partition_field: 'parent_id',
              incremental_dependency: true,
              extra_fields: [['createdAt']],
            },
          ],
        },
      },
      transformations: [
        {
          fields: [
            { path: ['parent_id'], value: "{{ stream_partition['parent_id'] }}", value_type: 'integer' },
            { path: ['parent_createdAt'], value: "{{ stream_slice.extra_fields['createdAt'] }}" },
          ],
        },
      ],
    });
    expect(stream).not.toHaveProperty('retriever.record_selector.record_filter');
  });

  test('with dates of their own have parents that are read whole, and not from a cache', () => {
    const own = withOwnDates(parts);
    const [parent, stream] = streamsOf(things, own);
    expect(stream).toMatchObject({
      retriever: {
        record_selector: { record_filter: { type: 'RecordFilter' }, transform_before_filtering: true },
        partition_router: {
          parent_stream_configs: [
            { stream: { name: 'things', retriever: { requester: { use_cache: false } } } },
          ],
        },
      },
      incremental_sync: { global_substream_cursor: true },
    });
    expect(stream).not.toHaveProperty(
      'retriever.partition_router.parent_stream_configs.0.stream.incremental_sync',
    );
    expect(parent).toMatchObject({
      retriever: { requester: { use_cache: false } },
      incremental_sync: { step: 'P1M' },
    });
  });

  test('of children know the ids of both', () => {
    const own = withOwnDates(parts);
    const deepest = childStreamOf('pieces', own);
    const path = '/things/{{ stream_partition.parent_id }}/parts/{{ stream_partition.part_id }}/pieces';
    const { partition_router: router } = deepest.retriever;
    if (router === undefined) throw new Error('no child');
    const [parent] = router.parent_stream_configs;
    const pieces: DeclarativeStream = {
      ...deepest,
      retriever: {
        ...deepest.retriever,
        requester: { ...deepest.retriever.requester, path },
        partition_router: {
          ...router,
          parent_stream_configs: [{ ...parent, partition_field: 'part_id', incremental_dependency: false }],
        },
      },
      transformations: [],
    };
    expect(streamsOf(things, own, pieces)[2]).toMatchObject({
      retriever: {
        requester: {
          url: "https://api.vendor.test/things/{{ stream_partition['parent_slice']['parent_id'] }}/parts/{{ stream_partition['part_id'] }}/pieces",
        },
      },
    });
  });
});

test('a word of the vocabulary that the exporter does not know is an error', () => {
  const strange = { ...things, retriever: { ...things.retriever, colour: 'blue' } };
  expect(() => exported(strange)).toThrow('the manifest exporter does not know what to do with "colour"');
});
