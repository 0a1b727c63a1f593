/** What the commands say about files that are wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setupServer } from 'msw/node';
import { runCli } from './test-support/cli-run.fixture.js';
import type { CliRun } from './test-support/cli-run.fixture.js';

const KEY = 'sk_live_s3cret';
const CONFIG = { provider: { name: 'paystack', secret_key: KEY } };

const requests: string[] = [];
const server = setupServer();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-files-test-'));
  server.listen({ onUnhandledRequest: 'error' });
  server.events.on('request:start', ({ request }) => void requests.push(request.url));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  server.close();
});

/** @param content text, or a value to be written as JSON; undefined for a file that does not exist */
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  rmSync(path, { force: true });
  if (content !== undefined) {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

function catalogOf(name: string): unknown {
  return { streams: [{ stream: { name }, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };
}

/** A failure must be said in sentences, without the key, and before anything was sent. */
function expectSentences({ stdout, stderr, sentences }: CliRun): void {
  expect(sentences.length).toBeGreaterThan(0);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z][^\n]*\.$/);
  expect(stdout).not.toContain('stack_trace');
  expect(stdout).not.toMatch(/ at .*\.[jt]s:\d+/);
  expect(stdout + stderr).not.toContain('s3cret');
  expect(stderr).toBe('');
  expect(requests).toEqual([]);
}

const types = ({ messages }: CliRun) =>
  messages.map((message) => {
    if (message.type === 'LOG') return `LOG ${message.log.level}`;
    return message.type === 'TRACE' ? `TRACE ${message.trace.type}` : message.type;
  });

describe('a config file that is not a config', () => {
  test.each<[string, unknown, RegExp]>([
    ['missing', undefined, /config file .* does not exist\. Check the path given with --config\./],
    ['empty', '', /config file .* is empty\./],
    ['not JSON', `{"provider": {"secret_key": "${KEY}"`, /config file .* is not valid JSON/],
    ['UTF-16', `\ufeff${[...JSON.stringify(CONFIG)].join('\0')}\0`, /is not UTF-8 text \(PowerShell/],
    ['several values', '{}\n{}\n', /holds several JSON values, one in each line; it must hold one\./],
    ['an array', [CONFIG], /holds an array; it must hold a JSON object/],
    ['null', null, /holds null; it must hold a JSON object/],
    ['text', JSON.stringify(KEY), /holds a string; it must hold a JSON object/],
  ])('%s: exit 1 with FATAL and TRACE ERROR, from every command', async (_, content, sentence) => {
    const path = file('config.json', content);
    const catalog = file('catalog.json', catalogOf('customers'));
    for (const argv of [['check'], ['discover'], ['read', '--catalog', catalog]]) {
      const result = await runCli([...argv, '--config', path]);
      expectSentences(result);
      expect(result.sentences[0]).toMatch(sentence);
      expect([result.code, types(result)]).toEqual([1, ['LOG FATAL', 'TRACE ERROR']]);
    }
  });
});

describe('a config that the spec does not allow', () => {
  const cases: [string, unknown, RegExp][] = [
    ['no provider', {}, /provider is missing/],
    ['an unknown provider', { provider: { name: 'acme', secret_key: KEY } }, /provider\.name must be/],
    ['a provider that is text', { provider: 'paystack' }, /provider must be an object with fields/],
    [
      'a key in its place in other connectors',
      { secret_key: KEY },
      /The field secret_key belongs inside provider/,
    ],
    ['no key', { provider: { name: 'paystack' } }, /secret_key is missing/],
    ['an empty key', { provider: { name: 'paystack', secret_key: '' } }, /secret_key is missing/],
    ['a key of another kind', { provider: { name: 'paystack', secret_key: 'pk_live_s3cret' } }, /public key/],
    ['a malformed start date', { ...CONFIG, start_date: '01/02/2024' }, /start_date .*YYYY-MM-DDTHH:mm:ssZ/],
    [
      'a future start date',
      { ...CONFIG, start_date: '2999-01-01T00:00:00Z' },
      /start_date lies in the future/,
    ],
    [
      'a lookback below 0',
      { ...CONFIG, lookback_window_days: -1 },
      /lookback_window_days must be at least 0/,
    ],
    ['wrong types', { ...CONFIG, num_workers: '5' }, /num_workers must be a whole number, without quotes/],
    [
      'several problems',
      { ...CONFIG, num_workers: '5', lookback_window_days: -1 },
      /(?=.*num_workers must be)(?=.*lookback_window_days must be)/,
    ],
  ];

  test.each(cases)('%s: check says FAILED and exits 0', async (_, config, sentence) => {
    const result = await runCli(['check', '--config', file('config.json', config)]);
    expectSentences(result);
    expect(result.sentences[0]).toMatch(sentence);
    expect([result.code, types(result)]).toEqual([0, ['CONNECTION_STATUS']]);
    expect(result.messages[0]).toMatchObject({ connectionStatus: { status: 'FAILED' } });
  });

  test.each(cases)('%s: discover and read exit 1 with a config_error', async (_, config, sentence) => {
    const path = file('config.json', config);
    const catalog = file('catalog.json', catalogOf('customers'));
    for (const argv of [['discover'], ['read', '--catalog', catalog]]) {
      const result = await runCli([...argv, '--config', path]);
      expectSentences(result);
      expect(result.sentences[0]).toMatch(sentence);
      expect([result.code, types(result)]).toEqual([1, ['LOG FATAL', 'TRACE ERROR']]);
      expect(result.messages[1]).toMatchObject({ trace: { error: { failure_type: 'config_error' } } });
    }
  });

  test('an address in the environment that would send the key in the clear is refused', async () => {
    const environment = { PAYSTACK_API_URL: 'http://proxy.example' };
    const result = await runCli(['check', '--config', file('config.json', CONFIG)], { environment });
    expectSentences(result);
    expect(result.sentences[0]).toContain('PAYSTACK_API_URL must begin with https://');
  });
});

describe('a catalog or state that cannot be used', () => {
  const read = (catalog: unknown, state?: unknown) =>
    runCli([
      'read',
      '--config',
      file('config.json', CONFIG),
      '--catalog',
      file('catalog.json', catalog),
      ...(state === undefined ? [] : ['--state', file('state.json', state)]),
    ]);

  const stream = (changes: object) => ({
    streams: [
      {
        stream: { name: 'customers' },
        sync_mode: 'full_refresh',
        destination_sync_mode: 'append',
        ...changes,
      },
    ],
  });

  test.each<[string, unknown, RegExp]>([
    ['missing', undefined, /catalog file .* does not exist/],
    ['not JSON', '{"streams"', /catalog file .* is not valid JSON/],
    ['empty', '', /catalog file .* is empty/],
    ['without streams', {}, /must be a JSON object with an array "streams"/],
    ['printed by discover', { type: 'CATALOG', catalog: { streams: [] } }, /printed by `discover`/],
    ['of sync mode INVALID', stream({ sync_mode: 'INVALID' }), /sync_mode must be one of/],
    [
      'of destination mode INVALID',
      stream({ destination_sync_mode: 'INVALID' }),
      /destination_sync_mode must be/,
    ],
  ])('catalog %s', async (_, catalog, sentence) => {
    const result = await read(catalog);
    expectSentences(result);
    expect(result.sentences[0]).toMatch(sentence);
    expect([result.code, types(result)]).toEqual([1, ['LOG FATAL', 'TRACE ERROR']]);
  });

  const stateOf = (name: string, stream_state: unknown) => [
    { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state } },
  ];

  test.each<[string, unknown, RegExp]>([
    ['not JSON', '[{', /state file .* is not valid JSON/],
    ['object-shaped', { customers: {} }, /must be a JSON list of STATE messages/],
    ['without a stream', [{}], /neither "stream" nor "global"/],
    ['that is text', stateOf('customers', 'x'), /stream_state of "customers" is not an object/],
    [
      'of several lines',
      '{"type":"STATE"}\n{"type":"STATE"}\n',
      /state file .* holds several JSON values, one in each line; it must hold one: jq -s '.*"STATE".*' makes a list/,
    ],
    ['of another connector', stateOf('charges', { created: 1 }), /belongs to another connector.*charges/],
    [
      'of a test key',
      stateOf('customers', { createdAt: '2024-01-01T00:00:00.000Z', provider: 'paystack', key_mode: 'test' }),
      /state of customers is of another account, or of its other key \(key_mode "test"; the config has "live"\)/,
    ],
    [
      'of another provider',
      stateOf('customers', { created_at: '2024-01-01T00:00:00Z', provider: 'pagarme', key_mode: 'live' }),
      /state of customers is of another account, or of its other key \(provider "pagarme"; the config has "paystack"\)/,
    ],
  ])('state %s', async (_, state, sentence) => {
    const result = await read(catalogOf('customers'), state);
    expectSentences(result);
    expect(result.sentences[0]).toMatch(sentence);
    expect(result.code).toBe(1);
  });

  test('state missing', async () => {
    const result = await runCli([
      'read',
      '--config',
      file('config.json', CONFIG),
      '--catalog',
      file('catalog.json', catalogOf('customers')),
      '--state',
      join(folder, 'nowhere.json'),
    ]);
    expectSentences(result);
    expect(result.sentences[0]).toContain('nowhere.json does not exist. Check the path given with --state.');
  });

  test('state of another connector for a stream of the same name', async () => {
    const result = await read(catalogOf('customers'), stateOf('customers', { updated: 5 }));
    expectSentences(result);
    expect(result.sentences[0]).toContain('it has no "createdAt" but "updated"');
    expect(result.code).toBe(1);
  });
});
