/** The Docker engine, as the scripts that test the image use it. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
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

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** `docker run …`, however it ends. */
export function runContainer(args: readonly string[]): Promise<Ended> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn('docker', ['run', '--rm', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: MAX_RUN,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
        milliseconds: Date.now() - started,
      }),
    );
  });
}

/** @throws if a line is no message */
export function messagesOf(output: string): AirbyteMessage[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as AirbyteMessage);
}
