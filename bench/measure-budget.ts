import { runAndCount } from './program.js';
import { connector } from './programs.js';
import { atLeast, atMost } from './rows.js';
import type { MeasureOptions, Measurement, Row } from './rows.js';
import type { ServedRequest } from './server-options.js';
import { withServer } from './server-process.js';

const MIN_USED = 0.95;
const MAX_REFUSED = 0.01;
const TOO_MANY_REQUESTS = 429;

interface Case {
  readonly title: string;
  readonly provider: 'paystack' | 'pagarme';
  readonly stream: string;
  /** Requests of the API's window. */
  readonly limit: number;
  readonly windowMs: number;
  /** Windows whose requests are spent in full, before the one that ends the read. */
  readonly windows: number;
  readonly latencyMs: number;
  /** The config's `requests_per_minute`; undefined for the documented limit. */
  readonly requestsPerMinute?: number;
}

const PER_MINUTE: Case = {
  title: 'Paystack, 200 requests a minute',
  provider: 'paystack',
  stream: 'transactions',
  limit: 200,
  windowMs: 60_000,
  windows: 2,
  latencyMs: 100,
  requestsPerMinute: 200,
};

const PER_SECOND: Case = {
  title: 'Pagar.me in test mode, 10 requests a second',
  provider: 'pagarme',
  stream: 'charges',
  limit: 10,
  windowMs: 1000,
  windows: 40,
  latencyMs: 100,
};

interface Use {
  readonly used: number;
  readonly refused: number;
  readonly requests: number;
  readonly seconds: number;
}

/**
 * The first request opens the first window, so `windows × limit` requests may be made before the one that comes
 * after them; the time until that one is how long they took. A share over all requests would count the last
 * window's requests, but not its time.
 */
function useOf(requests: readonly ServedRequest[], { limit, windowMs }: Case): Use {
  const times = requests
    .filter(({ status }) => status !== TOO_MANY_REQUESTS)
    .map(({ time }) => time)
    .sort((a, b) => a - b);
  const windows = Math.floor((times.length - 1) / limit);
  const elapsed = (times[windows * limit] ?? NaN) - (times[0] ?? NaN); // ms
  return {
    used: (windows * windowMs) / elapsed,
    refused: (requests.length - times.length) / requests.length,
    requests: requests.length,
    seconds: elapsed / 1000,
  };
}

async function measureCase(one: Case, { progress }: MeasureOptions): Promise<Row[]> {
  const { title, provider, stream, limit, windowMs, windows, latencyMs, requestsPerMinute } = one;
  const size = (limit * windows + Math.ceil(limit / 10)) * 100;
  const rateLimit = { requests: limit, windowMs };
  progress(`${title}: ${size} records`);
  const requests = await withServer({ provider, size, latencyMs, rateLimit }, async (server) => {
    await runAndCount(connector(server, { provider, stream, requestsPerMinute }), size);
    return server.takeRequests();
  });
  const { used, refused, requests: count, seconds } = useOf(requests, one);
  return [
    {
      what: `budget-bound read: ${title}`,
      target: `≥ ${MIN_USED * 100} % of the allowed requests`,
      measured: `${(used * 100).toFixed(1)} % over ${seconds.toFixed(1)} s`,
      verdict: atLeast(used, MIN_USED),
    },
    {
      what: `requests answered 429: ${title}`,
      target: `≤ ${MAX_REFUSED * 100} %`,
      measured: `${(refused * 100).toFixed(2)} % of ${count}`,
      verdict: atMost(refused, MAX_REFUSED),
    },
  ];
}

/** How much of the vendor's rate limit is used, and how often it is overstepped. */
export const budget: Measurement = {
  name: 'budget',
  async measure(options) {
    const cases = options.quick ? [{ ...PER_SECOND, windows: 12 }] : [PER_MINUTE, PER_SECOND];
    // They wait nearly all the time, so they may wait beside each other.
    const rows = await Promise.all(cases.map((one) => measureCase(one, options)));
    return {
      title: 'Budget-bound read',
      rows: rows.flat(),
      notes: [
        `The sandbox counts in fixed windows; requests take ${PER_MINUTE.latencyMs} ms. The share is that of the steady state: the time in which a limiter without any slack would make the requests of all windows but the last one, to the time they took.`,
      ],
    };
  },
};
