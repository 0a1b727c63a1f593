/**
 * Prints a provider as a manifest of Airbyte's low-code language, for users of Airbyte Cloud, which takes no
 * custom image, and for the test in which Airbyte's own runtime reads what this connector reads.
 * https://docs.airbyte.com/platform/connector-development/config-based/understanding-the-yaml-file/reference
 *
 * It is a walk over the definitions. What the language does not have is said in another way where that loses
 * nothing, or else told in a note; an answer under which the manifest would lose records makes it fail.
 */
import type { ConnectorSpecification, JsonObject, JsonValue } from '../../protocol/messages.js';
import type { DeclarativeSource, DeclarativeStream, ParentStreamConfig, Provider } from '../components.js';
import { apiBudget } from './api-budget.js';
import { withDefinitions } from './definitions.js';
import { byKeyMode, configValue, template } from './jinja.js';
import { Notes, requireNothingLeft, without } from './notes.js';
import type { Note } from './notes.js';
import { parentOf } from './partition-router.js';
import { manifestSpec } from './spec.js';
import { manifestStream } from './stream.js';
import type { StreamContext } from './stream.js';

export type { Note } from './notes.js';

/** The version of Airbyte's runtime with which the manifests are tested. */
export const LANGUAGE_VERSION = '7.39.1';

/**
 * The oldest one that reads all: those before it run a newer manifest without a word, end a list at a page of which they
 * have filtered a record, and some expand no lists.
 */
const OLDEST_RUNTIME = '7.24';

/** What the definitions leave to the files beside them, or leave open. */
export interface ManifestInputs {
  /** Of this connector, for all providers. */
  readonly spec: ConnectorSpecification;
  /** @param file a schema loader's `file_path` */
  readonly schema: (file: string) => JsonObject;
  /** Streams whose answers are lists themselves, where a definition allows both (`or_root_list`). */
  readonly plainLists: readonly string[];
}

export interface Manifest {
  readonly manifest: JsonObject;
  readonly notes: readonly Note[];
}

/** Schemas are half as long without them, and no page of Airbyte shows them. */
function withoutDescriptions(schema: JsonObject): JsonObject {
  const strip = (value: JsonValue | undefined): JsonValue | undefined => {
    if (Array.isArray(value)) return value.map((one) => strip(one) ?? null);
    return typeof value === 'object' && value !== null ? withoutDescriptions(value) : value;
  };
  return Object.fromEntries(
    Object.entries(schema)
      // A field may be called so; its schema is no text.
      .filter(([key, value]) => key !== 'description' || typeof value !== 'string')
      .map(([key, value]) => [key, strip(value)]),
  );
}

function checkStream({ check }: DeclarativeSource, notes: Notes): JsonObject {
  const { type, stream_names, ...rest } = check;
  requireNothingLeft(rest);
  const [first = '', ...others] = stream_names;
  if (others.length > 0) {
    notes.add(
      `The check reads ${first} only: the runtime would demand that all of ${stream_names.join(', ')} can be read, and one is enough.`,
    );
  }
  return { type, stream_names: [first] };
}

function concurrencyLevel({ source, key_rules }: Provider): JsonObject {
  const { type, default_concurrency, max_concurrency, ...rest } = source.concurrency_level;
  requireNothingLeft(rest);
  return {
    type,
    default_concurrency: template(configValue('num_workers', byKeyMode(default_concurrency, key_rules))),
    max_concurrency,
  };
}

/** Parents that are read whole, for children with dates of their own; each is a component of its own. */
function wholeParents(streams: readonly DeclarativeStream[], context: StreamContext): JsonObject {
  const found = new Map<string, JsonObject>();
  const visit = (stream: DeclarativeStream): void => {
    const parent = parentOf(stream);
    if (parent === undefined || parent.incremental_dependency || found.has(parent.stream.name)) return;
    visit(parent.stream);
    found.set(parent.stream.name, manifestStream(parent.stream, true, context));
  };
  streams.forEach(visit);
  return Object.fromEntries(found);
}

/** @throws Error if a definition holds something that cannot be exported */
export function toManifest(provider: Provider, inputs: ManifestInputs): Manifest {
  const { source, earliest_date } = provider;
  requireNothingLeft(without(source, 'type', 'check', 'streams', 'concurrency_level', 'api_budget'));
  requireNothingLeft(without(provider, 'name', 'title', 'source', 'key_rules', 'earliest_date'));
  const notes = new Notes();
  const schemaOf = ({ schema_loader }: DeclarativeStream) => inputs.schema(schema_loader.file_path);
  const context: StreamContext = {
    earliest_date,
    schemaOf,
    plainLists: inputs.plainLists,
    parents: new Set(source.streams.flatMap((stream) => parentOf(stream)?.stream.name ?? [])),
    parent: ({ stream, incremental_dependency }: ParentStreamConfig) => ({
      $ref: `#/definitions/${incremental_dependency ? 'streams' : 'whole_streams'}/${stream.name}`,
    }),
    notes,
  };

  const streams = Object.fromEntries(
    source.streams.map((stream) => {
      const component = manifestStream(stream, false, context);
      const schema = { $ref: `#/schemas/${stream.name}` };
      return [stream.name, { ...component, schema_loader: { type: 'InlineSchemaLoader', schema } }];
    }),
  );
  const { value, definitions } = withDefinitions({
    api_budget: apiBudget(provider, notes),
    streams,
    whole_streams: wholeParents(source.streams, context),
  });
  const { api_budget, ...components } = value;
  const schemas = source.streams.map(
    (stream) => [stream.name, withoutDescriptions(schemaOf(stream))] as const,
  );
  notes.add(
    `It needs version ${OLDEST_RUNTIME} or newer of Airbyte's low-code runtime (airbyte-cdk); older ones leave out records without a word.`,
  );
  notes.add('The schemas are those of the image, without the descriptions of the fields.');
  return {
    manifest: {
      version: LANGUAGE_VERSION,
      type: source.type,
      check: checkStream(source, notes),
      spec: manifestSpec(inputs.spec, provider),
      concurrency_level: concurrencyLevel(provider),
      api_budget,
      definitions: { ...definitions, ...components },
      streams: source.streams.map(({ name }) => ({ $ref: `#/definitions/streams/${name}` })),
      schemas: Object.fromEntries(schemas),
    },
    notes: notes.list(),
  };
}
