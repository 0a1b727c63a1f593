/** The virtual environments of the tests that run Airbyte's own software: one for each folder of tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What PyAirbyte runs on: >= 3.10, < 3.13. Airbyte's CDK runs on these too. */
const CANDIDATES = ['python3', 'python3.12', 'python3.11', 'python3.10', 'python'];
const SUITS = 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))';

function findPython(): string {
  const python = CANDIDATES.find((name) => spawnSync(name, ['-c', SUITS]).status === 0);
  if (python === undefined) {
    throw new Error(
      "Airbyte's software needs Python 3.10, 3.11 or 3.12 with venv and pip; there is none on the path.",
    );
  }
  return python;
}

/**
 * Makes the environment, where it is missing or of other requirements.
 * @param tests the folder of tests whose requirements.txt it is made of
 * @param size of the installation, as said while it runs
 * @returns its Python
 */
export function preparePython(tests: string, size: string): string {
  const folder = join('.venv', tests);
  const requirements = `integration_tests/${tests}/requirements.txt`;
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(folder, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log(`> pip install -r ${requirements} (into ${folder}, ${size})`);
  rmSync(folder, { recursive: true, force: true });
  execFileSync(findPython(), ['-m', 'venv', folder], { stdio: 'inherit' });
  const options = ['--quiet', '--disable-pip-version-check', '--requirement', requirements];
  execFileSync(python, ['-m', 'pip', 'install', ...options], { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return python;
}
