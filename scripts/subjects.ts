/** The sandboxes that the image is run against, and what is to come of it. */
import { startPagarmeSandbox } from '../sandbox/pagarme/server.js';
import { startPaystackSandbox } from '../sandbox/paystack/server.js';

export interface Subject {
  readonly name: 'paystack' | 'pagarme';
  readonly config: unknown;
  readonly environment: Readonly<Record<string, string>>;
  /** A stream whose records are counted, and how many there are. */
  readonly counted: { readonly stream: string; readonly records: number };
  /** Requests that a reader must not send. */
  readonly violations: readonly string[];
  /** Makes every answer of the API take so long. @param ms */
  slowDown(ms: number): void;
  close(): Promise<void>;
}

/** @param size transactions or charges */
export async function startSubjects(size = 300): Promise<Subject[]> {
  const paystack = await startPaystackSandbox({ rateLimit: false, size });
  const pagarme = await startPagarmeSandbox({
    rateLimit: false,
    size,
    quirks: { balanceOperations: 'alive' },
  });
  const configOf = (name: string, secret_key: string) => ({
    provider: { name, secret_key },
    // The limits of test keys are not those of the sandbox.
    requests_per_minute: 100_000,
  });
  return [
    {
      name: 'paystack',
      config: configOf('paystack', paystack.secretKey),
      environment: { PAYSTACK_API_URL: paystack.url },
      counted: { stream: 'transactions', records: paystack.data.transactions.length },
      violations: paystack.violations,
      slowDown: (ms) => void (paystack.faults.latencyMs = ms),
      close: () => paystack.close(),
    },
    {
      name: 'pagarme',
      config: configOf('pagarme', pagarme.secretKey),
      environment: { PAGARME_API_URL: pagarme.url, PAGARME_DISPUTES_API_URL: pagarme.disputesUrl },
      counted: { stream: 'charges', records: pagarme.data.charges.length },
      violations: pagarme.violations,
      slowDown: (ms) => void (pagarme.faults.latencyMs = ms),
      close: () => pagarme.close(),
    },
  ];
}
