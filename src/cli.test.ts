import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { readSpec, readVersion } from './package-files.js';
import { paystack } from './providers/paystack/provider.js';
import { runCli } from './test-support/cli-run.fixture.js';
import { MemorySink } from './test-support/memory-sink.fixture.js';

const KEY = 'sk_test_s3cretKeyOfTheTests';
const API = 'https://api.paystack.co';

const server = setupServer();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-test-'));
  server.listen({ onUnhandledRequest: 'error' });
});
afterEach(() => server.resetHandlers());
afterAll(() => {
  rmSync(folder, { recursive: true });
  server.close();
});

/** A file with this content, or this JSON. */
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const CONFIG = { provider: { name: 'paystack', secret_key: KEY }, start_date: '2024-01-01T00:00:00Z' };
const config = (changes: object = {}) => file('config.json', { ...CONFIG, ...changes });
const catalogOf = (...names: string[]) =>
  file('catalog.txt', {
    streams: names.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'overwrite',
    })),
  });

function apiAnswers(response: () => Response): string[] {
  const asked: string[] = [];
  server.use(
    http.all(`${API}/*`, ({ request }) => {
      asked.push(new URL(request.url).pathname);
      return response();
    }),
  );
  return asked;
}

const emptyList = () => HttpResponse.json({ status: true, data: [], meta: { pageCount: 0 } });

describe('spec', () => {
  test('prints one SPEC, which is spec.json', async () => {
    const { code, messages, stderr } = await runCli(['spec']);
    expect(messages).toEqual([{ type: 'SPEC', spec: readSpec() }]);
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('help', () => {
  test.each(['--help', '-h'])('stands on standard output and names every command (%s)', async (option) => {
    const { code, stdout, stderr } = await runCli([option]);
    for (const word of ['spec', 'check', 'discover', 'read', '--debug']) expect(stdout).toContain(word);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('of a command names its options', async () => {
    const { code, stdout } = await runCli(['read', '--help']);
    for (const option of ['--config', '--catalog', '--state']) expect(stdout).toContain(option);
    expect(code).toBe(0);
  });

  test.each(['spec', 'check', 'discover', 'read'])('of %s has examples that are right', async (command) => {
    const { stdout } = await runCli([command, '--help']);
    const examples = [...stdout.matchAll(/^ {2}source-payments ([^>\n]+?)(?: >.*)?$/gm)].map(
      ([, line = '']) => line,
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      // A config that is no JSON: no request is made, and the arguments are all right.
      const argv = example.replace(/[a-z]+\.json/g, () => file('none.json', '{')).split(' ');
      const { code, stderr } = await runCli(argv);
      expect([stderr, code]).toEqual(['', command === 'spec' ? 0 : 1]);
    }
  });

  test('--version prints the version', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, stdout: `${readVersion()}\n`, stderr: '' });
  });
});

describe('a command line that is wrong', () => {
  test.each<[string, string[], RegExp]>([
    ['an unknown command', ['sync'], /^There is no command "sync"\. The commands are spec, check, /],
    ['a misspelt command', ['chek', '--config', 'c.json'], /^There is no command "chek"\./],
    ['an unknown option', ['spec', '--verbose'], /^spec has no option --verbose\.$/m],
    ['a misspelt option', ['check', '--conf', 'c.json'], /^check has no option --conf\.$/m],
    ['one of two words', ['check', '--config-file', 'c'], /^check has no option --config-file\.$/m],
    ['two commands', ['spec', 'check'], /^One command at a time: "check" is too much after spec\.$/m],
    [
      'a file alone',
      ['check', 'config.json'],
      /^"config\.json" stands alone: a file needs an option before it/m,
    ],
    ['check without --config', ['check'], /^check needs --config FILE\.$/m],
    ['discover without --config', ['discover'], /^discover needs --config FILE\.$/m],
    ['read without --catalog', ['read', '--config', 'c.json'], /^read needs --catalog FILE\.$/m],
    ['read without anything', ['read'], /^read needs --config FILE and --catalog FILE\.$/m],
    ['an option without its value', ['check', '--config'], /^--config needs the name of a file after it\.$/m],
    ['an option with nothing behind "="', ['check', '--config='], /^--config needs the name of a file/m],
    ['an option that is denied', ['check', '--no-config'], /^--config needs the name of a file after it\.$/m],
    ['an option with parts', ['check', '--config.a=1'], /^--config needs the name of a file after it\.$/m],
    ['an empty name', ['check', '--config', ''], /^--config needs the name of a file after it\.$/m],
  ])('%s: what is wrong and an example on stderr, exit 2', async (_, argv, text) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(stderr).toMatch(text);
    expect(stderr).toMatch(/^Example: source-payments [a-z]+/m);
    expect(stderr).toMatch(/^Help: source-payments .*--help\n$/m);
    expect(stderr).not.toContain('    at ');
    expect([code, stdout]).toEqual([2, '']);
  });

  test('no command at all: exit 1', async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('Name a command: spec, check, discover, read.');
  });
});

test.each([
  ['a command', ['sk_live_0123456789abcdef']],
  ['a file', ['check', '--config', 'sk_live_0123456789abcdef']],
])('a key in the place of %s is not said again', async (_, argv) => {
  const { stdout, stderr } = await runCli(argv);
  expect(stdout + stderr).toContain('****');
  expect(stdout + stderr).not.toContain('0123456789abcdef');
});

describe('options', () => {
  test.each([
    ['--config PATH', (path: string) => ['discover', '--config', path]],
    ['--config=PATH', (path: string) => ['discover', `--config=${path}`]],
    ['before the command', (path: string) => ['--config', path, 'discover']],
    ['with --debug', (path: string) => ['discover', '--debug', '--config', path]],
    ['of which the last counts', (path: string) => ['discover', '--config', '/nowhere', '--config', path]],
  ])('%s', async (_, argv) => {
    const { code, messages } = await runCli(argv(config()));
    expect(messages.map(({ type }) => type)).toEqual(['CATALOG']);
    expect(code).toBe(0);
  });

  test.each<[string, string[], Record<string, string>, boolean]>([
    ['--debug', ['--debug'], {}, true],
    ['LOG_LEVEL=DEBUG', [], { LOG_LEVEL: 'DEBUG' }, true],
    ['neither', [], {}, false],
  ])('messages of level DEBUG: %s', async (_, more, environment, expected) => {
    apiAnswers(() => HttpResponse.json({ status: false, message: 'Invalid key' }, { status: 401 }));
    const { messages } = await runCli(['check', '--config', config(), ...more], { environment });
    const levels = messages.flatMap((message) => (message.type === 'LOG' ? [message.log.level] : []));
    expect(levels.includes('DEBUG')).toBe(expected);
  });

  test('with --debug each request is told of, without the key', async () => {
    apiAnswers(() => HttpResponse.json({ status: true, message: 'ok', data: [], meta: { total: 0 } }));
    const { messages, stdout } = await runCli(['check', '--config', config(), '--debug']);
    const told = messages.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []));
    expect(told).toContainEqual(
      expect.stringMatching(/^GET \/customer\?.*perPage=.*: HTTP 200, \d+ bytes, \d+ ms$/),
    );
    expect(stdout).not.toContain(KEY);
  });
});

