/** The compiled scanner of JSON is that of its source. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { COMPILED_SCANNER, compiledScanner } from '../scripts/compiled-scanner.js';

test('the compiled scanner is current', () => {
  // If not: npm run scanner:write
  expect(readFileSync(COMPILED_SCANNER, 'utf8')).toBe(compiledScanner());
});
