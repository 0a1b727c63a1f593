import { createConnector } from './connector-runner.js';
import type { Connector } from './connector-runner.js';
import type { SandboxUnderTest } from './provider-under-test.js';

/** A sandbox, and the program that reads it. */
export interface Running {
  readonly sandbox: SandboxUnderTest;
  readonly connector: Connector;
  readonly close: () => Promise<void>;
}

export async function running(starting: Promise<SandboxUnderTest>): Promise<Running> {
  const sandbox = await starting;
  const connector = createConnector(sandbox.environment);
  return {
    sandbox,
    connector,
    close: async () => {
      connector.close();
      await sandbox.close();
    },
  };
}
