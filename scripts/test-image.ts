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
const sandbox = await startPaystackSandbox({ rateLimit: false });
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

  const run = (...args: string[]) =>
    docker(
      'run',
      '--rm',
      '--network=host',
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--memory=512m',
      '--workdir=/source',
      `--volume=${folder}:/source:ro`,
      `--env=PAYSTACK_API_URL=${sandbox.url}`,
      '--entrypoint=/bin/sh',
      IMAGE,
      '-c',
      `$AIRBYTE_ENTRYPOINT ${args.join(' ')}`,
    );
  const config = {
    provider: { name: 'paystack', secret_key: sandbox.secretKey },
    requests_per_minute: 100_000,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));

  console.log('> spec, check, discover, read');
  const [spec] = parse(await run('spec'));
  assert.equal(spec?.type, 'SPEC');

  const status = parse(await run('check', '--config', '/source/config.json')).at(-1);
  assert.ok(status?.type === 'CONNECTION_STATUS' && status.connectionStatus.status === 'SUCCEEDED');

  const [catalog] = parse(await run('discover', '--config', 'config.json'));
  assert.ok(catalog?.type === 'CATALOG');
  const { streams } = catalog.catalog;
  const configured = streams.map((stream) => ({
    stream,
    sync_mode: stream.supported_sync_modes.at(-1),
    destination_sync_mode: 'append',
  }));
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify({ streams: configured }));

  const messages = parse(await run('read', '--config', 'config.json', '--catalog', 'catalog.json'));
  const count = (name: string) =>
    messages.filter((message) => message.type === 'RECORD' && message.record.stream === name).length;
  for (const { name } of streams) assert.ok(count(name) > 0, `${name} has records`);
  assert.equal(count('transactions'), sandbox.data['transactions']?.length);
  const complete = messages.filter(
    (message) =>
      message.type === 'TRACE' &&
      message.trace.type === 'STREAM_STATUS' &&
      message.trace.stream_status.status === 'COMPLETE',
  );
  assert.equal(complete.length, streams.length, 'every stream is complete');
  assert.deepEqual(sandbox.violations, []);
  console.log(`The image works: ${added.toFixed(1)} MiB on top of ${BASE}, ${streams.length} streams read.`);
} finally {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
}