describe('discover', () => {
  test('lists every stream of the provider, without a request', async () => {
    const { messages } = await runCli(['discover', '--config', config()]);
    const [message] = messages;
    if (message?.type !== 'CATALOG') throw new Error('no CATALOG');
    expect(message.catalog.streams.map(({ name }) => name)).toEqual(
      paystack.source.streams.map(({ name }) => name),
    );
  });
});

describe('a config with a field that does not exist', () => {
  test('is accepted, and the log tells of it; fields of platforms are none', async () => {
    const { messages, code } = await runCli([
      'discover',
      '--config',
      config({ comment: 'ours', __injected: true }),
    ]);
    const warnings = messages.flatMap((one) =>
      one.type === 'LOG' && one.log.level === 'WARN' ? [one.log.message] : [],
    );
    expect(warnings).toEqual(['The config has a field "comment", which does not exist and is ignored.']);
    expect(code).toBe(0);
  });
});

describe('check', () => {
  test('says that the key works, in which mode, how much can be read, and what cannot', async () => {
    apiAnswers(emptyList);
    const { code, messages, sentences } = await runCli(['check', '--config', config()]);
    expect(messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
    expect(sentences).toHaveLength(1);
    const total = paystack.source.streams.length;
    expect(sentences[0]).toBe(
      `Connected to Paystack in test mode; ${total - 1} of ${total} streams can be read; not apple_pay_domains (the log says why).`,
    );
    expect(code).toBe(0);
  });

  test('names no stream when all can be read', async () => {
    apiAnswers(emptyList);
    server.use(
      http.get(`${API}/apple-pay/domain`, () =>
        HttpResponse.json({ status: true, data: { domainNames: [] } }),
      ),
    );
    const { sentences } = await runCli(['check', '--config', config()]);
    const total = paystack.source.streams.length;
    expect(sentences).toEqual([
      `Connected to Paystack in test mode; ${total} of ${total} streams can be read.`,
    ]);
  });

  test('names the streams that it could not try for the rate limit', async () => {
    apiAnswers(emptyList);
    server.use(
      http.get(`${API}/refund`, () => HttpResponse.json({ message: 'slow down' }, { status: 429 })),
      http.get(`${API}/apple-pay/domain`, () =>
        HttpResponse.json({ status: true, data: { domainNames: [] } }),
      ),
    );
    const { sentences } = await runCli(['check', '--config', config()]);
    const total = paystack.source.streams.length;
    expect(sentences).toEqual([
      `Connected to Paystack in test mode; ${total - 1} of ${total} streams can be read. The API limits the rate of requests, so these were not tried: refunds.`,
    ]);
  });

  test('says that the key is refused, never quoting it, after one request', async () => {
    const asked = apiAnswers(() =>
      HttpResponse.json({ status: false, message: `Invalid key ${KEY}` }, { status: 401 }),
    );
    const { code, messages, sentences, stdout } = await runCli(['check', '--config', config(), '--debug']);
    expect(messages.at(-1)).toMatchObject({ connectionStatus: { status: 'FAILED' } });
    expect(sentences.at(-1)).toContain('Invalid key ****');
    expect([code, asked]).toEqual([0, ['/transaction']]);
    expect(stdout).not.toContain('s3cret');
  });

  test('says which stream cannot be read, and succeeds all the same', async () => {
    apiAnswers(emptyList);
    server.use(http.get(`${API}/refund`, () => HttpResponse.json({ message: 'no' }, { status: 403 })));
    const { messages, code } = await runCli(['check', '--config', config()]);
    const logs = messages.flatMap((message) => (message.type === 'LOG' ? [message.log.message] : []));
    const told = logs.filter((line) => line.startsWith('The stream refunds cannot be read: '));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/ \(GET \/refund\?\S+: HTTP 403\)$/);
    expect(messages.at(-1)).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
    expect(code).toBe(0);
  });
});

