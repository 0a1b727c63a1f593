/** `npm run manifest -- <provider>` prints a provider as a low-code manifest; `--write` writes all of them. */
import { writeFileSync } from 'node:fs';
import { MANIFEST_NAMES, manifestText } from './manifests.js';

const [argument, ...others] = process.argv.slice(2);
if (argument === '--write' && others.length === 0) {
  for (const name of MANIFEST_NAMES) writeFileSync(`manifests/${name}.yaml`, manifestText(name));
} else if (argument !== undefined && MANIFEST_NAMES.includes(argument) && others.length === 0) {
  process.stdout.write(manifestText(argument));
} else {
  console.error(`Usage: npm run manifest -- ${MANIFEST_NAMES.join(' | ')}`);
  process.exitCode = 2;
}
