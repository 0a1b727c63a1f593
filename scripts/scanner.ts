/** `npm run scanner:write` compiles the scanner of JSON anew. A test holds what it writes current. */
import { writeFileSync } from 'node:fs';
import { COMPILED_SCANNER, compiledScanner } from './compiled-scanner.js';

writeFileSync(COMPILED_SCANNER, compiledScanner());
