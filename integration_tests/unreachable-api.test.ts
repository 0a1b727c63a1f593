/** An API that cannot be reached, or only by a connection that is not safe: what is said, and that no key goes out. */
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createConnector, ROOT } from './connector-runner.js';
import type { Connector, ConnectorRun } from './connector-runner.js';

const SECRET = '0123456789abcdef';
const CONFIG = { provider: { name: 'paystack', secret_key: `sk_test_${SECRET}` } };
const PEM = readFileSync(join(ROOT, 'integration_tests/tls/self-signed.pem'), 'utf8');

let connector: Connector | undefined;
let server: Server | undefined;

afterEach(() => {
  connector?.close();
  server?.close();
  server = undefined;
});

async function portOf(one: Server): Promise<number> {
  server = one;
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return (one.address() as AddressInfo).port;
}

async function check(url: string, environment: Record<string, string> = {}): Promise<ConnectorRun> {
  connector = createConnector({ PAYSTACK_API_URL: url, ...environment });
  const run = await connector.check(CONFIG);
  expect(run).toMatchObject({ code: 0, stderr: '', otherLines: [] });
  expect(run.stdout).not.toContain(SECRET);
  return run;
}

/** The sentence of the failed check. */
function sentence({ messages }: ConnectorRun): string {
  const last = messages.at(-1);
  if (last?.type !== 'CONNECTION_STATUS') throw new Error('the check said nothing');
  expect(last.connectionStatus.status).toBe('FAILED');
  return last.connectionStatus.message ?? '';
}

describe('check', () => {
  it('of a host that has no address says which one cannot be reached', async () => {
    // RFC 2606: no such name will ever exist.
    expect(sentence(await check('https://api.invalid'))).toMatch(
      /^Paystack could not be reached .*\((ENOTFOUND|EAI_AGAIN)\)\. Check that this machine may reach api\.invalid \(DNS, firewall\)\.$/,
    );
  });

  it('says that a proxy of the environment is not used', async () => {
    expect(
      sentence(await check('https://api.invalid', { HTTPS_PROXY: 'http://proxy.example:8080' })),
    ).toMatch(
      /firewall\)\. The proxy that HTTPS_PROXY names is not used: the connector has to reach it directly\.$/,
    );
  });

  it('of a port at which nobody listens does so, too', async () => {
    const port = await portOf(createServer());
    await new Promise((resolve) => server?.close(resolve));
    expect(sentence(await check(`https://127.0.0.1:${port}`))).toMatch(
      /\(ECONNREFUSED\)\. Check that this machine may reach 127\.0\.0\.1:\d+ \(DNS, firewall\)\.$/,
    );
  });

  it.each([
    ['', {}],
    // Of a shell, or of a pod; a key that can move money is more than other programs have to lose.
    [', whatever the environment allows', { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }],
  ])('of a host whose certificate nobody has signed sends no request%s', async (_, environment) => {
    let requests = 0;
    const port = await portOf(
      createHttpsServer({ key: PEM, cert: PEM }, (_, response) => {
        requests++;
        response.end('{}');
      }),
    );
    expect(sentence(await check(`https://127.0.0.1:${port}`, environment))).toMatch(
      /\(DEPTH_ZERO_SELF_SIGNED_CERT\)\. Its TLS certificate was refused: .* may intercept the connection\. .* NODE_EXTRA_CA_CERTS\.$/,
    );
    expect(requests).toBe(0);
  });

  it('of a host that does not speak TLS sends nothing in the clear', async () => {
    const received: Buffer[] = [];
    const port = await portOf(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', (bytes) => {
          received.push(bytes);
          socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n');
        });
      }),
    );
    expect(sentence(await check(`https://127.0.0.1:${port}`))).toMatch(
      /\((EPROTO|ERR_SSL_\w+)\)\. No secure connection came about: /,
    );
    const bytes = Buffer.concat(received).toString('latin1');
    expect(bytes).not.toBe('');
    expect(bytes).not.toMatch(/GET|authorization|bearer/i);
    expect(bytes).not.toContain(SECRET);
  });
});
