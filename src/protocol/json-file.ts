import { readFileSync } from 'node:fs';
import { configError } from './errors.js';
import type { JsonValue } from './messages.js';

/**
 * @param what how the sentence names the file: `config`, `catalog`, `state`
 * @returns the text of a file that was named on the command line
 * @throws TracedError (config_error) with a sentence if it cannot be read
 */
export function readTextFile(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EISDIR'
          ? 'is a folder, not a file'
          : code === 'EACCES'
            ? 'may not be read by the user of this process (uid 1000 in the image): allow it with chmod, or run docker with --user'
            : `cannot be read (${code ?? 'unknown reason'})`;
    throw configError(`The ${what} file ${path} ${why}. Check the path given with --${what}.`);
  }
}

/** @throws TracedError (config_error); its texts never quote the file, which may hold a secret */
export function parseJson(what: string, path: string, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    const hint =
      text.trim() === ''
        ? 'is empty'
        : text.includes('\0')
          ? 'is not UTF-8 text (PowerShell writes UTF-16 with >): save it as UTF-8'
          : holdsSeveral(text)
            ? `holds several JSON values, one in each line; it must hold one${what === 'state' ? ': jq -s \'[.[] | select(.type == "STATE")]\' makes a list of the states among them' : ''}`
            : `is not valid JSON${lineOf(error, text)}`;
    throw configError(`The ${what} file ${path} ${hint}.`);
  }
}

/** Whether each of the lines is JSON by itself, as in what `read` prints. */
function holdsSeveral(text: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 1 && lines.every(isJson);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Where a JSON text goes wrong, from the position that V8 names in its message. */
function lineOf(error: unknown, text: string): string {
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  if (position === undefined) return ' (look for a missing quote, comma or brace)';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: look for a missing quote, comma or brace)`;
}
