import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atMost } from './rows.js';
import type { Measurement, Row } from './rows.js';

const execute = promisify(execFile);

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMAGE = 'source-payments:bench';
const TARGET = 20; // MB of 10⁶ bytes
const ENGINE_TIMEOUT = 10_000; // ms
const BUILD_TIMEOUT = 300_000; // ms

async function docker(timeout: number, ...args: string[]): Promise<string> {
  const { stdout } = await execute('docker', args, { cwd: ROOT, timeout, maxBuffer: 2 ** 26 });
  return stdout;
}

async function sizeOf(image: string): Promise<number> {
  return Number(await docker(ENGINE_TIMEOUT, 'image', 'inspect', '--format', '{{.Size}}', image)) / 1e6;
}

/** The base image is that of the Dockerfile's last stage. */
function baseImage(): string {
  const stages = [
    ...readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8').matchAll(/^FROM (\S+)/gm),
  ];
  return stages.at(-1)?.[1] ?? '';
}

function row(measured: string, verdict: Row['verdict']): Row {
  return { what: 'image on top of its base', target: `≤ ${TARGET} MB`, measured, verdict };
}

async function measureImage(): Promise<Row> {
  try {
    await docker(ENGINE_TIMEOUT, 'version', '--format', '{{.Server.Version}}');
  } catch {
    return row('not measured here: no container engine', 'not measured');
  }
  try {
    const base = baseImage();
    await docker(BUILD_TIMEOUT, 'build', '--network=host', '--tag', IMAGE, '.');
    const added = (await sizeOf(IMAGE)) - (await sizeOf(base));
    return row(`${added.toFixed(1)} MB on ${base}`, atMost(added, TARGET));
  } catch (error) {
    const [line = ''] = String(error).split('\n');
    return row(`not measured here: the image could not be built (${line.slice(0, 120)})`, 'not measured');
  }
}

/** What the image weighs beyond Node itself. */
export const image: Measurement = {
  name: 'image',
  async measure({ quick, progress }) {
    progress('image');
    const measured = quick ? row('not measured in a quick run', 'not measured') : await measureImage();
    return { title: 'Image', rows: [measured], notes: [] };
  },
};
