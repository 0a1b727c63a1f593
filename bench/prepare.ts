/** Builds and installs what the measurements need, inside of bench/. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const execute = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Airbyte's framework for sources in Python. */
const PYTHON_CDK = 'airbyte-cdk==7.39.1';
const VENV = here('.venv');

/** A program of somebody else's, or why it cannot be had. */
export type Availability = { readonly command: string } | { readonly missing: string };

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n').slice(0, 2).join(' ').slice(0, 200);
}

/** The programs that are measured, as plain JavaScript: nothing is compiled while the clock runs. */
export async function buildPrograms(): Promise<void> {
  await build({
    absWorkingDir: here('.'),
    entryPoints: [
      'server.ts',
      'peak-memory.ts',
      'contenders/floor.ts',
      'contenders/copying-with-axios.ts',
      'contenders/copying-with-fetch.ts',
      'contenders/parsing.ts',
      'contenders/sequential.ts',
      'contenders/faros-source.ts',
    ],
    outdir: 'dist',
    outbase: '.',
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}

/** faros-airbyte-cdk, in bench/node_modules. */
export async function installFarosCdk(): Promise<Availability> {
  const wanted = JSON.parse(readFileSync(here('package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const isThere = Object.entries(wanted.dependencies).every(([name, version]) => {
    const file = here(`node_modules/${name}/package.json`);
    return existsSync(file) && readFileSync(file, 'utf8').includes(`"version": "${version}"`);
  });
  try {
    if (!isThere) {
      const args = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
      await execute('npm', args, { cwd: here('.') });
    }
    return { command: process.execPath };
  } catch (error) {
    return { missing: `faros-airbyte-cdk could not be installed: ${reason(error)}` };
  }
}

/** Airbyte's Python CDK, in a virtual environment. Takes about half a minute the first time. */
export async function installPythonCdk(): Promise<Availability> {
  const command = here('.venv/bin/source-declarative-manifest');
  const stamp = here(`.venv/${PYTHON_CDK}`);
  if (existsSync(command) && existsSync(stamp)) return { command };
  try {
    await execute('python3', ['-m', 'venv', '--clear', VENV]);
    await execute(here('.venv/bin/pip'), ['install', '--quiet', PYTHON_CDK], { maxBuffer: 2 ** 26 });
    await execute(command, ['--help'], { maxBuffer: 2 ** 26 });
    writeFileSync(stamp, '');
    return { command };
  } catch (error) {
    return { missing: `Python or ${PYTHON_CDK} cannot be had: ${reason(error)}` };
  }
}
