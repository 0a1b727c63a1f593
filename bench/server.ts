/** The process that serves a sandbox while others are measured. Started by server-process.ts, ended by a signal. */
import { startPagarmeSandbox } from '../sandbox/pagarme/server.js';
import { startPaystackSandbox } from '../sandbox/paystack/server.js';
import { DAY_MS, SECOND_MS } from '../src/declarative/durations.js';
import { startPageCache } from './page-cache.js';
import type {
  ServedRequest,
  ServerAddress,
  ServerMessage,
  ServerOptions,
  ServerQuestion,
} from './server-options.js';

const YEAR = 365 * DAY_MS;

interface Started {
  readonly address: ServerAddress;
  readonly requests: { time: number; status: number }[];
  readonly setLatency?: (ms: number) => void;
}

async function start(options: ServerOptions): Promise<Started> {
  const { provider, size, latencyMs = 0, rateLimit, compress = true, cache = false } = options;
  // The newest records are of now, as in an account that is in use.
  const now = Math.floor(Date.now() / SECOND_MS) * SECOND_MS;
  const shared = {
    size,
    now,
    startDate: now - YEAR,
    faults: { latencyMs },
    quirks: { gzip: compress, br: compress },
  };
  const startDate = `${new Date(now - YEAR - DAY_MS).toISOString().slice(0, 10)}T00:00:00Z`;
  if (provider === 'pagarme') {
    const { url, disputesUrl, secretKey, requests } = await startPagarmeSandbox({
      ...shared,
      counts: {},
      rateLimit:
        rateLimit === undefined
          ? false
          : { perMinute: {}, perSecond: (rateLimit.requests * SECOND_MS) / rateLimit.windowMs },
    });
    const environment = { PAGARME_API_URL: url, PAGARME_DISPUTES_API_URL: disputesUrl };
    return { address: { url, secretKey, environment, startDate }, requests };
  }
  const sandbox = await startPaystackSandbox({
    ...shared,
    rateLimit: rateLimit === undefined ? false : { limit: rateLimit.requests, windowMs: rateLimit.windowMs },
  });
  const pages = cache ? await startPageCache(sandbox.url) : undefined;
  const { url, requests } = pages ?? sandbox;
  const environment = { PAYSTACK_API_URL: url };
  const address = { url, secretKey: sandbox.secretKey, environment, startDate };
  return { address, requests, ...(pages === undefined ? {} : { setLatency: pages.setLatency }) };
}

function tell(message: ServerMessage): void {
  process.send?.(message);
}

const { address, requests, setLatency } = await start(JSON.parse(process.argv[2] ?? '{}') as ServerOptions);
process.on('message', (question: ServerQuestion) => {
  if (question.type === 'latency') {
    setLatency?.(question.ms);
    tell({ type: 'latency' });
    return;
  }
  const told: ServedRequest[] = requests.splice(0).map(({ time, status }) => ({ time, status }));
  tell({ type: 'requests', requests: told });
});
// Nobody is left to ask for pages.
process.on('disconnect', () => process.exit(0));
tell({ type: 'started', address });
