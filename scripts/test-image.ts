/**
 * Builds the image and runs it as Airbyte's pods do: as uid 1000, without capabilities, with a read-only
 * root file system, from another working directory, through `sh -c "$AIRBYTE_ENTRYPOINT …"`.
 * Needs a Docker engine; `npm run test:image`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPagarmeSandbox } from '../sandbox/pagarme/server.js';
import { startPaystackSandbox } from '../sandbox/paystack/server.js';
import type { AirbyteMessage } from '../src/protocol/messages.js';

const IMAGE = 'source-payments:dev';
const BASE = 'node:24-bookworm-slim';
/** MiB that the image may add to its base. */
const MAX_ADDED_SIZE = 20;

const execute = promisify(execFile);

async function docker(...args: string[]): Promise<string> {
  const { stdout } = await execute('docker', args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

async function sizeOf(image: string): Promise<number> {
  return Number(await docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1024 / 1024;
}

function parse(output: string): AirbyteMessage[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as AirbyteMessage);
}

const folder = mkdtempSync(join(tmpdir(), 'source-payments-image-'));
// The container's user is another one than ours.
chmodSync(folder, 0o755);

/** Runs a command of the image as a pod does. */
function run(environment: Record<string, string>, ...args: string[]): Promise<string> {
  return docker(
    'run',
    '--rm',
    '--network=host',
    '--read-only',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    '--memory=512m',
    '--workdir=/source',
    `--volume=${folder}:/source:ro`,
    ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
    '--entrypoint=/bin/sh',
    IMAGE,
    '-c',
    `$AIRBYTE_ENTRYPOINT ${args.join(' ')}`,
  );
}

interface Subject {
  readonly name: string;
  readonly secretKey: string;
  readonly environment: Record<string, string>;
  /** A stream whose records are counted, and how many there are. */
  readonly counted: readonly [string, number];
  readonly violations: readonly unknown[];
}

/** @returns the number of its streams */
async function readAll({ name, secretKey, environment, counted, violations }: Subject): Promise<number> {
  console.log(`> ${name}: check, discover, read`);
  const config = { provider: { name, secret_key: secretKey }, requests_per_minute: 100_000 };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const status = parse(await run(environment, 'check', '--config', '/source/config.json')).at(-1);
  assert.ok(status?.type === 'CONNECTION_STATUS' && status.connectionStatus.status === 'SUCCEEDED');

  const [catalog] = parse(await run(environment, 'discover', '--config', 'config.json'));
  assert.ok(catalog?.type === 'CATALOG');
  const { streams } = catalog.catalog;
  const configured = streams.map((stream) => ({
    stream,
    sync_mode: stream.supported_sync_modes.at(-1),
    destination_sync_mode: 'append',
  }));
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify({ streams: configured }));

  const output = await run(environment, 'read', '--config', 'config.json', '--catalog', 'catalog.json');
  const messages = parse(output);
  const count = (stream: string) =>
    messages.filter((message) => message.type === 'RECORD' && message.record.stream === stream).length;
  for (const stream of streams) assert.ok(count(stream.name) > 0, `${stream.name} has records`);
  assert.equal(count(counted[0]), counted[1]);
  const complete = messages.filter(
    (message) =>
      message.type === 'TRACE' &&
      message.trace.type === 'STREAM_STATUS' &&
      message.trace.stream_status.status === 'COMPLETE',
  );
  assert.equal(complete.length, streams.length, 'every stream is complete');
  assert.deepEqual(violations, []);
  return streams.length;
}

const paystack = await startPaystackSandbox({ rateLimit: false });
const pagarme = await startPagarmeSandbox({ rateLimit: false, quirks: { balanceOperations: 'alive' } });
try {
  console.log('> docker build');
  await docker('build', '--network=host', '--tag', IMAGE, '.');
  const added = (await sizeOf(IMAGE)) - (await sizeOf(BASE));
  assert.ok(added <= MAX_ADDED_SIZE, `the image adds ${added.toFixed(1)} MiB to its base`);

  const [image] = JSON.parse(await docker('image', 'inspect', IMAGE)) as {
    Config: { Env: string[]; Entrypoint: string[]; User: string };
  }[];
  const entrypoint = image?.Config.Env.find((one) => one.startsWith('AIRBYTE_ENTRYPOINT='))?.slice(19);
  assert.equal(entrypoint, image?.Config.Entrypoint.join(' '), 'AIRBYTE_ENTRYPOINT is the entry point');
  assert.equal(image?.Config.User, '1000:1000');
  const [spec] = parse(await run({}, 'spec'));
  assert.equal(spec?.type, 'SPEC');

  const ofPaystack = await readAll({
    name: 'paystack',
    secretKey: paystack.secretKey,
    environment: { PAYSTACK_API_URL: paystack.url },
    counted: ['transactions', paystack.data['transactions']?.length ?? 0],
    violations: paystack.violations,
  });
  const ofPagarme = await readAll({
    name: 'pagarme',
    secretKey: pagarme.secretKey,
    environment: { PAGARME_API_URL: pagarme.url, PAGARME_DISPUTES_API_URL: pagarme.disputesUrl },
    counted: ['charges', pagarme.data.charges.length],
    violations: pagarme.violations,
  });
  console.log(
    `The image works: ${added.toFixed(1)} MiB on top of ${BASE}, ${ofPaystack + ofPagarme} streams read.`,
  );
} finally {
  await paystack.close();
  await pagarme.close();
  rmSync(folder, { recursive: true, force: true });
}
