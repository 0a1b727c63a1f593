/** What a person at a terminal sees on standard error, and that nobody else sees anything. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { configured, PROGRAM } from './connector-runner.js';
import { PROVIDERS } from './providers.js';
import { running } from './running.js';
import type { Running } from './running.js';

/** util-linux's `script` gives a command a terminal. The one of BSD takes other arguments. */
const HAS_TERMINAL = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');
const withTerminal = HAS_TERMINAL ? describe : describe.skip;

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';

const [provider] = PROVIDERS;
if (provider === undefined) throw new Error('there is no provider');
const config = readJson<JsonObject>(`integration_tests/${provider.name}/config.json`);

let one: Running;
let folder: string;
let command: string;

beforeAll(async () => {
  one = await running(provider.start());
  folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  const streams = await one.connector.streams(config);
  const catalog = { streams: streams.slice(0, 4).map((stream) => configured(stream, 'full_refresh')) };
  const words = [process.execPath, PROGRAM, ...one.connector.readArguments({ config, catalog })];
  command = words.map((word) => `'${word}'`).join(' ');
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await one.close();
});

/** Runs a shell command with a terminal of 60 by 12 as its standard streams. @returns what is shown there */
async function inTerminal(
  line: string,
  environment: Record<string, string> = {},
  watch: (shown: string) => void = () => undefined,
): Promise<string> {
  const child = spawn('script', ['-qec', `stty cols 60 rows 12; ${line}`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', LOG_LEVEL: 'info', ...one.sandbox.environment, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    watch(shown);
  });
  await new Promise((resolve) => child.on('close', resolve));
  return shown;
}

const outputFile = () => join(folder, 'messages.jsonl');
const lines = () => readFileSync(outputFile(), 'utf8').trim().split('\n');

withTerminal(
  `on a terminal${HAS_TERMINAL ? '' : ' (skipped: there is no script of util-linux here)'}`,
  () => {
    it('a read shows its progress in place and a table at the end; messages go where they always go', async () => {
      one.sandbox.faults.latencyMs = 300;
      const shown = await inTerminal(`${command} > '${outputFile()}'`);
      one.sandbox.faults.clear();
      const [progress = '', after = ''] = shown.split(SHOW);
      expect(progress).toContain(HIDE);
      expect(progress).toContain('transactions');
      expect(progress).toContain('\u001b[5A');
      expect(after).toMatch(/stream .*records.*requests.*seconds.*complete/);
      expect(after).toContain('4 of 4 streams complete');
      expect(shown.split('\u001b[J').length).toBeGreaterThan(3);
      expect(shown).not.toContain('"type"');
      expect(lines().every((line) => typeof (JSON.parse(line) as JsonObject)['type'] === 'string')).toBe(
        true,
      );
    });

    it.each(['SIGINT', 'SIGTERM'])('%s gives the cursor back', async (signal) => {
      one.sandbox.faults.latencyMs = 2000;
      let isSent = false;
      // The shell that becomes the program says who it is first.
      const line = `sh -c 'echo pid $$ >&2; exec "$@"' sh ${command} > '${outputFile()}'`;
      const shown = await inTerminal(line, {}, (so_far) => {
        if (isSent || !so_far.includes(HIDE)) return;
        isSent = true;
        process.kill(Number(/pid (\d+)/.exec(so_far)?.[1]), signal);
      });
      one.sandbox.faults.clear();
      expect(isSent).toBe(true);
      expect(shown.lastIndexOf(SHOW)).toBeGreaterThan(shown.lastIndexOf(HIDE));
      expect(shown).toContain('stopped');
    });

    it('shows the table only where it cannot redraw, and where the messages go to the terminal too', async () => {
      const dumb = await inTerminal(`${command} > '${outputFile()}'`, { TERM: 'dumb' });
      expect(dumb).not.toContain('\u001b');
      expect(dumb).toContain('4 of 4 streams complete');
      const both = await inTerminal(command, { NO_COLOR: '1' });
      expect(both).not.toContain('\u001b[');
      expect(both).toContain('"type":"STATE"');
      expect(both).toContain('4 of 4 streams complete');
    });

    it('says there why a read cannot begin, which would otherwise stand in the file only', async () => {
      const wrong = command.replace(/--config' '[^']*'/, "--config' '/nowhere.json'");
      const shown = await inTerminal(`${wrong} > '${outputFile()}'`);
      expect(shown).toContain('/nowhere.json');
    });
  },
);

/** Runs a shell command without a terminal. @returns its exit code and all that it printed */
async function inShell(line: string): Promise<{ code: number | null; printed: string }> {
  const child = spawn('sh', ['-c', line], {
    env: { ...process.env, TERM: 'xterm', LOG_LEVEL: 'info', ...one.sandbox.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, printed };
}

it('a pipe or a file in place of the terminal stays empty', async () => {
  expect(await inShell(`${command} > '${outputFile()}'`)).toEqual({ code: 0, printed: '' });
  const errors = join(folder, 'errors');
  await inShell(`${command} > '${outputFile()}' 2> '${errors}'`);
  expect(readFileSync(errors, 'utf8')).toBe('');
});
