/** What of Node and of the dependencies a run loads: each part costs memory and time in every one of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnector, PROGRAM } from './connector-runner.js';
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
  it('loads no implementation of fetch and of HTTP/2 for requests', async () => {
    const run = await connector.check({
      provider: { name: 'paystack', secret_key: 'sk_test_0123456789abcdef' },
    });
    const modules = modulesOf(run.stderr);
    expect(modules).toContain('http');
    expect(modules).not.toContain('internal/deps/undici/undici');
    expect(modules).not.toContain('http2');
  });

  it('loads nothing of the network for the spec', async () => {
    const modules = modulesOf((await connector.spec()).stderr);
    expect(modules).toContain('fs');
    for (const name of ['http', 'https', 'tls', 'zlib']) expect(modules).not.toContain(name);
  });
});

describe('of the dependencies', () => {
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