describe('read', () => {
  test('accepts incremental of every stream, also of those that cannot', async () => {
    apiAnswers(emptyList);
    const { code, messages } = await runCli([
      'read',
      '--config',
      config(),
      '--catalog',
      catalogOf('balance', 'customers'),
      '--state',
      file('state.txt', '[]'),
    ]);
    expect(code).toBe(0);
    expect(messages.filter(({ type }) => type === 'STATE')).toHaveLength(2);
  });

  test('tells of a catalog that asks for what it cannot have, or for nothing', async () => {
    apiAnswers(emptyList);
    const warningsOf = async (streams: object[]) => {
      const catalog = file(`catalog-${streams.length}.json`, JSON.stringify({ streams }));
      const { messages } = await runCli(['read', '--config', config(), '--catalog', catalog]);
      return messages.flatMap((one) =>
        one.type === 'LOG' && one.log.level === 'WARN' ? [one.log.message] : [],
      );
    };
    const refunds = { stream: { name: 'refunds' }, destination_sync_mode: 'append' };
    const byUpdate = { ...refunds, sync_mode: 'incremental', cursor_field: ['updatedAt'] };
    expect(await warningsOf([byUpdate])).toEqual([
      "refunds: the catalog's cursor field updatedAt is not used; the stream goes by createdAt",
    ]);
    const byCreation = { ...refunds, sync_mode: 'incremental', cursor_field: ['createdAt'] };
    const customers = {
      ...refunds,
      stream: { name: 'customers' },
      sync_mode: 'full_refresh',
      cursor_field: ['x'],
    };
    expect(await warningsOf([byCreation, customers])).toEqual([]);
    expect(await warningsOf([])).toEqual(['The catalog names no stream, so there is nothing to read.']);
  });

  test('a stop before the end is told from a failure', async () => {
    const controller = new AbortController();
    apiAnswers(() => {
      controller.abort();
      return HttpResponse.json({}, { status: 500 });
    });
    const argv = ['read', '--config', config(), '--catalog', catalogOf('customers')];
    const { code, messages } = await runCli(argv, { signal: controller.signal });
    expect(code).toBe('stopped');
    expect(messages.filter(({ type }) => type === 'TRACE').at(-1)).not.toMatchObject({
      trace: { type: 'ERROR' },
    });
  });

  test('an unknown stream is a config_error, and the others are read', async () => {
    apiAnswers(emptyList);
    const argv = ['read', '--config', config(), '--catalog', catalogOf('customers', 'no_such')];
    const { code, messages, sentences } = await runCli(argv);
    expect(code).toBe(1);
    expect(sentences[0]).toContain('There is no stream "no_such"');
    const complete = messages.filter(
      (message) =>
        message.type === 'TRACE' &&
        message.trace.type === 'STREAM_STATUS' &&
        message.trace.stream_status.status === 'COMPLETE',
    );
    expect(complete).toMatchObject([
      { trace: { stream_status: { stream_descriptor: { name: 'customers' } } } },
    ]);
  });
});

describe('an output that cannot be written', () => {
  test('EPIPE: ends quietly', async () => {
    const { code, stderr } = await runCli(['spec'], { stdout: new MemorySink('EPIPE') });
    expect([code, stderr]).toEqual([1, '']);
  });

  test('ENOSPC: says so on stderr, in a sentence', async () => {
    const { code, stderr } = await runCli(['spec'], { stdout: new MemorySink('ENOSPC') });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^source-payments: standard output cannot be written \(ENOSPC\)\. Free the space .*, then try again\.\n$/,
    );
  });
});
