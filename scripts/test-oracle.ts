/**
 * `npm run test:oracle`: Airbyte's low-code runtime reads what this connector reads, by the released manifests.
 *
 *   npm run test:oracle -- paystack    one provider; or the title of a scenario of integration_tests/oracle
 */
import { spawnSync } from 'node:child_process';
import { preparePython } from './python-environment.js';

const python = preparePython('oracle', 'about 350 MB');
const { status } = spawnSync(python, ['integration_tests/oracle/oracle.py', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ORACLE_NODE: process.execPath },
});
process.exitCode = status ?? 1;
