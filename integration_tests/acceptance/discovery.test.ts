import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream } from '../../src/protocol/messages.js';
import { acceptanceConfig, testsOf } from '../acceptance-config.js';
import type { ConnectorRun } from '../connector-runner.js';
import { providerOf } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';
import { STREAM_RULES } from './stream-rules.js';

describe.each(testsOf(acceptanceConfig.acceptance_tests.discovery))(
  'discovery: $config_path',
  ({ config_path }) => {
    let one: Running;
    let run: ConnectorRun;
    let streams: AirbyteStream[];

    beforeAll(async () => {
      one = await running(providerOf(config_path).start());
      run = await one.connector.discover(config_path);
      streams = run.messages.flatMap((message) =>
        message.type === 'CATALOG' ? message.catalog.streams : [],
      );
    });
    afterAll(() => one.close());

    it('rule 19: one CATALOG, with streams of different names', () => {
      expect(run.messages.map(({ type }) => type)).toEqual(['CATALOG']);
      expect(streams.length).toBeGreaterThan(0);
      expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
      expect({ code: run.code, stderr: run.stderr, otherLines: run.otherLines }).toEqual({
        code: 0,
        stderr: '',
        otherLines: [],
      });
    });

    it('asks the API nothing, so that it also works while the API does not', () => {
      expect(one.sandbox.requests).toEqual([]);
    });

    it.each(STREAM_RULES)('each stream: $title', ({ violations }) => {
      const found = streams.map((stream) => [stream.name, violations(stream)] as const);
      expect(Object.fromEntries(found.filter(([, lines]) => lines.length > 0))).toEqual({});
    });
  },
);
