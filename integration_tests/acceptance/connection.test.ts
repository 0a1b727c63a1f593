import { afterAll, describe, expect, it } from '@jest/globals';
import { acceptanceConfig, testsOf } from '../acceptance-config.js';
import type { ConnectorRun } from '../connector-runner.js';
import { providerOf } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';

const open: Running[] = [];

afterAll(async () => {
  for (const one of open) await one.close();
});

function outcomes({ messages }: ConnectorRun): { statuses: string[]; errors: string[] } {
  return {
    statuses: messages.flatMap((message) =>
      message.type === 'CONNECTION_STATUS' ? [message.connectionStatus.status] : [],
    ),
    errors: messages.flatMap((message) =>
      message.type === 'TRACE' && message.trace.type === 'ERROR' ? [message.trace.error.message] : [],
    ),
  };
}

describe.each(testsOf(acceptanceConfig.acceptance_tests.connection))(
  'connection: $config_path',
  ({ config_path, status }) => {
    it(`rule 18: is a ${status}`, async () => {
      const one = await running(providerOf(config_path).start());
      open.push(one);
      const { connector, sandbox } = one;
      const run = await connector.check(config_path);
      const { statuses, errors } = outcomes(run);
      if (status === 'exception') {
        expect(errors).toEqual([expect.stringMatching(/./)]);
        return;
      }
      expect({ statuses, errors, code: run.code, otherLines: run.otherLines, stderr: run.stderr }).toEqual({
        statuses: [status === 'succeed' ? 'SUCCEEDED' : 'FAILED'],
        errors: [],
        code: 0,
        otherLines: [],
        stderr: '',
      });
      expect(sandbox.violations).toEqual([]);
    });
  },
);
