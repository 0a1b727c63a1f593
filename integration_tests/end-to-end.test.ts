import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream, JsonObject } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { outputOf } from './child-output.js';
import type { ChildWithOutput } from './child-output.js';
import { configured, groupMessages, lastStates, PROGRAM } from './connector-runner.js';
import type { ConnectorRun, Messages } from './connector-runner.js';
import { catalogOf, differences, joined, lastStatus, lostIn } from './differences.js';
import { PROVIDERS } from './providers.js';
import { running } from './running.js';
import type { Running } from './running.js';
import { testChanges } from './variants.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Time for a process to end after it was asked to, ms; much less is usual. */
const END_WITHIN_MS = 3000;

describe.each(PROVIDERS)('end to end: $name', (provider) => {
  const config = readJson<JsonObject>(`integration_tests/${provider.name}/config.json`);
  const { path: refusedPath, stream: refusedStream } = provider.refusable;
  let one: Running;
  let streams: AirbyteStream[];
  let run: ConnectorRun;
  let messages: Messages;

  beforeAll(async () => {
    one = await running(provider.start());
    streams = await one.connector.streams(config);
    run = await one.connector.read({ config, catalog: catalogOf(streams) });
    messages = groupMessages(run);
  });
  afterAll(() => one.close());

  function expectNoKey(...runs: ConnectorRun[]): void {
    const { secretKey } = one.sandbox;
    const secrets = [secretKey, ...[secretKey, `${secretKey}:`].map((text) => base64(text))];
    for (const { stdout, stderr } of runs) {
      expect(secrets.filter((secret) => stdout.includes(secret) || stderr.includes(secret))).toEqual([]);
    }
  }

  it('a full read yields every record of the API once, byte for byte', () => {
    expect({ code: run.code, stderr: run.stderr, otherLines: run.otherLines }).toEqual({
      code: 0,
      stderr: '',
      otherLines: [],
    });
    expect(differences(provider, one.sandbox.expected(), messages, streams)).toEqual([]);
    expect(messages.records.length).toBeGreaterThan(1000);
  });

  it('every STATE of a stream with a cursor says whose it is', async () => {
    const catalog = {
      streams: streams.map((stream) => configured(stream, stream.supported_sync_modes.at(-1))),
    };
    const { states } = groupMessages(await one.connector.read({ config, catalog }));
    const dated = streams.filter(({ supported_sync_modes }) => supported_sync_modes.includes('incremental'));
    expect(dated.length).toBeGreaterThan(10);
    for (const { name } of dated) {
      const last = lastStates(states).find(({ stream }) => stream.stream_descriptor.name === name);
      expect({ name, ...last?.stream.stream_state }).toMatchObject({
        provider: provider.name,
        key_mode: 'test',
      });
    }
  });

  it('the data has what parsing and printing would change', () => {
    const texts = messages.records.map(({ raw }) => raw);
    expect(texts.some((text) => JSON.stringify(JSON.parse(text)) !== text)).toBe(true);
    expect(texts.some((text) => /[:,[]-?(\d{17,}|\d+\.0+)[,}\]]/.test(text))).toBe(true);
  });

  it('only reads, and says neither in its output nor in its log what the key is', async () => {
    expect(one.sandbox.violations).toEqual([]);
    const debug = await one.connector.run([
      ...one.connector.readArguments({ config, catalog: catalogOf(streams.slice(0, 3)) }),
      '--debug',
    ]);
    const check = await one.connector.check(config);
    const wrong = await one.connector.check({ ...config, start_date: one.sandbox.secretKey });
    expect(wrong.stdout).toContain('FAILED');
    expectNoKey(run, debug, check, wrong);
  });

  it('a stream that the source does not have fails alone', async () => {
    const unknown: AirbyteStream = {
      name: 'no_such_stream',
      json_schema: {},
      supported_sync_modes: ['full_refresh'],
    };
    const some = streams.slice(0, 4);
    const result = await one.connector.read({ config, catalog: catalogOf([unknown, ...some]) });
    const read = groupMessages(result);
    expect(result.code).toBe(1);
    expect(some.map(({ name }) => lastStatus(read, name))).toEqual(some.map(() => 'COMPLETE'));
    expect(lastStatus(read, 'no_such_stream')).toBe('INCOMPLETE');
    expect(differences(provider, one.sandbox.expected(), read, some)).toEqual([]);
    expect(read.errors.map(({ error }) => error.stream_descriptor?.name)).toEqual([
      'no_such_stream',
      undefined,
    ]);
    expect(read.errors.map(({ error }) => error.failure_type)).toEqual(['config_error', 'config_error']);
  });

  describe('a list that the account may not read', () => {
    let refused: ConnectorRun;
    let check: ConnectorRun;
    let read: Messages;

    beforeAll(async () => {
      one.sandbox.faults.forbid(refusedPath);
      refused = await one.connector.read({ config, catalog: catalogOf(streams) });
      check = await one.connector.check(config);
      one.sandbox.faults.clear();
      read = groupMessages(refused);
    });

    it('fails alone; all other streams are complete', () => {
      const others = streams.filter(({ name }) => name !== refusedStream);
      expect(refused.code).toBe(1);
      expect(lastStatus(read, refusedStream)).toBe('INCOMPLETE');
      expect(
        others.filter(({ name }) => lastStatus(read, name) !== 'COMPLETE').map(({ name }) => name),
      ).toEqual([]);
      expect(differences(provider, one.sandbox.expected(), read, others)).toEqual([]);
    });

    it('is named by its own error, which says what to do, and by the last one', () => {
      const [own, summary] = read.errors;
      expect(read.errors).toHaveLength(2);
      expect(own?.error).toMatchObject({
        failure_type: 'config_error',
        stream_descriptor: { name: refusedStream },
      });
      expect(own?.error.message.length).toBeGreaterThan(40);
      expect(summary?.error.message).toContain(refusedStream);
      expectNoKey(refused);
    });

    it('does not fail the check, which warns of it', () => {
      const status = check.messages.find((message) => message.type === 'CONNECTION_STATUS');
      expect(status).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
      const warnings = check.messages.flatMap((message) =>
        message.type === 'LOG' && message.log.level === 'WARN' ? [message.log.message] : [],
      );
      expect(warnings).toEqual([expect.stringContaining(refusedStream)]);
    });
  });

  it('SIGTERM in the middle: whole lines, dead by the signal, and the next sync misses nothing', async () => {
    const catalog = {
      streams: streams.map((stream) => configured(stream, stream.supported_sync_modes.at(-1))),
    };
    let asked = 0;
    const stopOnRecord = (child: ChildWithOutput): void => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (asked > 0 || !chunk.includes('"type":"STATE"')) return;
        asked = Date.now();
        child.kill('SIGTERM');
      });
    };
    one.sandbox.faults.latencyMs = 100;
    const stopped = await one.connector.read({ config, catalog }, stopOnRecord);
    const endedAfter = Date.now() - asked;
    one.sandbox.faults.clear();

    expect({ code: stopped.code, signal: stopped.signal, stderr: stopped.stderr }).toEqual({
      code: null,
      signal: 'SIGTERM',
      stderr: '',
    });
    expect(endedAfter).toBeLessThan(END_WITHIN_MS);
    expect(stopped.otherLines).toEqual([]);
    const before = groupMessages(stopped);
    expect(before.errors).toEqual([]);
    expect(before.records.length).toBeLessThan(messages.records.length);

    const rest = groupMessages(
      await one.connector.read({ config, catalog, state: lastStates(before.states) }),
    );
    const both = joined(before, rest);
    expect(lostIn(differences(provider, one.sandbox.expected(), both, streams))).toEqual([]);
  });

  it('a reader that closes the pipe after the first line ends it quietly', async () => {
    const args = one.connector.readArguments({ config, catalog: catalogOf(streams) });
    const started = Date.now();
    const child = spawn('sh', ['-c', '"$0" "$@" | head -n 1', process.execPath, PROGRAM, ...args], {
      env: { ...process.env, ...one.sandbox.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = await outputOf(child);
    expect(result.stdout.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(result.stdout)).toHaveProperty('type');
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  it('a slice that fails holds the state back: the next sync misses nothing', async () => {
    const { stream: name, startDate, pattern, reply } = provider.brokenSlice;
    const { connector, sandbox, close } = await running(provider.startWithSmallPages());
    try {
      const stream = streams.filter((candidate) => candidate.name === name);
      const catalog = { streams: stream.map((only) => configured(only, 'incremental')) };
      const ownConfig = { ...config, start_date: startDate };
      sandbox.faults.respondNext(pattern, reply, Infinity);
      const failed = await connector.read({ config: ownConfig, catalog });
      sandbox.faults.clear();
      const before = groupMessages(failed);
      expect(failed.code).toBe(1);
      expect(before.errors.map(({ error }) => error.stream_descriptor?.name)).toEqual([name, undefined]);
      expect(before.statusesOf(name).at(-1)?.status).toBe('INCOMPLETE');

      const again = await connector.read({ config: ownConfig, catalog, state: lastStates(before.states) });
      expect(again.code).toBe(0);
      const rest = groupMessages(again);
      expect(rest.records.length).toBeLessThan((sandbox.expected().get(name) ?? []).length);
      const both = joined(before, rest);
      expect(lostIn(differences(provider, sandbox.expected(), both, stream))).toEqual([]);
    } finally {
      await close();
    }
  });

  testChanges(provider, { title: 'nothing is unusual', start: () => provider.start() });
});
