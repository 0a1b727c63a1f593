/** `npm run docs:write` writes the generated parts of the documentation anew. A test holds them current. */
import { writeFileSync } from 'node:fs';
import { documentPaths, documentText } from './docs/documents.js';

for (const path of documentPaths()) writeFileSync(path, await documentText(path));
