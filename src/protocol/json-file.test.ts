import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TracedError } from './errors.js';
import { parseJson, readTextFile } from './json-file.js';

function errorOf(call: () => unknown): TracedError {
  try {
    call();
  } catch (error) {
    if (error instanceof TracedError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readTextFile', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'json-file-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('reads UTF-8, and drops the mark that some editors put before it', () => {
    const path = join(folder, 'bom.txt');
    writeFileSync(path, '\uFEFF{"é":"😀"}');
    expect(readTextFile('config', path)).toBe('{"é":"😀"}');
  });

  test('says that a file does not exist, and which option named it', () => {
    const path = join(folder, 'missing.json');
    const error = errorOf(() => readTextFile('catalog', path));
    expect(error.message).toBe(
      `The catalog file ${path} does not exist. Check the path given with --catalog.`,
    );
    expect(error.failureType).toBe('config_error');
  });

  test('says that a path is a folder', () => {
    expect(errorOf(() => readTextFile('state', folder)).message).toContain('is a folder, not a file');
  });

  test('names the reason of any other failure', () => {
    const path = join(folder, 'bom.txt', 'below-a-file');
    expect(errorOf(() => readTextFile('config', path)).message).toContain('cannot be read (ENOTDIR)');
  });
});

describe('parseJson', () => {
  test('parses', () => {
    expect(parseJson('config', 'c.json', '{"a":[1,null]}')).toEqual({ a: [1, null] });
  });

  test.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['{"secret_key": "sk_live_s3cret"', 'is not valid JSON'],
    ['sk_live_s3cret', 'is not valid JSON'],
  ])('refuses %j without quoting it', (text, why) => {
    const error = errorOf(() => parseJson('config', 'c.json', text));
    expect(error.message).toContain(`The config file c.json ${why}`);
    expect(error.failureType).toBe('config_error');
    expect(`${error.message} ${error.internalMessage} ${String(error.cause)}`).not.toContain('s3cret');
  });
});
