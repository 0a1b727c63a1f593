import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = 'src/declarative/extractors/assembly/json-scanner.ts';
export const COMPILED_SCANNER = 'src/declarative/extractors/json-scanner.wasm.ts';

const COMPILER = 'node_modules/assemblyscript/bin/asc.js';
/** Speed before size; no garbage collector, since nothing is allocated. */
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub'];

/** @returns WebAssembly. @throws Error if it does not compile */
function compiled(folder: string, options: readonly string[]): Buffer {
  const file = join(folder, 'scanner.wasm');
  execFileSync(process.execPath, [COMPILER, SOURCE, ...OPTIONS, ...options, '--outFile', file]);
  return readFileSync(file);
}

/** Compiles the scanner of JSON. @returns the text of the module that holds it */
export function compiledScanner(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scanner-'));
  try {
    const simd = compiled(folder, ['--enable', 'simd']);
    const plain = compiled(folder, []);
    return [
      '/** assembly/json-scanner.ts as WebAssembly, in base64. `npm run scanner:write` writes it. */',
      '',
      `/** With instructions on 16 bytes at a time; ${simd.length} bytes. */`,
      'export const SIMD_SCANNER =',
      `  '${simd.toString('base64')}';`,
      '',
      `/** Without them; ${plain.length} bytes. */`,
      'export const PLAIN_SCANNER =',
      `  '${plain.toString('base64')}';`,
      '',
    ].join('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
