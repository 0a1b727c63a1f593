import { DAY_MS, HOUR_MS } from '../../../src/declarative/durations.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { chargeAmount } from './charges.js';
import { recipientId } from './recipients.js';
import { kindOf } from './transactions.js';
import { brasiliaMidnight, childId, indexOfUuid, PAYABLES_PER_CHARGE, uuid } from './world.js';
import type { World } from './world.js';

/** Paid payables are shown for 24 months, since 2026-08-28. */
const PAID_HISTORY = 730 * DAY_MS;

/** Integers until August 2026, texts since. */
export function payableId(world: World, index: number): string {
  return uuid(world.dice('id payables', index), index);
}

/** The second payable of a charge is its second installment. */
function installmentOf(index: number): number {
  return 1 + (index % PAYABLES_PER_CHARGE);
}

function originalPaymentMs(world: World, index: number): number {
  return brasiliaMidnight(world.timeline('payables').at(index) + installmentOf(index) * 30 * DAY_MS);
}

/** Paid before its time. */
function isAnticipated(index: number): boolean {
  return index % 11 === 5;
}

function paymentMs(world: World, index: number): number {
  const original = originalPaymentMs(world, index);
  return isAnticipated(index)
    ? brasiliaMidnight(world.timeline('payables').at(index) + 2 * DAY_MS)
    : original;
}

function payableStatus(world: World, index: number): string {
  if (paymentMs(world, index) <= world.nowMs) return 'paid';
  return isAnticipated(index) ? 'prepaid' : 'waiting_funds';
}

/** Created with the charge; changed by an anticipation a day later, and by the payment on its day. */
function payableUpdatedMs(world: World, index: number): number {
  const createdMs = world.timeline('payables').at(index);
  const paid = paymentMs(world, index) + (index % 12) * HOUR_MS;
  if (paid <= world.nowMs && paid > createdMs) return paid;
  return isAnticipated(index) ? Math.min(world.nowMs, createdMs + DAY_MS) : createdMs;
}

function payable(world: World, index: number, createdMs: number): JsonObject {
  const charge = Math.floor(index / PAYABLES_PER_CHARGE);
  const dice = world.dice('payables', index);
  const type = dice.pick([
    'credit',
    'credit',
    'credit',
    'credit',
    'refund',
    'chargeback',
    'chargeback_refund',
  ]);
  const amount = Math.round(chargeAmount(world, charge) / PAYABLES_PER_CHARGE);
  const status = payableStatus(world, index);
  const recipients = world.count('recipients');
  const isRefundReversal = type === 'chargeback_refund' && kindOf(charge) === 'boleto';
  return {
    id: payableId(world, index),
    status,
    amount: type === 'credit' || type === 'chargeback_refund' ? amount : -amount,
    fee: index % 4 === 0 ? 0 : Math.round(amount * 0.04),
    anticipation_fee: isAnticipated(index) ? Math.round(amount * 0.02) : 0,
    fraud_coverage_fee: index % 3 === 0 ? null : 0,
    installment: kindOf(charge) === 'credit_card' ? installmentOf(index) : null,
    gateway_id: null,
    charge_id: index % 19 === 18 ? null : world.id('charges', charge),
    split_id: index % 3 === 0 ? null : childId(world, 'sr', String(charge), 0),
    bulk_anticipation_id: null,
    anticipation_id: isAnticipated(index) ? childId(world, 'ant', String(charge), 0) : null,
    recipient_id: recipients === 0 ? null : recipientId(world, charge % recipients),
    originator_model: dice.pick([
      null,
      'transaction',
      'ownership_assignment',
      'cross_balance',
      'guarantee',
    ] as const),
    originator_model_id: index % 2 === 0 ? null : String(1_000_000 + index),
    payment_date: world.stamp(paymentMs(world, index)),
    original_payment_date: world.stamp(originalPaymentMs(world, index)),
    type: isRefundReversal ? 'refund_reversal' : type,
    payment_method: kindOf(charge),
    accrual_at: world.stamp(createdMs),
    created_at: world.stamp(createdMs),
    liquidation_arrangement_id: null,
    settlement_id: status === 'paid' ? uuid(dice, index).toUpperCase() : null,
    payment_profile_id: index % 5 === 0 ? null : `pp_${charge}`,
  };
}

export function payables(world: World): Generator {
  const hasHistory = world.startMs < world.nowMs - PAID_HISTORY;
  const chargeOf = (index: number): Json =>
    index % 19 === 18 ? null : world.id('charges', Math.floor(index / PAYABLES_PER_CHARGE));
  return {
    count: world.count('payables'),
    id: (index) => payableId(world, index),
    indexOf: indexOfUuid,
    timeline: world.timeline('payables'),
    updatedAt: (index) => payableUpdatedMs(world, index),
    fields: {
      id: (index) => payableId(world, index),
      status: (index) => payableStatus(world, index),
      charge_id: chargeOf,
      payment_date: (index) => world.stamp(paymentMs(world, index)),
    },
    ...(hasHistory
      ? { isHidden: (index: number) => paymentMs(world, index) < world.nowMs - PAID_HISTORY }
      : {}),
    build: (index, createdMs) => payable(world, index, createdMs),
  };
}
