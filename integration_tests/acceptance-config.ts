/** acceptance-test-config.yml, in the format of Airbyte's acceptance tests, where unknown keys are forbidden. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JsonObject } from '../src/protocol/messages.js';
import { ROOT } from './connector-runner.js';
import { compile, problemsOf } from './json-schema.js';

interface Bypass {
  readonly name: string;
  readonly bypass_reason?: string;
}

interface SpecTest {
  readonly spec_path?: string;
  readonly config_path: string;
}

interface ConnectionTest {
  readonly config_path: string;
  readonly status: 'succeed' | 'failed' | 'exception';
}

interface DiscoveryTest {
  readonly config_path: string;
}

export interface BasicReadTest {
  readonly config_path: string;
  readonly configured_catalog_path?: string;
  readonly empty_streams?: readonly Bypass[];
  readonly expect_records?: { readonly path?: string; readonly bypass_reason?: string };
  readonly validate_schema?: boolean;
  readonly fail_on_extra_columns?: boolean;
}

export interface FullRefreshTest {
  readonly config_path: string;
  readonly configured_catalog_path: string;
  readonly ignored_fields?: Readonly<Record<string, readonly Bypass[]>>;
}

export interface IncrementalTest {
  readonly config_path: string;
  readonly configured_catalog_path: string;
  readonly future_state?: {
    readonly future_state_path?: string;
    readonly bypass_reason?: string;
    readonly missing_streams?: readonly Bypass[];
  };
}

interface Section<T> {
  readonly tests?: readonly T[];
  readonly bypass_reason?: string;
}

export interface AcceptanceTestConfig {
  readonly connector_image: string;
  readonly test_strictness_level: 'low' | 'high';
  readonly acceptance_tests: {
    readonly spec: Section<SpecTest>;
    readonly connection: Section<ConnectionTest>;
    readonly discovery: Section<DiscoveryTest>;
    readonly basic_read: Section<BasicReadTest>;
    readonly full_refresh: Section<FullRefreshTest>;
    readonly incremental: Section<IncrementalTest>;
  };
}

const text: JsonObject = { type: 'string', minLength: 1 };
const bool: JsonObject = { type: 'boolean' };

function closed(properties: JsonObject, ...required: string[]): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

function listOf(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

/** A section is either a list of tests or the reason why there is none. */
function section(test: JsonObject): JsonObject {
  return {
    oneOf: [
      closed({ tests: { ...listOf(test), minItems: 1 } }, 'tests'),
      closed({ bypass_reason: text }, 'bypass_reason'),
    ],
  };
}

const bypass = closed({ name: text, bypass_reason: text }, 'name');
const compatibility = closed({ previous_connector_version: text, disable_for_version: text });
const timeout: JsonObject = { type: 'integer', minimum: 1 };

const FORMAT: JsonObject = closed(
  {
    connector_image: text,
    test_strictness_level: { enum: ['low', 'high'] },
    base_path: text,
    custom_environment_variables: { type: 'object' },
    acceptance_tests: closed({
      spec: section(
        closed({
          spec_path: text,
          config_path: text,
          timeout_seconds: timeout,
          deployment_mode: { enum: ['cloud', 'oss'] },
          backward_compatibility_tests_config: compatibility,
          auth_default_method: closed({ oauth: bool, bypass_reason: text }),
        }),
      ),
      connection: section(
        closed(
          {
            config_path: text,
            status: { enum: ['succeed', 'failed', 'exception'] },
            timeout_seconds: timeout,
          },
          'status',
        ),
      ),
      discovery: section(
        closed({
          config_path: text,
          timeout_seconds: timeout,
          validate_primary_keys_data_type: bool,
          backward_compatibility_tests_config: compatibility,
        }),
      ),
      basic_read: section(
        closed({
          config_path: text,
          configured_catalog_path: text,
          empty_streams: listOf(bypass),
          expect_records: closed({ path: text, bypass_reason: text, exact_order: bool }),
          validate_schema: bool,
          validate_stream_statuses: bool,
          validate_state_messages: bool,
          validate_primary_keys_data_type: bool,
          fail_on_extra_columns: bool,
          validate_data_points: bool,
          expect_trace_message_on_failure: bool,
          timeout_seconds: timeout,
          file_types: { type: 'object' },
          client_container_config: { type: 'object' },
        }),
      ),
      full_refresh: section(
        closed({
          config_path: text,
          configured_catalog_path: text,
          timeout_seconds: timeout,
          ignored_fields: { type: 'object', additionalProperties: listOf(bypass) },
        }),
      ),
      incremental: section(
        closed({
          config_path: text,
          configured_catalog_path: text,
          timeout_seconds: timeout,
          future_state: closed({
            future_state_path: text,
            bypass_reason: text,
            missing_streams: listOf(bypass),
            cursor_format: { type: 'object' },
          }),
          skip_comprehensive_incremental_tests: bool,
        }),
      ),
      connector_attributes: { type: 'object' },
      connector_documentation: { type: 'object' },
    }),
  },
  'connector_image',
  'acceptance_tests',
);

/** Every way in which a config is not in the format. */
export function formatProblems(config: JsonObject): string[] {
  return problemsOf(compile(FORMAT), config);
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function readJson<T>(path: string): T {
  return JSON.parse(readText(path)) as T;
}

export function readAcceptanceYaml(): JsonObject {
  return parse(readText('acceptance-test-config.yml')) as JsonObject;
}

export const acceptanceConfig = readAcceptanceYaml() as unknown as AcceptanceTestConfig;

/** The tests of a section; none if it says why it is left out. */
export function testsOf<T>(section: Section<T>): readonly T[] {
  return section.tests ?? [];
}
