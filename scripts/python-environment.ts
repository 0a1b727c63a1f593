/** The virtual environment of the interoperability tests. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = '.venv/interop';
const REQUIREMENTS = 'integration_tests/interop/requirements.txt';
/** What PyAirbyte runs on: >= 3.10, < 3.13. */
const CANDIDATES = ['python3', 'python3.12', 'python3.11', 'python3.10', 'python'];
const SUITS = 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))';

function findPython(): string {
  const python = CANDIDATES.find((name) => spawnSync(name, ['-c', SUITS]).status === 0);
  if (python === undefined) {
    throw new Error(
      'PyAirbyte needs Python 3.10, 3.11 or 3.12 with venv and pip; there is none on the path.',
    );
  }
  return python;
}

/**
 * Makes the environment, where it is missing or of other requirements.
 * @returns its Python
 */
export function preparePython(): string {
  const python = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(FOLDER, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  console.log(`> pip install -r ${REQUIREMENTS} (into ${FOLDER}, about 800 MB)`);
  rmSync(FOLDER, { recursive: true, force: true });
  execFileSync(findPython(), ['-m', 'venv', FOLDER], { stdio: 'inherit' });
  const options = ['--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
  execFileSync(python, ['-m', 'pip', 'install', ...options], { stdio: 'inherit' });
  writeFileSync(stamp, wanted);
  return python;
}
