import { parseArgs } from 'node:util';
import { DEFAULT_SECRET_KEY } from './paystack/options.js';
import { startPaystackSandbox } from './paystack/server.js';

const HELP = `Usage: npm run sandbox -- [options]

  --port <n>          port on 127.0.0.1 (4010)
  --size <n>          number of transactions; the other streams follow from it (300)
  --seed <n>          another seed, other data (1)
  --key <sk_…>        secret key to accept; sk_live_… gives live records and the live rate limit
  --latency <ms>      added to every reply (0)
  --fault-rate <0-1>  share of requests that fail (0)
  --rate-limit <n>    requests per endpoint and minute (100 for test keys, 600 for live keys)
  --no-rate-limit
  --help`;

function numberOf(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text === '' || !(value >= low && value <= high)) {
    throw new Error(`--${name} takes a number from ${low} to ${high}, not "${text}"`);
  }
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4010' },
      size: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      key: { type: 'string', default: DEFAULT_SECRET_KEY },
      latency: { type: 'string', default: '0' },
      'fault-rate': { type: 'string', default: '0' },
      'rate-limit': { type: 'string' },
      'no-rate-limit': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const limit = values['rate-limit'];
  const sandbox = await startPaystackSandbox({
    port: numberOf('port', values.port, 0, 65_535),
    size: numberOf('size', values.size, 0, 100_000_000),
    seed: numberOf('seed', values.seed, 0, 2 ** 31),
    secretKey: values.key,
    now: Date.now(),
    faults: {
      latencyMs: numberOf('latency', values.latency, 0, 600_000),
      faultRate: numberOf('fault-rate', values['fault-rate'], 0, 1),
    },
    ...(values['no-rate-limit'] ? { rateLimit: false as const } : {}),
    ...(limit === undefined || values['no-rate-limit']
      ? {}
      : { rateLimit: { limit: numberOf('rate-limit', limit, 1, 1_000_000), windowMs: 60_000 } }),
  });
  console.log(`Paystack sandbox: ${sandbox.url}
secret key:       ${sandbox.secretKey}
transactions:     ${values.size}, the newest created just now

config.json:
  {"provider": {"name": "paystack", "secret_key": "${sandbox.secretKey}"}, "start_date": "2020-01-01T00:00:00Z"}

  curl -H 'Authorization: Bearer ${sandbox.secretKey}' '${sandbox.url}/transaction?perPage=1'
  PAYSTACK_API_URL=${sandbox.url} node dist/main.js check --config config.json
  docker run --rm --network host -e PAYSTACK_API_URL=${sandbox.url} -v "$PWD:/data" source-payments check --config /data/config.json

Ctrl-C ends it.`);
  const stop = (): void => void sandbox.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
