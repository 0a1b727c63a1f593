/**
 * Builds the image and runs it as Airbyte's pods do (see pod.ts): all streams of each provider.
 * Needs a Docker engine; `npm run test:image`.
 */
import assert from 'node:assert/strict';
import type { AirbyteStream } from '../src/protocol/messages.js';
import { buildImage, docker } from './docker.js';
import { operateInPod, readInPod } from './pod.js';
import { startSubjects } from './subjects.js';
import type { Subject } from './subjects.js';

const IMAGE = 'source-payments:dev';
const BASE = 'node:24-bookworm-slim';
/** MiB that the image may add to its base. */
const MAX_ADDED_SIZE = 20;

async function sizeOf(image: string): Promise<number> {
  return Number(await docker('image', 'inspect', '--format', '{{.Size}}', image)) / 1024 / 1024;
}

function configured(streams: readonly AirbyteStream[]): unknown {
  return {
    streams: streams.map((stream) => ({
      stream,
      sync_mode: stream.supported_sync_modes.at(-1),
      destination_sync_mode: 'append',
    })),
  };
}

/** @returns the number of its streams */
async function readAll({ name, config, environment, counted, violations }: Subject): Promise<number> {
  console.log(`> ${name}: check, discover, read`);
  const options = { image: IMAGE, environment };
  const checked = await operateInPod('check', config, options);
  const status = checked.messages.at(-1);
  assert.ok(status?.type === 'CONNECTION_STATUS' && status.connectionStatus.status === 'SUCCEEDED');

  const [catalog] = (await operateInPod('discover', config, options)).messages;
  assert.ok(catalog?.type === 'CATALOG');
  const { streams } = catalog.catalog;
  const { code, stderr, messages } = await readInPod({ config, catalog: configured(streams) }, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  const count = (stream: string) =>
    messages.filter((message) => message.type === 'RECORD' && message.record.stream === stream).length;
  for (const stream of streams) assert.ok(count(stream.name) > 0, `${stream.name} has records`);
  assert.equal(count(counted.stream), counted.records);
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

console.log('> docker build');
await buildImage(IMAGE);
const added = (await sizeOf(IMAGE)) - (await sizeOf(BASE));
assert.ok(added <= MAX_ADDED_SIZE, `the image adds ${added.toFixed(1)} MiB to its base`);

const [image] = JSON.parse(await docker('image', 'inspect', IMAGE)) as {
  Config: { Env: string[]; Entrypoint: string[]; User: string };
}[];
const entrypoint = image?.Config.Env.find((one) => one.startsWith('AIRBYTE_ENTRYPOINT='))?.slice(19);
assert.equal(entrypoint, image?.Config.Entrypoint.join(' '), 'AIRBYTE_ENTRYPOINT is the entry point');
assert.equal(image?.Config.User, '1000:1000');
const [spec] = (await operateInPod('spec', undefined, { image: IMAGE })).messages;
assert.equal(spec?.type, 'SPEC');

const subjects = await startSubjects();
try {
  let read = 0;
  for (const subject of subjects) read += await readAll(subject);
  console.log(`The image works: ${added.toFixed(1)} MiB on top of ${BASE}, ${read} streams read.`);
} finally {
  for (const subject of subjects) await subject.close();
}
