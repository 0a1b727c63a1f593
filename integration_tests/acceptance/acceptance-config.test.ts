import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { AirbyteState, JsonObject } from '../../src/protocol/messages.js';
import {
  acceptanceConfig,
  formatProblems,
  readAcceptanceYaml,
  readJson,
  readText,
  testsOf,
} from '../acceptance-config.js';
import type { Configured } from '../connector-runner.js';
import { ROOT } from '../connector-runner.js';
import { PROVIDERS, providerOf } from '../providers.js';

const { acceptance_tests: sections, connector_image, test_strictness_level } = acceptanceConfig;

function names(path: string): Set<string> {
  return new Set(
    readText(path)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { stream: string }).stream),
  );
}

/** Every `…_path` and `path` of the file. */
function paths(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string' && /(^|_)path$/.test(key) ? [member] : paths(member),
  );
}

describe('acceptance-test-config.yml', () => {
  it('is in the format of the acceptance tests, without an unknown key', () => {
    expect(formatProblems(readAcceptanceYaml())).toEqual([]);
    expect(formatProblems({ ...readAcceptanceYaml(), connector_name: 'x' })).toHaveLength(1);
  });

  it('names the development image and asks for the high strictness', () => {
    expect([connector_image, test_strictness_level]).toEqual(['source-payments:dev', 'high']);
  });

  it('names only files that exist', () => {
    expect(paths(sections).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('strictness high: has tests or a reason in every section', () => {
    for (const name of [
      'spec',
      'connection',
      'discovery',
      'basic_read',
      'full_refresh',
      'incremental',
    ] as const) {
      const { tests = [], bypass_reason } = sections[name];
      expect({ name, isCovered: tests.length > 0 || bypass_reason !== undefined }).toEqual({
        name,
        isCovered: true,
      });
    }
  });

  it('tests each provider in every section', () => {
    for (const [name, section] of Object.entries(sections)) {
      const tested = (section.tests ?? []).map(({ config_path }) => providerOf(config_path).name);
      expect({ name, tested: [...new Set(tested)].sort() }).toEqual({
        name,
        tested: PROVIDERS.map((provider) => provider.name).sort(),
      });
    }
  });

  it.each(testsOf(sections.basic_read))('strictness high: basic_read of $config_path', (test) => {
    expect(test.configured_catalog_path).toBeUndefined();
    expect(test.validate_schema ?? true).toBe(true);
    expect(test.fail_on_extra_columns ?? true).toBe(true);
    for (const { bypass_reason } of test.empty_streams ?? []) expect(bypass_reason).toBeDefined();
    const { path, bypass_reason } = test.expect_records ?? {};
    expect(path ?? bypass_reason).toBeDefined();
    if (path === undefined) return;
    const empty = new Set((test.empty_streams ?? []).map(({ name }) => name));
    const snapshot = readJson<{ streams: JsonObject }>(
      `integration_tests/${providerOf(test.config_path).name}/catalog.snapshot.json`,
    );
    const wanted = Object.keys(snapshot.streams).filter((name) => !empty.has(name));
    expect([...names(path)].sort()).toEqual(wanted.sort());
  });

  it.each(testsOf(sections.full_refresh))(
    'strictness high: full_refresh of $config_path',
    ({ ignored_fields = {} }) => {
      for (const field of Object.values(ignored_fields).flat()) expect(field.bypass_reason).toBeDefined();
    },
  );

  it.each(testsOf(sections.incremental))('strictness high: incremental of $config_path', (test) => {
    const { future_state_path: path, bypass_reason, missing_streams = [] } = test.future_state ?? {};
    expect(path ?? bypass_reason).toBeDefined();
    if (path === undefined) return;
    const { streams } = readJson<{ streams: Configured[] }>(test.configured_catalog_path);
    const incremental = streams
      .filter(({ stream }) => stream.supported_sync_modes.includes('incremental'))
      .map(({ stream }) => stream.name);
    const covered = readJson<AirbyteState[]>(path).map(({ stream }) => stream.stream_descriptor.name);
    expect([...covered, ...missing_streams.map(({ name }) => name)].sort()).toEqual(incremental.sort());
  });
});
