import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import type { Generator } from '../../record-store.js';
import { splitRef, subaccountRef } from './accounts.js';
import { authorization, CURRENCIES, customerRef, emptyAuthorization, metadataOf } from './people.js';
import { anyOf, iso, later } from './world.js';
import type { World } from './world.js';

/**
 * Paystack declares transaction ids as unsigned 64-bit. The newest four lie beyond 2^53, where two of them
 * (…995 and …996) are the same number to JavaScript.
 */
const BIG_IDS = 4;
const FIRST_BIG_ID = 9_007_199_254_740_993n;

export function transactionId(world: World, index: number): string {
  const firstBig = world.count('transactions') - BIG_IDS;
  if (index >= firstBig && firstBig >= 0) return String(FIRST_BIG_ID + BigInt(index - firstBig));
  return String(world.id('transactions', index));
}

const DONE = [
  'success',
  'success',
  'success',
  'success',
  'failed',
  'abandoned',
  'success',
  'reversed',
] as const;
/** States that still move, found on the newest records. */
const MOVING = ['pending', 'ongoing', 'processing', 'queued', 'success'] as const;

function transactionStatus(world: World, index: number): string {
  const dice = world.dice('status', index);
  return index >= world.count('transactions') * 0.97 ? dice.pick(MOVING) : dice.pick(DONE);
}

export function transactionAmount(world: World, index: number): number {
  return world.dice('amount', index).int(100, 50_000_000); // kobo, pesewas, cents
}

export function transactionReference(world: World, index: number): string {
  return `ref/${world.dice('reference', index).code(10)}`;
}

function logOf(createdMs: number, dice: Dice, success: boolean): JsonObject {
  return {
    start_time: Math.floor(createdMs / 1000), // epoch seconds
    time_spent: dice.int(1, 90),
    attempts: 1,
    errors: success ? 0 : 1,
    success,
    mobile: dice.chance(0.5),
    input: [],
    history: [
      { type: 'action', message: 'Attempted to pay with card', time: 7 },
      { type: success ? 'success' : 'error', message: 'Résultat: "carte / 3-D Secure"', time: 8 },
    ],
  };
}

function feesSplitOf(index: number): Json {
  if (index % 7 !== 0) return null;
  return {
    paystack: 14_500,
    integration: raw('90.0'),
    subaccount: raw('0.5'),
    params: { bearer: 'account', transaction_charge: '', percentage_charge: '1.0' },
  };
}

function sourceOf(index: number): Json {
  if (index % 6 === 0) return null;
  return {
    source: 'merchant_api',
    type: 'api',
    identifier: index % 2 === 0 ? null : '197.210.0.1',
    entry_point: 'transaction_initialize',
  };
}

function buildTransaction(world: World, index: number, createdMs: number, dice: Dice): JsonObject {
  const status = transactionStatus(world, index);
  const amount = transactionAmount(world, index);
  const tried = status !== 'abandoned' && status !== 'pending' && status !== 'queued';
  const paid = status === 'success' || status === 'reversed';
  const paidAt = paid ? iso(later(world, createdMs, dice, 0.01)) : null;
  const fees = paid ? Math.round(amount * 0.015) : null;
  const hasSplit = index % 11 === 0 && world.count('splits') > 0;
  return {
    id: raw(transactionId(world, index)),
    domain: world.domain,
    status,
    reference: transactionReference(world, index),
    amount,
    message: status === 'failed' ? 'Déclinée' : null,
    gateway_response: paid ? 'Successful' : 'The transaction was not completed',
    paid_at: paidAt,
    created_at: iso(createdMs),
    channel: dice.pick(['card', 'bank', 'ussd', 'mobile_money', 'bank_transfer']),
    currency: dice.pick(CURRENCIES),
    ip_address: !tried ? null : index % 4 === 0 ? '77.222.156.81, 172.68.238.25' : '197.210.52.1',
    metadata: metadataOf(index, dice),
    log: tried ? logOf(createdMs, dice, paid) : null,
    fees,
    fees_split: feesSplitOf(index),
    customer: customerRef(world, anyOf(world, 'customers', dice), 'object'),
    authorization: tried ? authorization(dice, dice.chance(0.5)) : emptyAuthorization(),
    plan: {}, // an empty object even on a subscription's charge
    split: hasSplit ? splitRef(world, anyOf(world, 'splits', dice)) : {},
    subaccount: index % 13 === 0 && hasSplit ? subaccountRef(world, anyOf(world, 'subaccounts', dice)) : {},
    order_id: index % 9 === 0 ? 1_074_055 + index : null,
    paidAt,
    createdAt: iso(createdMs),
    requested_amount: amount,
    source: sourceOf(index),
    connect: index % 17 === 0 ? {} : null,
    pos_transaction_data: null,
  };
}

export function transactions(world: World): Generator {
  return {
    count: world.count('transactions'),
    id: (index) => transactionId(world, index),
    timeline: world.timeline('transactions'),
    fields: {
      status: (index) => transactionStatus(world, index),
      amount: (index) => transactionAmount(world, index),
    },
    build: (index, createdMs) => buildTransaction(world, index, createdMs, world.dice('transactions', index)),
  };
}
