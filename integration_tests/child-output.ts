import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A process whose output is collected; it has no standard input. */
export type ChildWithOutput = ChildProcessByStdio<null, Readable, Readable>;

export interface ChildOutput {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a process wrote until its end, however it ended. @throws if it could not be started */
export function outputOf(child: ChildWithOutput): Promise<ChildOutput> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({
        code,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}
