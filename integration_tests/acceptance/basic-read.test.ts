import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream } from '../../src/protocol/messages.js';
import { acceptanceConfig, readText, testsOf } from '../acceptance-config.js';
import { configured, groupMessages } from '../connector-runner.js';
import type { ConnectorRun, Messages } from '../connector-runner.js';
import { isObject, parseExactly, propertiesOf } from '../json-schema.js';
import { providerOf } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';
import { countProblems, keyText, recordProblems } from './record-rules.js';

/** A line of the file with expected records: its stream, and the text of its data. */
function expectedRecords(path: string): { name: string; raw: string }[] {
  return readText(path)
    .trim()
    .split('\n')
    .map((line) => ({
      name: (JSON.parse(line) as { stream: string }).stream,
      raw: line.slice(line.indexOf('"data":') + '"data":'.length, line.lastIndexOf(',"emitted_at"')),
    }));
}

describe.each(testsOf(acceptanceConfig.acceptance_tests.basic_read))('basic_read: $config_path', (test) => {
  const { config_path, empty_streams = [], expect_records = {}, fail_on_extra_columns = true } = test;
  const empty = new Set(empty_streams.map(({ name }) => name));
  let one: Running;
  let streams: AirbyteStream[];
  let run: ConnectorRun;
  let messages: Messages;

  beforeAll(async () => {
    one = await running(providerOf(config_path).start());
    streams = (await one.connector.streams(config_path)).filter(({ name }) => !empty.has(name));
    const catalog = { streams: streams.map((stream) => configured(stream)) };
    run = await one.connector.read({ config: config_path, catalog });
    messages = groupMessages(run);
  });
  afterAll(() => one.close());

  /** What `problems` finds in the streams, by name. */
  function inEachStream(problems: (stream: AirbyteStream) => unknown[]): Record<string, unknown[]> {
    const found = streams.map((stream) => [stream.name, problems(stream)] as const);
    return Object.fromEntries(found.filter(([, list]) => list.length > 0));
  }

  it('ends well and prints nothing but messages', () => {
    expect({ code: run.code, signal: run.signal, stderr: run.stderr, otherLines: run.otherLines }).toEqual({
      code: 0,
      signal: null,
      stderr: '',
      otherLines: [],
    });
    expect(messages.errors).toEqual([]);
  });

  it('rule 25: there are records, and each has a field of its schema', () => {
    expect(messages.records.length).toBeGreaterThan(0);
    expect(
      inEachStream(({ name, json_schema }) => {
        const declared = Object.keys(propertiesOf(json_schema));
        return messages.recordsOf(name).filter(({ data }) => !declared.some((field) => field in data));
      }),
    ).toEqual({});
  });

  it('rule 25: records fit their schema; 1.0 is no integer, and a date-time is one', () => {
    expect(inEachStream((stream) => recordProblems(stream, messages.recordsOf(stream.name), false))).toEqual(
      {},
    );
  });

  it('rule 26: no record has a field, at any depth, that its schema does not declare', () => {
    expect(fail_on_extra_columns).toBe(true);
    expect(inEachStream((stream) => recordProblems(stream, messages.recordsOf(stream.name), true))).toEqual(
      {},
    );
  });

  it('rule 27: every stream has a record', () => {
    expect(
      streams.filter(({ name }) => messages.recordsOf(name).length === 0).map(({ name }) => name),
    ).toEqual([]);
  });

  it('rule 28: keys are plain values, at least one of them not null', () => {
    expect(
      inEachStream(({ name, source_defined_primary_key: keys = [] }) =>
        messages.recordsOf(name).flatMap(({ data }) => {
          const values = keys.map((path) => data[path[0] ?? '']);
          const isBad = values.some((value) => typeof value === 'object' && value !== null);
          return isBad || values.every((value) => value === null || value === undefined) ? [values] : [];
        }),
      ),
    ).toEqual({});
  });

  it('rule 29: the expected records are there', () => {
    for (const { name, raw } of expectedRecords(expect_records.path ?? '')) {
      const stream = streams.find((candidate) => candidate.name === name);
      if (stream === undefined) throw new Error(`no stream ${name}`);
      const key = keyText(stream, { raw });
      const found = messages.recordsOf(name).find((record) => keyText(stream, record) === key);
      expect({ name, data: found && parseExactly(found.raw) }).toEqual({
        name,
        data: expect.objectContaining(parseExactly(raw)),
      });
    }
  });

  it('rule 30: each stream is STARTED, RUNNING and COMPLETE, in this order', () => {
    expect(
      inEachStream(({ name }) => {
        const statuses = messages.statusesOf(name).map(({ status }) => status);
        const isOrdered =
          statuses.length >= 3 &&
          statuses[0] === 'STARTED' &&
          statuses.at(-1) === 'COMPLETE' &&
          statuses.slice(1, -1).every((status) => status === 'RUNNING');
        return isOrdered ? [] : statuses;
      }),
    ).toEqual({});
  });

  it('rule 30: RUNNING precedes the first record, and the last STATE precedes COMPLETE', () => {
    expect(
      inEachStream(({ name }) => {
        const statuses = messages.statusesOf(name);
        const order = [
          statuses[0]?.position,
          statuses[1]?.position,
          messages.recordsOf(name)[0]?.position,
          messages.recordsOf(name).at(-1)?.position,
          messages.statesOf(name).at(-1)?.position,
          statuses.at(-1)?.position,
        ].filter((position) => position !== undefined);
        return order.every((position, i) => i === 0 || position >= (order[i - 1] ?? Infinity)) ? [] : order;
      }),
    ).toEqual({});
  });

  it('rule 31: each stream has a STATE of its own kind', () => {
    expect(messages.states.length).toBeGreaterThanOrEqual(streams.length);
    expect(inEachStream(({ name }) => (messages.statesOf(name).length === 0 ? ['no STATE'] : []))).toEqual(
      {},
    );
    expect([...new Set(messages.states.map(({ state }) => state.type))]).toEqual(['STREAM']);
    expect(messages.states.filter(({ state }) => !isObject(state.stream.stream_state))).toEqual([]);
  });

  it('rule 31: sourceStats count the records since the STATE before, with a decimal point', () => {
    expect(messages.states.filter(({ line }) => !/"recordCount":\d+\.0\}/.test(line))).toEqual([]);
    expect(inEachStream(({ name }) => countProblems(messages, name))).toEqual({});
  });

  it('rule 31: no record follows the last STATE of its stream', () => {
    expect(
      inEachStream(({ name }) => {
        const last = messages.statesOf(name).at(-1)?.position ?? -1;
        return messages.recordsOf(name).filter(({ position }) => position > last);
      }),
    ).toEqual({});
  });

  it('rule 32: an invalid catalog is a TRACE ERROR', async () => {
    const stream = {
      name: '__AIRBYTE__stream_that_does_not_exist',
      json_schema: {},
      supported_sync_modes: [],
    };
    const catalog = { streams: [{ stream, sync_mode: 'INVALID', destination_sync_mode: 'INVALID' }] };
    const failed = await one.connector.read({ config: config_path, catalog });
    expect(groupMessages(failed).errors.length).toBeGreaterThanOrEqual(1);
    expect(failed.code).toBe(1);
  });

  it('sends nothing that a reader must not send', () => {
    expect(one.sandbox.violations).toEqual([]);
    expect([...new Set(one.sandbox.requests.map(({ method }) => method))]).toEqual(['GET']);
  });
});
