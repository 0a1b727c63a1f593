/**
 * Endurance: a million records through faults into a slow reader, and reads that are killed again and again.
 * Takes minutes, so it is no part of `npm test`; `npm run soak`.
 */
import { parseArgs } from 'node:util';
import { soakKills } from './soak/kills.js';
import { Violation } from './soak/reading.js';
import { LEAST_RECORDS, soakVolume } from './soak/volume.js';

const HELP = `Usage: npm run soak -- [options]

  --records <n>        records of the long read, through faults into a slow reader (1000000; at least ${LEAST_RECORDS})
  --max-memory <MiB>   peak of the program (120)
  --kill-records <n>   records of Paystack's reads that are killed (100000)
  --pagarme-charges <n>  the same for Pagar.me, whose charges have orders and two payables each (15000)
  --child-charges <n>  the same for the lists of transactions that each of its charges has (6000)
  --kills <n>          how often; half as often for Pagar.me (12)
  --seed <n>           other data, killed at other moments (1)
  --help`;

const OPTIONS = {
  records: { type: 'string', default: '1000000' },
  'kill-records': { type: 'string', default: '100000' },
  kills: { type: 'string', default: '12' },
  'pagarme-charges': { type: 'string', default: '15000' },
  'child-charges': { type: 'string', default: '6000' },
  'max-memory': { type: 'string', default: '120' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value > 0))
    throw new Error(`--${name} takes a whole number, not "${text}"`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const number = (name: Exclude<keyof typeof OPTIONS, 'help'>): number => numberOf(name, values[name]);
  const seed = number('seed');
  const records = number('records');
  if (records < LEAST_RECORDS) throw new Error(`--records takes at least ${LEAST_RECORDS}`);
  const kills = number('kills');
  const paystack = {
    provider: 'paystack',
    streams: new Map([['transactions', 100]]),
    size: number('kill-records'),
  } as const;
  const pagarme = {
    provider: 'pagarme',
    streams: new Map([
      ['orders', 100],
      ['payables', undefined],
    ]),
    size: number('pagarme-charges'),
  } as const;
  // A request for each charge, in several slices.
  const children = {
    provider: 'pagarme',
    streams: new Map([['charge_transactions', undefined]]),
    growing: [],
    size: number('child-charges'),
  } as const;
  console.log(await soakKills({ ...paystack, kills, seed }));
  console.log(await soakKills({ ...pagarme, kills: Math.ceil(kills / 2), seed }));
  console.log(await soakKills({ ...children, kills: Math.ceil(kills / 2), seed }));
  // Last, because it is the longest, and its memory the least that can go wrong.
  console.log(await soakVolume({ records, maxMemory: number('max-memory'), seed }));
}

main().catch((error: unknown) => {
  console.error(error instanceof Violation ? `soak: ${error.message}` : error);
  process.exitCode = 1;
});
