/** What of Node and of the dependencies a run loads: each part costs memory and time in every one of them. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/protocol/messages.js';
import { createConnector, PROGRAM, ROOT } from './connector-runner.js';
import type { Connector } from './connector-runner.js';

/** Makes a process tell on standard error which of Node's own modules it has loaded. */
const TELL_MODULES = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => console.error(process.moduleLoadList.join("\\n")))',
)}`;
/** Nothing answers there. */
const NOWHERE = 'http://127.0.0.1:9';

let connector: Connector;

beforeAll(() => {
  connector = createConnector({
    NODE_OPTIONS: `--import=${TELL_MODULES}`,
    PAYSTACK_API_URL: NOWHERE,
  });
});
afterAll(() => connector.close());

function modulesOf(stderr: string): string[] {
  return stderr.split('\n').map((line) => line.replace(/^NativeModule /, ''));
}

describe('of Node', () => {
  it('loads no implementation of fetch, of HTTP/2 and, for an address without it, of TLS for requests', async () => {
    const run = await connector.check({
      provider: { name: 'paystack', secret_key: 'sk_test_0123456789abcdef' },
    });
    const modules = modulesOf(run.stderr);
    expect(modules).toContain('http');
    expect(modules).not.toContain('internal/deps/undici/undici');
    for (const name of ['http2', 'https', 'tls', 'crypto']) expect(modules).not.toContain(name);
  });

  it('loads nothing of the network for the spec', async () => {
    const modules = modulesOf((await connector.spec()).stderr);
    expect(modules).toContain('fs');
    for (const name of ['http', 'https', 'tls', 'zlib']) expect(modules).not.toContain(name);
  });
});

describe('of the dependencies', () => {
  describe('without the part that compiles schemas', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bundle-test-'));
      for (const name of ['dist', 'package.json', 'spec.json']) {
        cpSync(join(ROOT, name), join(folder, name), { recursive: true });
      }
      const parts = readdirSync(join(folder, 'dist')).filter((name) => name.startsWith('validator-'));
      expect(parts).toHaveLength(1);
      for (const name of parts) rmSync(join(folder, 'dist', name));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    function discover(config: JsonObject): string {
      const path = join(folder, 'config.json');
      writeFileSync(path, JSON.stringify(config));
      const program = [join(folder, 'dist/main.js'), 'discover', '--config', path];
      try {
        return execFileSync(process.execPath, program, { encoding: 'utf8', maxBuffer: Infinity });
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    }

    it.each([
      ['paystack', 'sk_test_0123456789abcdef'],
      ['pagarme', 'sk_test_0123456789abcdef'],
    ])('holds a config of %s against the spec: that was compiled when it was built', (name, secret_key) => {
      const provider = { name, secret_key };
      expect(discover({ provider })).toContain('"type":"CATALOG"');
      expect(discover({ provider, start_date: '2024-02-30T00:00:00Z', num_workers: 0 })).toContain(
        'Config validation error: start_date is not a day and time of the calendar; num_workers must be at least 1.',
      );
    });
  });

  it('holds no code that follows redirects', () => {
    const folder = dirname(PROGRAM);
    const code = readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    expect(code).toContain('AxiosHeaders');
    expect(code).not.toContain('function RedirectableRequest');
  });
});
