/**
 * Known vulnerabilities of the packages that the program is made of: fails if there are any. A machine from which the
 * registry's advisories cannot be asked for says so and does not fail.
 */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = {};
}
const { metadata, vulnerabilities = {} } = report;
if (metadata === undefined) {
  console.log(
    `Not looked up: the registry's advisories cannot be reached (${report.message ?? 'no answer'}).`,
  );
} else {
  const names = Object.keys(vulnerabilities);
  for (const name of names)
    console.log(`${name} ${vulnerabilities[name].range}: ${vulnerabilities[name].severity}`);
  console.log(`${metadata.dependencies?.prod ?? '?'} packages, ${names.length} of them vulnerable.`);
  if (names.length > 0) process.exitCode = 1;
}
