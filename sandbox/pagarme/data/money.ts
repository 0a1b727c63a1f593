import { DAY_MS } from '../../../src/declarative/durations.js';
import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { metadataPart } from './customers.js';
import { payableId } from './payables.js';
import { bankAccountRef, recipientId, recipientRef } from './recipients.js';
import { gatewayId } from './transactions.js';
import { anyOf, brasiliaMidnight, childId, children, indexOfUuid, later, sparse, uuid } from './world.js';
import type { World } from './world.js';

/** Money that leaves: transfers, withdrawals, anticipations, settlements, and the ledger that was switched off. */

const FIRST_TRANSFER = 131_080_400;

function recipientFor(world: World, index: number): Json {
  const total = world.count('recipients');
  return total === 0 ? null : recipientId(world, index % total);
}

/** What transfers and withdrawals have in common. */
function movement(world: World, series: string, index: number, createdMs: number): JsonObject {
  const dice = world.dice(series, index);
  const isDone = createdMs < world.nowMs - 2 * DAY_MS;
  return {
    gateway_id: gatewayId(dice, index),
    amount: dice.int(100, 9_000_000),
    status: isDone
      ? dice.pick(['transferred', 'transferred', 'failed'])
      : dice.pick(['pending_transfer', 'processing']),
    type: dice.pick(['ted', 'doc', 'inter_recipient', 'credito_em_conta']),
    fee: index % 4 === 0 ? null : 367,
    funding_date: isDone ? world.stamp(brasiliaMidnight(createdMs + DAY_MS)) : null,
    funding_estimated_date: world.stamp(brasiliaMidnight(createdMs + DAY_MS)),
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, createdMs, dice, 2)),
  };
}

export function transfers(world: World): Generator {
  return {
    count: world.count('transfers'),
    id: (index) => String(FIRST_TRANSFER + index),
    indexOf: (id) => (/^\d+$/.test(id) ? Number(id) - FIRST_TRANSFER : undefined),
    timeline: world.timeline('transfers'),
    build: (index, createdMs) => ({
      id: String(FIRST_TRANSFER + index),
      ...movement(world, 'transfers', index, createdMs),
      source: { source_id: recipientFor(world, index), type: 'recipient' },
      target: { target_id: String(1_600_000 + index), type: 'bank_account' },
      ...metadataPart(index),
    }),
  };
}

/** One recipient in 40 has more of everything than one page holds. */
function childCount(parent: number, usual: number): number {
  return parent % 40 === 3 ? 130 : parent % usual;
}

function recipientChildren(
  world: World,
  parent: number,
  prefix: string,
  count: number,
  build: (index: number, createdMs: number) => JsonObject,
): Generator {
  const owner = recipientId(world, parent);
  const id = (index: number): string => childId(world, prefix, owner, index);
  return children(world, world.timeline('recipients').at(parent), count, id, (index, createdMs) =>
    sparse(index, { id: id(index), ...build(index, createdMs) }),
  );
}

export function recipientTransfers(world: World, parent: number): Generator {
  return recipientChildren(world, parent, 'trf', childCount(parent, 4), (index, createdMs) => {
    const { amount, status, created_at, updated_at } = movement(
      world,
      `transfers ${parent}`,
      index,
      createdMs,
    );
    return {
      amount: amount ?? null,
      status: status ?? null,
      bank_account: bankAccountRef(world, parent),
      created_at: created_at ?? null,
      updated_at: updated_at ?? null,
      ...metadataPart(index),
    };
  });
}

export function recipientWithdrawals(world: World, parent: number): Generator {
  return recipientChildren(world, parent, 'with', childCount(parent, 5), (index, createdMs) => ({
    ...movement(world, `withdrawals ${parent}`, index, createdMs),
    source: { source_id: recipientId(world, parent), type: 'recipient' },
    target: { target_id: String(1_600_000 + parent), type: 'bank_account' },
    ...metadataPart(index),
  }));
}

