/**
 * `npm run test:interop`: the connector under software that is not ours. See docs/interop.md.
 *
 *   npm run test:interop -- pytest     PyAirbyte and the standard tests of Airbyte's CDK
 *   npm run test:interop -- platform   the image as Airbyte's pods run it, and compose.yaml
 *
 * Without a Docker engine, what needs one is left out; where CI is set, that is a failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { NONE, runChecks, sum } from './checks.js';
import type { Tally } from './checks.js';
import { composeChecks } from './compose-checks.js';
import { buildImage, isDockerThere } from './docker.js';
import { platformChecks } from './platform-checks.js';
import { preparePython } from './python-environment.js';
import { startSubjects } from './subjects.js';

const IMAGE = 'source-payments:interop';
const SANDBOX_IMAGE = 'source-payments-sandbox:interop';
const PARTS = ['pytest', 'platform'];
/** Transactions of the read that must fit into a pod's memory. */
const MANY = 30_000;

function attribute(xml: string, name: string): number {
  return Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
}

function runPytest(hasDocker: boolean): Tally {
  const python = resolve(preparePython('interop', 'about 800 MB'));
  const folder = mkdtempSync(join(tmpdir(), 'source-payments-pytest-'));
  try {
    const report = join(folder, 'report.xml');
    console.log("\n=== PyAirbyte, and the standard tests of Airbyte's CDK");
    const { status } = spawnSync(python, ['-m', 'pytest', '--quiet', `--junitxml=${report}`], {
      cwd: 'integration_tests/interop',
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, INTEROP_NODE: process.execPath, INTEROP_IMAGE: hasDocker ? IMAGE : '' },
    });
    const xml = readFileSync(report, 'utf8');
    const skipped = attribute(xml, 'skipped');
    const failed = attribute(xml, 'failures') + attribute(xml, 'errors');
    const passed = attribute(xml, 'tests') - failed - skipped;
    // Whatever else ends pytest, such as an interruption, must not look like a success.
    return { passed, failed: status === 0 ? failed : Math.max(1, failed), skipped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runPlatform(): Promise<Tally> {
  console.log("\n=== The image as Airbyte's pods run it");
  const subjects = await startSubjects();
  const [large, ...others] = await startSubjects(MANY);
  if (large === undefined) throw new Error('there is no sandbox');
  try {
    const checks = platformChecks(IMAGE, subjects, large);
    const compose = await composeChecks({ connector: IMAGE, sandbox: SANDBOX_IMAGE });
    return await runChecks([...checks, ...compose]);
  } finally {
    for (const subject of [...subjects, large, ...others]) await subject.close();
  }
}

async function main(parts: readonly string[]): Promise<Tally> {
  const unknown = parts.filter((part) => !PARTS.includes(part));
  if (unknown.length > 0)
    throw new Error(`There is no part ${unknown.join(', ')}; there are ${PARTS.join(', ')}.`);
  const has = (part: string): boolean => parts.length === 0 || parts.includes(part);

  const hasDocker = await isDockerThere();
  if (hasDocker) {
    console.log('> docker build');
    await buildImage(IMAGE);
    await buildImage(SANDBOX_IMAGE, 'sandbox');
  }
  const tallies = [
    has('pytest') ? runPytest(hasDocker) : NONE,
    has('platform') && hasDocker ? await runPlatform() : NONE,
  ];
  if (!hasDocker) {
    console.log('\nNo Docker engine answers: everything that runs the image was left out.');
    if (process.env['CI'] !== undefined) tallies.push({ ...NONE, failed: 1 });
  }
  return sum(tallies);
}

try {
  const { passed, failed, skipped } = await main(process.argv.slice(2));
  if (skipped > 0) console.log(`\n${skipped} skipped, for the reasons above`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('\n0 passed, 1 failed');
  process.exitCode = 1;
}
