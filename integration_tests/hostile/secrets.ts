/** An API that echoes the key, in whatever spelling and wherever it can. */
import { describe, expect, it } from '@jest/globals';
import { raw, reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectFailed } from './expectations.js';
import { leaksOf, spellingsOf } from './spellings.js';
import type { Outcome, Stage } from './stage.js';
import { TARGETS } from './targets.js';
import type { ProviderName } from './targets.js';

const PAYSTACK_STREAMS = [
  'transactions',
  'customers',
  'disputes',
  'refunds',
  'transfers',
  'invoices',
  'orders',
  'settlements',
  'balance',
  'balance_ledger',
  'transfer_recipients',
  'subscriptions',
  'bulk_charges',
  'products',
  'pages',
  'storefronts',
  'subaccounts',
  'splits',
  'dedicated_accounts',
  'virtual_terminals',
  'terminals',
  'banks',
  'countries',
];
const PAGARME_STREAMS = [
  'orders',
  'charges',
  'customers',
  'recipients',
  'payables',
  'settlements',
  'transfers',
  'balance_operations',
  'disputes',
  'subscriptions',
  'invoices',
  'payment_links',
  'hooks',
];

interface Echo {
  readonly title: string;
  readonly attack: Attack;
}

/** Once is enough, as most of these are final; the others are asked for again after a second. */
const SOON = { 'retry-after': '1' };

/** The places of an answer from which a program may quote. */
function places(key: string): Echo[] {
  const bearer = `Bearer ${key}`;
  const message = (text: string): string => JSON.stringify({ message: text });
  return [
    { title: 'behind Bearer', attack: reply(400, message(`Authorization: ${bearer} was refused`)) },
    {
      title: 'in a list of errors',
      attack: reply(400, JSON.stringify({ errors: [{ x: [] }, { detail: `no ${key}` }] })),
    },
    { title: 'where a long message is cut', attack: reply(400, message(`${'x'.repeat(290)} ${key}`)) },
    {
      title: 'as the name of a member',
      attack: reply(400, JSON.stringify({ [key]: key, message: { [key]: key, reason: key } })),
    },
    {
      title: 'in an HTML page',
      attack: reply(403, `<title>${key}</title><p>${bearer}`, { 'content-type': 'text/html', ...SOON }),
    },
    {
      title: 'in the content-type',
      attack: reply(400, message('no'), { 'content-type': `text/${key}`, 'x-echo': bearer }),
    },
    { title: 'in the status line', attack: raw(`HTTP/1.1 400 ${key}\r\nContent-Length: 2\r\n\r\n{}`) },
    { title: 'in a place to go to', attack: reply(302, '', { location: `/${key}?key=${key}` }) },
    {
      title: 'in the time to wait',
      attack: reply(400, message('no'), { 'retry-after': key, 'x-ratelimit-reset': key }),
    },
    { title: 'in the name of a header', attack: reply(400, message('no'), { [key]: key }) },
    {
      title: 'of a success that is none',
      attack: reply(200, JSON.stringify({ status: false, data: key, message: key }), SOON),
    },
    { title: 'in a body that is no JSON', attack: reply(200, `key ${key}`, SOON) },
  ];
}

/** Spellings of the key in one message. */
const A_MESSAGE = 3;

function echoes(provider: ProviderName): Echo[] {
  const { secretKey } = TARGETS[provider];
  // Several in one message: each takes a stream.
  const spellings = Object.entries(spellingsOf(secretKey));
  const spelled = Array.from({ length: Math.ceil(spellings.length / A_MESSAGE) }, (_, i) => {
    const some = spellings.slice(i * A_MESSAGE, (i + 1) * A_MESSAGE);
    const keys = some.map(([, spelling]) => spelling).join(', or ');
    return {
      title: `in a message, ${some.map(([name]) => name).join(' and ')}`,
      attack: reply(400, JSON.stringify({ message: `bad key ${keys}, sorry` })),
    };
  });
  const basic = Buffer.from(`${secretKey}:`).toString('base64');
  return [
    ...spelled,
    {
      title: 'behind Basic',
      attack: reply(400, JSON.stringify({ message: `Authorization: Basic ${basic}` })),
    },
    {
      title: 'in a message, with an escape of JSON in the body',
      attack: reply(
        400,
        `{"message":"bad key ${secretKey.replace('_', '\\u005f').replace('t', '\\u0074')}, sorry"}`,
      ),
    },
    ...places(secretKey),
  ];
}

export function secretTests(stage: Stage): void {
  describe.each([
    { provider: 'paystack' as const, streams: PAYSTACK_STREAMS, all: echoes('paystack') },
    {
      provider: 'pagarme' as const,
      streams: PAGARME_STREAMS,
      all: echoes('pagarme').slice(0, PAGARME_STREAMS.length),
    },
  ])('the key comes back: $provider', ({ provider, streams, all }) => {
    const staged = all.map((echo, i) => ({ ...echo, stream: streams[i] ?? '' }));
    const outcome = stage.add({
      title: `echoes of the key (${provider})`,
      provider,
      attacks: Object.fromEntries(staged.map(({ stream, attack }) => [stream, attack])),
    });

    /** The lines that are about a stream. */
    function linesAbout(run: Outcome, stream: string): string {
      return run.stdout
        .split('\n')
        .filter((line) => line.includes(`"${stream}"`) || line.includes(`"message":"${stream}:`))
        .join('\n');
    }

    it.each(staged)('$title: it is not passed on', async ({ stream }) => {
      const run = await outcome();
      expect(run.statusOf(stream)).toBe('INCOMPLETE');
      expect(run.errorsOf(stream)).toHaveLength(1);
      expect(leaksOf(TARGETS[provider].secretKey, linesAbout(run, stream))).toEqual([]);
    });

    it('what stands around it is still said', async () => {
      const [first] = staged;
      expectFailed(
        await outcome(),
        first?.stream ?? '',
        'system_error',
        /The API said: "bad key \*+, or \*+, or \*+, sorry"/,
      );
    });
  });

  describe('the key comes back to a connection check', () => {
    const { secretKey } = TARGETS.pagarme;
    const refusal = reply(401, JSON.stringify({ message: `${secretKey} is not known` }));
    const outcome = stage.add({
      title: 'an echo of the key in a check (pagarme)',
      provider: 'pagarme',
      command: 'check',
      attacks: { orders: refusal, payables: refusal, recipients: refusal },
    });

    it('it fails with a sentence that does not hold the key', async () => {
      const run = await outcome();
      const status = run.messages.find(({ type }) => type === 'CONNECTION_STATUS');
      expect(status).toMatchObject({ connectionStatus: { status: 'FAILED' } });
      expect(JSON.stringify(status)).toContain('The API said: \\"**** is not known\\"');
      expect(run.code).toBe(0);
    });
  });
}