/** The two documented paths show different records. */
export function recipientAnticipations(world: World, parent: number): Generator {
  return recipientChildren(world, parent, 'ba', childCount(parent, 3), (index, createdMs) => {
    const dice = world.dice(`anticipations ${parent}`, index);
    const amount = dice.int(10_000, 9_000_000);
    const shared = {
      status: dice.pick(['pending', 'approved', 'refused', 'canceled', 'building']),
      timeframe: dice.pick(['start', 'end']),
      payment_date: world.stamp(brasiliaMidnight(createdMs + DAY_MS)),
      created_at: world.stamp(createdMs),
    };
    if (world.anticipationsPath === 'bulk_anticipations') {
      return {
        ...shared,
        amount,
        fee: 0,
        anticipation_fee: Math.round(amount * 0.03),
        automatic_transfer: index % 2 === 0,
        type: 'spot',
      };
    }
    return {
      ...shared,
      requested_amount: amount,
      approved_amount: shared.status === 'approved' ? amount : null,
      recipient: recipientRef(world, parent),
      pgid: childId(world, 'pg', String(parent), index),
      updated_at: world.stamp(later(world, createdMs, dice, 3)),
    };
  });
}

/** The day of payment is a day of Brasília; there is no creation time in the record. */
export function settlements(world: World): Generator {
  const id = (index: number): string => uuid(world.dice('id settlements', index), index).toUpperCase();
  const times = world.timeline('settlements');
  const paymentDate = (index: number): string => new Date(brasiliaMidnight(times.at(index))).toISOString();
  return {
    count: world.count('settlements'),
    id,
    indexOf: indexOfUuid,
    timeline: times,
    fields: { payment_date: paymentDate },
    build(index) {
      const dice = world.dice('settlements', index);
      const isFresh = times.at(index) > world.nowMs - DAY_MS;
      return {
        id: id(index),
        amount:
          index % 9 === 0 ? raw(String(9_007_199_254_740_993n + BigInt(index))) : dice.int(100, 90_000_000),
        product: dice.pick(['credit', 'debit', 'anticipation']),
        card_brand: dice.pick([null, 'visa', 'mastercard', 'elo']),
        payment_date: paymentDate(index),
        recipient_id: recipientFor(world, index),
        document_type: index % 2 === 0 ? 'individual' : 'company',
        contract_obligation_id: null,
        liquidation_arrangement_id: null,
        liquidation_type: null,
        contract_key: null,
        liquidation_engine: 'pagarme',
        external_engine_payment_id: index % 3 === 0 ? null : dice.code(12),
        funding_account_id: dice.code(10),
        status: isFresh ? 'pending' : dice.pick(['success', 'success', 'failed']),
        ispb: index % 2 === 0 ? '60701190' : 'Itaú Unibanco S.A.',
        payment_profile_id: index % 4 === 0 ? null : `pp_${index}`,
      };
    },
  };
}

function payableMovement(world: World, index: number, createdMs: number): JsonObject {
  const dice = world.dice('movements', index);
  return {
    object: 'payable',
    id: world.count('payables') === 0 ? null : payableId(world, anyOf(world, 'payables', dice)),
    status: 'paid',
    amount: dice.int(100, 90_000),
    fee: 63,
    anticipation_fee: 0,
    fraud_coverage_fee: 0,
    installment: 1,
    split_id: '',
    bulk_anticipation_id: '',
    recipient_id: recipientFor(world, index),
    payment_date: world.stamp(brasiliaMidnight(createdMs)),
    payment_method: 'credit_card',
    type: 'credit',
    created_at: world.stamp(createdMs),
  };
}

/** Discontinued on 2026-08-28; served only by the quirk that says otherwise. */
export function balanceOperations(world: World): Generator {
  const id = (index: number): string => String(9_007_199_254_740_993n + BigInt(index));
  return {
    count: world.count('balance_operations'),
    id,
    timeline: world.timeline('balance_operations'),
    build(index, createdMs) {
      const dice = world.dice('balance operations', index);
      const other = {
        object: dice.pick(['refund', 'transfer', 'feeCollection', 'settlement']),
        id: String(index),
        amount: 100,
      };
      return {
        id: id(index),
        status: dice.pick(['waiting_funds', 'available', 'transferred']),
        balance_amount: index % 2 === 0 ? 0 : null,
        balance_old_amount: 0,
        type: dice.pick(['payable', 'refund', 'transfer', 'fee_collection', 'external_settlement']),
        amount: dice.int(-9000, 900_000),
        fee: 63,
        created_at: world.stamp(createdMs),
        movement_object: index % 3 === 0 ? other : payableMovement(world, index, createdMs),
      };
    },
  };
}
