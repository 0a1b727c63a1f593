/** Nothing that a file has not taken counts as written. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROGRAM } from '../integration_tests/connector-runner.js';
import { fileOutput } from './file-output.js';

/** A disk with room for so many bytes at a time: a write is cut short, the next one fails, and then there is room again. */
function diskOf(room: number) {
  const disk = { content: '', left: room };
  const write = (_: number, bytes: Uint8Array, from: number): number => {
    if (disk.left === 0) {
      disk.left = room;
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    const taken = Buffer.from(bytes).subarray(from, from + disk.left);
    disk.left -= taken.length;
    disk.content += taken.toString();
    return taken.length;
  };
  return { disk, write };
}

describe('a file', () => {
  test('gets the rest of what it took in part', async () => {
    let content = '';
    const slow = fileOutput(1, (_, bytes, from) => {
      content += Buffer.from(bytes)
        .subarray(from, from + 3)
        .toString();
      return Math.min(3, bytes.length - from);
    });
    for (const text of ['first\n', 'and second\n']) {
      await new Promise((resolve) => slow.write(text, resolve));
    }
    expect(content).toBe('first\nand second\n');
  });

  test('that has no room for the rest fails that write, though it has taken a part', async () => {
    const { disk, write } = diskOf(4);
    const output = fileOutput(1, write);
    const closed = new Promise((resolve) => output.once('error', resolve));
    const failure = await new Promise((resolve) => output.write('records\n', resolve));
    expect(failure).toMatchObject({ code: 'ENOSPC' });
    expect(await closed).toBe(failure);
    expect(disk.content).toBe('reco');
  });

  test('that is cut within the last message ends the program as a failure, with a sentence', () => {
    const folder = mkdtempSync(join(tmpdir(), 'file-output-'));
    const file = join(folder, 'messages.jsonl');
    try {
      // KiB that a file may have; the spec has more.
      const script = `ulimit -f 1; exec "$0" "$1" spec > "$2"`;
      const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, PROGRAM, file], {
        encoding: 'utf8',
      });
      expect(execFileSync(process.execPath, [PROGRAM, 'spec']).length).toBeGreaterThan(1024);
      expect(readFileSync(file)).toHaveLength(1024);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringMatching(/^source-payments: standard output cannot be written \(EFBIG\)\. /),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
