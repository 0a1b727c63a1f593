import { parseArgs } from 'node:util';
import { MINUTE_MS } from '../src/declarative/durations.js';
import { ROUTE_LIMITS } from './pagarme/limits.js';
import { startPagarmeSandbox } from './pagarme/server.js';
import { startPaystackSandbox } from './paystack/server.js';
import packageJson from '../package.json' with { type: 'json' };

const HELP = `Usage: npm run sandbox -- [options]

  --provider <name>   paystack or pagarme (both, on two ports)
  --port <n>          port on 127.0.0.1 (4010); Pagar.me takes the next one if both run
  --size <n>          number of transactions or charges; the other streams follow from it (300)
  --seed <n>          another seed, other data (1)
  --key <sk_…>        secret key to accept; sk_live_… has the limits of a live account
  --latency <ms>      added to every reply (0)
  --fault-rate <0-1>  share of requests that fail (0)
  --rate-limit <n>    requests per endpoint and minute, instead of the provider's own limits
  --no-rate-limit
  --help`;

const OPTIONS = {
  provider: { type: 'string' },
  port: { type: 'string', default: '4010' },
  size: { type: 'string', default: '300' },
  seed: { type: 'string', default: '1' },
  key: { type: 'string' },
  latency: { type: 'string', default: '0' },
  'fault-rate': { type: 'string', default: '0' },
  'rate-limit': { type: 'string' },
  'no-rate-limit': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const PROVIDERS = ['paystack', 'pagarme'] as const;
type Provider = (typeof PROVIDERS)[number];

interface Settings {
  readonly port: number;
  readonly size: number;
  readonly seed: number;
  readonly secretKey?: string;
  readonly now: number;
  readonly faults: { readonly latencyMs: number; readonly faultRate: number };
}

/** Requests per endpoint and minute; undefined for the provider's own limits. */
type Limit = number | false | undefined;

interface Running {
  readonly text: string;
  close(): Promise<void>;
}

function numberOf(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text === '' || !(value >= low && value <= high)) {
    throw new Error(`--${name} takes a number from ${low} to ${high}, not "${text}"`);
  }
  return value;
}

function providersOf(name: string | undefined): readonly Provider[] {
  if (name === undefined) return PROVIDERS;
  const provider = PROVIDERS.find((known) => known === name);
  if (provider === undefined) throw new Error(`--provider takes ${PROVIDERS.join(' or ')}, not "${name}"`);
  return [provider];
}

interface Introduction {
  readonly name: Provider;
  readonly secretKey: string;
  /** Environment variable → URL. */
  readonly variables: Readonly<Record<string, string>>;
  readonly curl: string;
}

const { version } = packageJson;

function introduce({ name, secretKey, variables, curl }: Introduction): string {
  const pairs = Object.entries(variables).map(([variable, url]) => `${variable}=${url}`);
  const config = {
    provider: { name, secret_key: secretKey },
    start_date: '2020-01-01T00:00:00Z',
  };
  return `${name}: ${Object.values(variables).join(' and ')}
secret key: ${secretKey}

${name}.json:
  ${JSON.stringify(config)}

  ${curl}
  ${pairs.join(' ')} node dist/main.js check --config ${name}.json
  docker run --rm --network host ${pairs.map((pair) => `-e ${pair}`).join(' ')} -v "$PWD:/data" source-payments:${version} check --config /data/${name}.json
`;
}

async function startPaystack(settings: Settings, limit: Limit): Promise<Running> {
  const sandbox = await startPaystackSandbox({
    ...settings,
    ...(limit === undefined ? {} : { rateLimit: limit === false ? limit : { limit, windowMs: MINUTE_MS } }),
  });
  const { url, secretKey } = sandbox;
  const text = introduce({
    name: 'paystack',
    secretKey,
    variables: { PAYSTACK_API_URL: url },
    curl: `curl -H 'Authorization: Bearer ${secretKey}' '${url}/transaction?perPage=1'`,
  });
  return { text, close: () => sandbox.close() };
}

async function startPagarme(settings: Settings, limit: Limit): Promise<Running> {
  const perMinute = Object.fromEntries(Object.keys(ROUTE_LIMITS).map((route) => [route, Number(limit)]));
  const sandbox = await startPagarmeSandbox({
    ...settings,
    ...(limit === undefined ? {} : { rateLimit: limit === false ? limit : { perMinute, perSecond: false } }),
  });
  const { url, disputesUrl, secretKey } = sandbox;
  const text = introduce({
    name: 'pagarme',
    secretKey,
    variables: { PAGARME_API_URL: url, PAGARME_DISPUTES_API_URL: disputesUrl },
    curl: `curl -u '${secretKey}:' '${url}/charges?size=1'`,
  });
  return { text, close: () => sandbox.close() };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { key, 'rate-limit': rateLimit, 'no-rate-limit': isUnlimited } = values;
  const port = numberOf('port', values.port, 0, 65_534);
  const shared = {
    size: numberOf('size', values.size, 0, 100_000_000),
    seed: numberOf('seed', values.seed, 0, 2 ** 31),
    now: Date.now(),
    faults: {
      latencyMs: numberOf('latency', values.latency, 0, 600_000),
      faultRate: numberOf('fault-rate', values['fault-rate'], 0, 1),
    },
    ...(key === undefined ? {} : { secretKey: key }),
  };
  const ownLimit = rateLimit === undefined ? undefined : numberOf('rate-limit', rateLimit, 1, 1_000_000);
  const limit = isUnlimited ? false : ownLimit;

  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((sandbox) => sandbox.close()));
  };
  try {
    for (const [i, provider] of providersOf(values.provider).entries()) {
      const settings = { ...shared, port: port === 0 ? 0 : port + i };
      const start = provider === 'paystack' ? startPaystack : startPagarme;
      running.push(await start(settings, limit));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  console.log(running.map((sandbox) => sandbox.text).join('\n'));
  console.log('The newest records were created just now. Ctrl-C ends it.');
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());
}

/** What to say of an error. */
function problemOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code !== 'EADDRINUSE' || port === undefined) return error.message;
  return `Port ${port} is taken: end the program that has it, or name another one with --port ${port + 10}.`;
}

main().catch((error: unknown) => {
  console.error(problemOf(error));
  process.exitCode = 1;
});
