/** The Docker engine, as the scripts that test the image use it. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { outputOf } from '../integration_tests/child-output.js';
import type { ChildOutput } from '../integration_tests/child-output.js';
import type { AirbyteMessage } from '../src/protocol/messages.js';

const execute = promisify(execFile);

/** Longer than any container of these tests runs; one that hangs ends with its client. */
const MAX_RUN = 120_000; // ms

/** @throws if it ends with another code than 0 */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await execute('docker', args, { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

export async function isDockerThere(): Promise<boolean> {
  try {
    await docker('info');
    return true;
  } catch {
    return false;
  }
}

/** @param target a stage of the Dockerfile, where it is not the last one */
export async function buildImage(tag: string, target?: string): Promise<void> {
  const stage = target === undefined ? [] : ['--target', target];
  await docker('build', '--quiet', '--network=host', ...stage, '--tag', tag, '.');
}

export interface Ended extends ChildOutput {
  readonly milliseconds: number;
}

/** `docker run …`, however it ends. */
export async function runContainer(args: readonly string[]): Promise<Ended> {
  const started = Date.now();
  const child = spawn('docker', ['run', '--rm', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MAX_RUN,
    killSignal: 'SIGKILL',
  });
  return { ...(await outputOf(child)), milliseconds: Date.now() - started };
}

/** @throws if a line is no message */
export function messagesOf(output: string): AirbyteMessage[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as AirbyteMessage);
}
