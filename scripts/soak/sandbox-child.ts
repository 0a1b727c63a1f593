/** A sandbox as a process of its own, so that its work is not that of the reader, and its memory neither. */
import { startPagarmeSandbox } from '../../sandbox/pagarme/server.js';
import type { PagarmeSandbox } from '../../sandbox/pagarme/server.js';
import { startPaystackSandbox } from '../../sandbox/paystack/server.js';
import type { PaystackSandbox } from '../../sandbox/paystack/server.js';
import type { Answer, Question, SandboxSettings } from './sandbox-messages.js';

/** Ids in one message. */
const PORTION = 20_000;

function say(answer: Answer): void {
  process.send?.(answer);
}

function sayIds(ids: Iterable<string>): void {
  let portion: string[] = [];
  for (const id of ids) {
    if (portion.push(id) < PORTION) continue;
    say({ type: 'ids', ids: portion });
    portion = [];
  }
  if (portion.length > 0) say({ type: 'ids', ids: portion });
  say({ type: 'ids', ids: [] });
}

function answer<S extends string>(
  sandbox: {
    readonly data: { readonly [stream in S]: { ids(): Iterable<string> } };
    readonly requests: { readonly length: number };
    add(stream: S): { readonly id: string };
  },
  question: Question,
): void {
  switch (question.type) {
    case 'ids':
      return sayIds(sandbox.data[question.stream as S].ids());
    case 'requests':
      return say({ type: 'requests', count: sandbox.requests.length });
    case 'add': {
      const added = Array.from({ length: question.count }, () => sandbox.add(question.stream as S).id);
      return sayIds(added);
    }
  }
}

const settings = JSON.parse(process.argv[2] ?? '{}') as SandboxSettings;
const { provider, size, seed, now, faultRate } = settings;
// Compression would cost more time than all the rest, and is tried elsewhere.
const options = {
  size,
  seed,
  now,
  rateLimit: false as const,
  faults: { faultRate },
  quirks: { gzip: false, br: false },
};
// Without its parent there is nobody to serve.
process.on('disconnect', () => process.exit());
if (provider === 'paystack') {
  const sandbox: PaystackSandbox = await startPaystackSandbox(options);
  process.on('message', (question: Question) =>
    answer({ ...sandbox, add: (stream: 'transactions') => sandbox.add(stream) }, question),
  );
  say({ type: 'ready', environment: { PAYSTACK_API_URL: sandbox.url }, secretKey: sandbox.secretKey });
} else {
  const sandbox: PagarmeSandbox = await startPagarmeSandbox(options);
  process.on('message', (question: Question) =>
    answer({ ...sandbox, add: (stream: 'orders' | 'payables') => sandbox.add(stream) }, question),
  );
  say({
    type: 'ready',
    environment: { PAGARME_API_URL: sandbox.url, PAGARME_DISPUTES_API_URL: sandbox.disputesUrl },
    secretKey: sandbox.secretKey,
  });
}
