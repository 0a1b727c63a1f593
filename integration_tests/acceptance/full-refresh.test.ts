import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream } from '../../src/protocol/messages.js';
import { acceptanceConfig, readJson, testsOf } from '../acceptance-config.js';
import { configured, groupMessages } from '../connector-runner.js';
import type { Configured, Messages } from '../connector-runner.js';
import { providerOf } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';

describe.each(testsOf(acceptanceConfig.acceptance_tests.full_refresh))(
  'full_refresh: $config_path',
  (test) => {
    const { config_path, configured_catalog_path, ignored_fields = {} } = test;
    const ignored = (stream: string): string[] => (ignored_fields[stream] ?? []).map(({ name }) => name);
    let one: Running;
    let streams: AirbyteStream[];
    let first: Messages;
    let second: Messages;

    beforeAll(async () => {
      one = await running(providerOf(config_path).start());
      const wanted = readJson<{ streams: Configured[] }>(configured_catalog_path).streams.map(
        ({ stream }) => stream.name,
      );
      streams = (await one.connector.streams(config_path)).filter(({ name }) => wanted.includes(name));
      const catalog = { streams: streams.map((stream) => configured(stream, 'full_refresh')) };
      const read = async () => groupMessages(await one.connector.read({ config: config_path, catalog }));
      first = await read();
      second = await read();
    });
    afterAll(() => one.close());

    it('rule 33: a second read starts when the first has ended', () => {
      const times = (messages: Messages) => messages.records.map(({ emittedAt }) => emittedAt);
      expect(Math.max(...times(first))).toBeLessThan(Math.min(...times(second)));
    });

    it('rule 33: a second read yields the same records again', () => {
      const texts = (messages: Messages, name: string) =>
        messages
          .recordsOf(name)
          .map(({ data }) =>
            JSON.stringify(
              Object.fromEntries(Object.entries(data).filter(([field]) => !ignored(name).includes(field))),
            ),
          )
          .sort();
      const different = streams.filter(
        ({ name }) => texts(first, name).join() !== texts(second, name).join(),
      );
      expect(different.map(({ name }) => name)).toEqual([]);
      expect(first.records.length).toBeGreaterThan(0);
    });

    it('only fields that are really there are ignored', () => {
      for (const [name, fields] of Object.entries(ignored_fields)) {
        for (const field of fields) expect(first.recordsOf(name)[0]?.data).toHaveProperty(field.name);
      }
    });
  },
);
