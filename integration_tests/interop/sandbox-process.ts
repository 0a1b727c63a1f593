/**
 * A provider's sandbox for tests in another language:
 *
 *   tsx integration_tests/interop/sandbox-process.ts paystack|pagarme fixed|recent
 *
 * It prints one line of JSON once it listens, then answers every line on its standard input with one line, and ends
 * when its input does. `fixed` is the data of the acceptance tests; `recent` ends a minute before now, so that the
 * lookback window and the rows of today are real.
 */
import { createInterface } from 'node:readline';
import type { TopStream as PagarmeStream } from '../../sandbox/pagarme/data/streams.js';
import { startPagarmeSandbox } from '../../sandbox/pagarme/server.js';
import type { JsonObject } from '../../sandbox/json-text.js';
import type { StoredRecord } from '../../sandbox/record-store.js';
import type { TopStream as PaystackStream } from '../../sandbox/paystack/data/streams.js';
import { startPaystackSandbox } from '../../sandbox/paystack/server.js';
import { MINUTE_MS } from '../../src/declarative/durations.js';
import { expectedOf as expectedOfPagarme, FIXED as FIXED_PAGARME } from '../pagarme/sandbox.js';
import { expectedOf as expectedOfPaystack, FIXED as FIXED_PAYSTACK } from '../paystack/provider.js';

type Command =
  | { readonly do: 'records' }
  | { readonly do: 'violations' }
  | { readonly do: 'add'; readonly stream: string; readonly fields: JsonObject }
  | {
      readonly do: 'update';
      readonly stream: string;
      readonly id: string;
      readonly fields: JsonObject;
    }
  | { readonly do: 'remove'; readonly stream: string; readonly id: string }
  | { readonly do: 'forbid'; readonly path: string };

interface Driven {
  /** Points the connector at the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secretKey: string;
  readonly violations: readonly string[];
  /** What a full read must yield: stream → the text of each record. */
  expected(): Map<string, string[]>;
  add(stream: string, fields: JsonObject): StoredRecord;
  update(stream: string, id: string, fields: JsonObject): StoredRecord;
  remove(stream: string, id: string): void;
  forbid(path: string): void;
  close(): Promise<void>;
}

const recent = () => ({ seed: 1, now: Date.now() - MINUTE_MS, rateLimit: false }) as const;

async function startPaystack(isFixed: boolean): Promise<Driven> {
  const sandbox = await startPaystackSandbox(isFixed ? FIXED_PAYSTACK : { ...recent(), size: 300 });
  return {
    environment: { PAYSTACK_API_URL: sandbox.url },
    secretKey: sandbox.secretKey,
    violations: sandbox.violations,
    expected: () => expectedOfPaystack(sandbox),
    add: (stream, fields) => sandbox.add(stream as PaystackStream, fields),
    update: (stream, id, fields) => sandbox.update(stream as PaystackStream, id, fields),
    remove: (stream, id) => sandbox.remove(stream as PaystackStream, id),
    forbid: (path) => sandbox.faults.forbid(path),
    close: () => sandbox.close(),
  };
}

async function startPagarme(isFixed: boolean): Promise<Driven> {
  const sandbox = await startPagarmeSandbox({
    ...(isFixed ? FIXED_PAGARME : { ...recent(), size: 120, counts: { customers: 24, recipients: 8 } }),
    quirks: { balanceOperations: 'alive' },
  });
  return {
    environment: { PAGARME_API_URL: sandbox.url, PAGARME_DISPUTES_API_URL: sandbox.disputesUrl },
    secretKey: sandbox.secretKey,
    violations: sandbox.violations,
    expected: () => expectedOfPagarme(sandbox),
    add: (stream, fields) => sandbox.add(stream as PagarmeStream, fields),
    update: (stream, id, fields) => sandbox.update(stream as PagarmeStream, id, fields),
    remove: (stream, id) => sandbox.remove(stream as PagarmeStream, id),
    forbid: (path) => sandbox.faults.forbid(path),
    close: () => sandbox.close(),
  };
}

/** As text: to parse the records and print them again would round their large integers. */
function recordsAsText(expected: ReadonlyMap<string, readonly string[]>): string {
  const members = [...expected].map(([stream, texts]) => `${JSON.stringify(stream)}:[${texts.join(',')}]`);
  return `{${members.join(',')}}`;
}

/** @returns JSON text */
function answer(sandbox: Driven, command: Command): string {
  switch (command.do) {
    case 'records':
      return recordsAsText(sandbox.expected());
    case 'violations':
      return JSON.stringify(sandbox.violations);
    case 'add':
      return sandbox.add(command.stream, command.fields).json;
    case 'update':
      return sandbox.update(command.stream, command.id, command.fields).json;
    case 'remove':
      sandbox.remove(command.stream, command.id);
      return 'null';
    case 'forbid':
      sandbox.forbid(command.path);
      return 'null';
  }
}

function answerLine(sandbox: Driven, line: string): string {
  try {
    return `{"answer":${answer(sandbox, JSON.parse(line) as Command)}}`;
  } catch (error) {
    return JSON.stringify({ error: error instanceof Error ? error.message : String(error) });
  }
}

const [provider, data] = process.argv.slice(2);
const start = provider === 'paystack' ? startPaystack : provider === 'pagarme' ? startPagarme : undefined;
if (start === undefined || (data !== 'fixed' && data !== 'recent')) {
  throw new Error('Usage: sandbox-process.ts paystack|pagarme fixed|recent');
}
const sandbox = await start(data === 'fixed');
const { environment, secretKey } = sandbox;
process.stdout.write(`${JSON.stringify({ environment, secretKey })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${answerLine(sandbox, line)}\n`);
}
await sandbox.close();
