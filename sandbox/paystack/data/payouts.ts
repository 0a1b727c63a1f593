import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import type { Generator } from '../../record-store.js';
import { CURRENCIES } from './people.js';
import { transactionId } from './payments.js';
import { anyOf, iso, later, numbered } from './world.js';
import type { World } from './world.js';

function recipient(world: World, index: number, createdMs: number, dice: Dice): JsonObject {
  const isDeleted = index % 8 === 0;
  return {
    active: !isDeleted,
    createdAt: iso(createdMs),
    currency: 'NGN',
    description: index % 3 === 0 ? null : 'Fournisseur / supplier',
    domain: world.domain,
    email: index % 2 === 0 ? null : 'zoe@example.com',
    id: world.id('transfer_recipients', index),
    // Old rows come without it.
    ...(index % 10 === 0 ? {} : { integration: world.integration }),
    metadata: index % 4 === 0 ? null : { depot: 'Nord / 2', ratio: raw('1.0') },
    name: `Bénéficiaire ${index}`,
    recipient_code: `RCP_${dice.code(15)}`,
    type: index % 5 === 0 ? 'mobile_money' : 'nuban',
    updatedAt: iso(later(world, createdMs, dice, 100)),
    is_deleted: isDeleted,
    isDeleted,
    details: {
      authorization_code: null,
      account_number: '0123456789',
      account_name: index % 2 === 0 ? null : 'Zoë Müller',
      bank_code: index % 6 === 0 ? null : '044',
      bank_name: index % 6 === 0 ? null : 'Access Bank',
    },
  };
}

export function transferRecipients(world: World): Generator {
  return numbered(world, 'transfer_recipients', (index, createdMs, dice) =>
    recipient(world, index, createdMs, dice),
  );
}

function feesBreakdownOf(index: number): Json {
  if (index % 3 !== 2) return null;
  return [{ amount: '10.00', formula: null, type: 'paystack' }];
}

const STATUSES = [
  'success',
  'success',
  'success',
  'failed',
  'reversed',
  'pending',
  'otp',
  'received',
] as const;

export function transfers(world: World): Generator {
  return numbered(world, 'transfers', (index, createdMs, dice) => {
    const status = dice.pick(STATUSES);
    const to = anyOf(world, 'transfer_recipients', dice);
    const toDice = world.dice('transfer_recipients', to);
    return {
      amount: dice.int(10_000, 4_000_000_000),
      createdAt: iso(createdMs),
      currency: 'NGN',
      domain: world.domain,
      failures: null,
      id: world.id('transfers', index),
      integration: world.integration,
      reason: 'Salaire d\u2019août',
      // Old rows come without it.
      ...(index % 12 === 0 ? {} : { reference: dice.code(20) }),
      source: 'balance',
      source_details: null,
      status,
      titan_code: null,
      transfer_code: `TRF_${dice.code(15)}`,
      request: 68_000_000 + index,
      transferred_at: status === 'success' ? iso(later(world, createdMs, dice, 1)) : null,
      updatedAt: iso(later(world, createdMs, dice, 40)),
      recipient: recipient(world, to, world.timeline('transfer_recipients').at(to), toDice),
      session: { provider: index % 2 === 0 ? null : 'nip', id: null },
      fee_charged: 1000,
      fees_breakdown: feesBreakdownOf(index),
    };
  });
}

/** Balance in the currency's subunit after entry `index`: far beyond int32, rising and falling. */
function runningBalance(world: World, index: number): number {
  return 4_000_000_000_000 + index * 150_000 + world.dice('ledger', index).int(0, 900_000);
}

/** The journal of the balance: it says which row of which stream moved the money. */
export function balanceLedger(world: World): Generator {
  return numbered(world, 'balance_ledger', (index, createdMs, dice) => {
    const kind =
      index % 10 === 0 && world.count('refunds') > 0
        ? 'Refund'
        : index % 10 === 5 && world.count('transfers') > 0
          ? 'Transfer'
          : 'Transaction';
    const row =
      kind === 'Refund'
        ? raw(String(world.id('refunds', anyOf(world, 'refunds', dice))))
        : kind === 'Transfer'
          ? raw(String(world.id('transfers', anyOf(world, 'transfers', dice))))
          : raw(transactionId(world, Math.min(index, Math.max(0, world.count('transactions') - 1))));
    const balance = runningBalance(world, index);
    return {
      integration: world.integration,
      domain: world.domain,
      balance,
      currency: 'NGN',
      difference: balance - runningBalance(world, index - 1),
      reason: index % 3 === 0 ? 'Virement / "transfer"' : '',
      model_responsible: kind,
      model_row: row,
      id: world.id('balance_ledger', index),
      createdAt: iso(createdMs),
      updatedAt: iso(createdMs),
    };
  });
}

export function balance(world: World): Generator {
  return {
    count: CURRENCIES.length,
    id: (index) => CURRENCIES[index] ?? '',
    build: (index) => ({
      currency: CURRENCIES[index] ?? 'NGN',
      balance: world.size * 1_000_000_000 * index,
    }),
  };
}
