/** compose.yaml: as Docker Compose runs it where there is one, and in any case what it says. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { Check } from './checks.js';
import { messagesOf } from './docker.js';

const execute = promisify(execFile);

interface Service {
  readonly network_mode?: string;
  readonly build?: string | { readonly context: string; readonly target?: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}

const READERS = ['paystack', 'pagarme'] as const;

/** The plugin, or the program that it has replaced; undefined where there is neither. */
async function composeCommand(): Promise<readonly [string, ...string[]] | undefined> {
  for (const command of [['docker', 'compose'] as const, ['docker-compose'] as const]) {
    const [program, ...args] = command;
    try {
      await execute(program, [...args, 'version']);
      return command;
    } catch {
      // The next one, if there is one.
    }
  }
  return undefined;
}

function assertFile(): void {
  const file = parse(readFileSync('compose.yaml', 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  const { sandbox, ...readers } = file.services;
  assert.deepEqual(Object.keys(readers), READERS);
  assert.deepEqual(sandbox?.build, { context: '.', target: 'sandbox' });
  assert.match(readFileSync('Dockerfile', 'utf8'), /^FROM \S+ AS sandbox$/m);
  for (const name of READERS) {
    const reader = readers[name];
    // Plain http is taken for the loopback interface only, which must be the sandbox's.
    assert.equal(reader?.network_mode, 'service:sandbox');
    for (const url of Object.values(reader.environment ?? {}))
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+/);
    for (const volume of reader.volumes ?? []) assert.ok(existsSync(volume.split(':')[0] ?? ''), volume);
  }
}

/** @param images to be used instead of building them */
export async function composeChecks(images: { connector: string; sandbox: string }): Promise<Check[]> {
  const file: Check = { title: 'compose.yaml: what it says', run: async () => assertFile() };
  const command = await composeCommand();
  if (command === undefined) {
    console.log('  There is no Docker Compose here: compose.yaml is checked, but not run.');
    return [file];
  }
  const [program, ...first] = command;
  const compose = (...args: string[]) =>
    execute(program, [...first, '--project-name=source-payments-interop', '--file=compose.yaml', ...args], {
      env: {
        ...process.env,
        SOURCE_PAYMENTS_IMAGE: images.connector,
        SOURCE_PAYMENTS_SANDBOX_IMAGE: images.sandbox,
      },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
    });
  const runs = READERS.map((service): Check => ({
    title: `${command.join(' ')} run ${service}: reads beside the sandbox`,
    run: async () => {
      try {
        const { stdout } = await compose('run', '--rm', '-T', service);
        assert.ok(messagesOf(stdout).some(({ type }) => type === 'RECORD'));
      } finally {
        await compose('down');
      }
    },
  }));
  return [file, ...runs];
}
