/**
 * A sandbox as a process of its own, for the oracle. Without arguments it prints the scenarios. With one it prints
 * a line of JSON with what a reader needs, and answers each line of standard input with another: `change` alters
 * the data as between two syncs. It ends with its input.
 *
 *   tsx integration_tests/oracle/sandbox.ts [provider title]
 */
import { createInterface } from 'node:readline';
import type { Provider } from '../../src/declarative/components.js';
import { pagarme } from '../../src/providers/pagarme/provider.js';
import { paystack } from '../../src/providers/paystack/provider.js';
import { SCENARIOS } from './scenarios.js';

const SOURCES: Readonly<Record<string, Provider>> = { paystack, pagarme };

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** The official addresses, and what stands for them here. */
function addresses(name: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const requesters = (SOURCES[name]?.source.streams ?? []).map(({ retriever }) => retriever.requester);
  return Object.fromEntries(
    requesters.map(({ url_base, extensions }) => [url_base, environment[extensions.url_base_variable] ?? '']),
  );
}

const [, , provider, title] = process.argv;
const scenario = SCENARIOS.find((one) => one.provider === provider && one.title === title);
if (scenario === undefined) {
  for (const one of SCENARIOS) print({ provider: one.provider, title: one.title });
} else {
  const sandbox = await scenario.start();
  const { environment, secretKey: secret_key } = sandbox;
  const { config = {} } = scenario;
  print({ environment, secret_key, addresses: addresses(scenario.provider, environment), config });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'change') sandbox.change();
    print({ requests: sandbox.requests.length, violations: sandbox.violations });
  }
  await sandbox.close();
}
