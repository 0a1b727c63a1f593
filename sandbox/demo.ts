/**
 * `npm run demo`: reads every stream of each provider from its sandbox, as Airbyte would, then reads again
 * with the state of the first sync. The connector's output is kept in demo-output/.
 */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AirbyteMessage, AirbyteStream } from '../src/protocol/messages.js';
import { startPagarmeSandbox } from './pagarme/server.js';
import { startPaystackSandbox } from './paystack/server.js';

const FOLDER = 'demo-output';

interface DemoProvider {
  readonly name: string;
  readonly title: string;
  /** Starts the sandbox; the environment points the connector to it. */
  start(): Promise<{
    secretKey: string;
    environment: Record<string, string>;
    requests: () => number;
    /** Something happens between the two syncs. */
    change(): void;
    close(): Promise<void>;
  }>;
}

const PROVIDERS: readonly DemoProvider[] = [
  {
    name: 'paystack',
    title: 'Paystack',
    async start() {
      const sandbox = await startPaystackSandbox({ now: Date.now(), size: 1000, rateLimit: false });
      return {
        secretKey: sandbox.secretKey,
        environment: { PAYSTACK_API_URL: sandbox.url },
        requests: () => sandbox.requests.length,
        change: () => void sandbox.add('transactions'),
        close: () => sandbox.close(),
      };
    },
  },
  {
    name: 'pagarme',
    title: 'Pagar.me',
    async start() {
      const sandbox = await startPagarmeSandbox({
        now: Date.now(),
        size: 500,
        rateLimit: false,
        // An account for which the list that the vendor has discontinued still answers.
        quirks: { balanceOperations: 'alive' },
      });
      return {
        secretKey: sandbox.secretKey,
        environment: { PAGARME_API_URL: sandbox.url, PAGARME_DISPUTES_API_URL: sandbox.disputesUrl },
        requests: () => sandbox.requests.length,
        change: () => void sandbox.add('charges'),
        close: () => sandbox.close(),
      };
    },
  },
];

interface Sync {
  readonly records: ReadonlyMap<string, number>;
  readonly states: readonly AirbyteMessage[];
  readonly exitCode: number | null;
  /** ms */
  readonly duration: number;
}

/** Runs the connector with its output going into a file, and reads the file afterwards. */
async function connector(
  args: string[],
  environment: Record<string, string>,
  file: string,
): Promise<number | null> {
  const output = createWriteStream(file);
  const child = spawn(process.execPath, ['dist/main.js', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.pipe(output);
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve) => output.on('close', () => resolve()));
  return exit;
}

async function messages(file: string, use: (message: AirbyteMessage) => void): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    use(JSON.parse(line) as AirbyteMessage);
  }
}

async function sync(args: string[], environment: Record<string, string>, file: string): Promise<Sync> {
  const started = Date.now();
  const exitCode = await connector(['read', ...args], environment, file);
  const duration = Date.now() - started;
  const records = new Map<string, number>();
  const states = new Map<string, AirbyteMessage>();
  await messages(file, (message) => {
    if (message.type === 'RECORD') {
      records.set(message.record.stream, (records.get(message.record.stream) ?? 0) + 1);
    }
    if (message.type === 'STATE') states.set(message.state.stream.stream_descriptor.name, message);
  });
  return { records, states: [...states.values()], exitCode, duration };
}

function write(path: string, value: unknown): string {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
  return path;
}

function table(streams: readonly AirbyteStream[], first: Sync, second: Sync): string {
  const width = Math.max(...streams.map(({ name }) => name.length));
  const row = (name: string, mode: string, a: string | number, b: string | number) =>
    `  ${name.padEnd(width)}  ${mode.padEnd(12)}  ${String(a).padStart(10)}  ${String(b).padStart(11)}`;
  const sum = (one: Sync) => [...one.records.values()].reduce((total, count) => total + count, 0);
  return [
    row('stream', 'sync mode', 'first sync', 'second sync'),
    ...streams.map(({ name, supported_sync_modes: modes }) =>
      row(
        name,
        modes.includes('incremental') ? 'incremental' : 'full refresh',
        first.records.get(name) ?? 0,
        second.records.get(name) ?? 0,
      ),
    ),
    row('all', '', sum(first), sum(second)),
  ].join('\n');
}

/** @returns whether both syncs were complete */
async function demonstrate(provider: DemoProvider): Promise<boolean> {
  const sandbox = await provider.start();
  const { environment } = sandbox;
  const file = (name: string) => `${FOLDER}/${provider.name}-${name}`;
  try {
    const config = write(file('config.json'), {
      provider: { name: provider.name, secret_key: sandbox.secretKey },
      start_date: '2020-01-01T00:00:00Z',
      lookback_window_days: 30,
      // The sandbox's own limit is off, so the demo need not wait for the one of test keys.
      requests_per_minute: 100000,
    });
    await connector(['discover', '--config', config], environment, file('catalog.jsonl'));
    const streams: AirbyteStream[] = [];
    await messages(file('catalog.jsonl'), (message) => {
      if (message.type === 'CATALOG') streams.push(...message.catalog.streams);
    });
    const catalog = write(file('configured-catalog.json'), {
      streams: streams.map((stream) => ({
        stream,
        sync_mode: stream.supported_sync_modes.at(-1),
        destination_sync_mode: 'append_dedup',
      })),
    });
    const args = ['--config', config, '--catalog', catalog];

    const first = await sync(args, environment, file('first-sync.jsonl'));
    const requests = sandbox.requests();
    sandbox.change();
    const state = write(
      file('state.json'),
      first.states.map((message) => (message.type === 'STATE' ? message.state : undefined)),
    );
    const second = await sync([...args, '--state', state], environment, file('second-sync.jsonl'));

    console.log(`\n${provider.title}: ${streams.length} streams, from its sandbox\n`);
    console.log(table(streams, first, second));
    console.log(`
  The first sync took ${(first.duration / 1000).toFixed(1)} s and ${requests} requests. The second one went on from its state: it
  read what is new, and again what was created or changed in the last 30 days (the lookback window).

  Messages of the first sync:   ${file('first-sync.jsonl')}
  Messages of the second sync:  ${file('second-sync.jsonl')}
  The state in between:         ${state}`);
    return first.exitCode === 0 && second.exitCode === 0;
  } finally {
    await sandbox.close();
  }
}

mkdirSync(FOLDER, { recursive: true });
const results: boolean[] = [];
for (const provider of PROVIDERS) results.push(await demonstrate(provider));
if (!results.every(Boolean)) {
  console.log('\nA sync was not complete; its messages say why.');
  process.exitCode = 1;
}
