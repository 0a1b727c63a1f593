import { DAY_MS } from '../../../src/declarative/durations.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { customer, metadataPart } from './customers.js';
import { invoiceRef } from './invoice-ref.js';
import { gatewayId, kindOf, transaction, transactionId } from './transactions.js';
import type { Attempt } from './transactions.js';
import {
  anyOf,
  CHARGES_PER_GROUP,
  chargesOfOrder,
  childTimeline,
  later,
  INVOICED_PLACE,
  orderOfCharge,
  prefixed,
  sparse,
} from './world.js';
import type { World } from './world.js';

const DONE = [
  'paid',
  'paid',
  'paid',
  'failed',
  'canceled',
  'paid',
  'overpaid',
  'underpaid',
  'chargedback',
] as const;
/** States that still move, found on the newest records. */
const MOVING = ['pending', 'processing', 'paid'] as const;
const PAID: readonly string[] = ['paid', 'overpaid', 'underpaid', 'chargedback'];

function chargeStatus(world: World, index: number): string {
  const dice = world.dice('charge status', index);
  // The first charge of an order that was tried again has failed.
  if (index % CHARGES_PER_GROUP === 3 && index + 1 < world.count('charges')) return 'failed';
  return index >= world.count('charges') * 0.97 ? dice.pick(MOVING) : dice.pick(DONE);
}

export function chargeAmount(world: World, index: number): number {
  // Both charges of an order ask for the same amount.
  return world.dice('charge amount', orderOfCharge(index) ?? -1 - index).int(100, 50_000_000); // cents
}

export function customerOfCharge(world: World, index: number): number {
  // Both charges of an order are one customer's.
  return anyOf(world, 'customers', world.dice('charge customer', orderOfCharge(index) ?? -1 - index));
}

function attemptsOf(index: number): number {
  return index % 10 === 0 ? 3 : 1 + (index % 2);
}

function attempt(world: World, charge: number, number: number, createdMs: number): Attempt {
  const isLast = number === attemptsOf(charge) - 1;
  const isPaid = isLast && PAID.includes(chargeStatus(world, charge));
  return { charge, number, amount: chargeAmount(world, charge), isPaid, createdMs };
}

export function chargeTransactions(world: World, parent: number): Generator {
  const count = attemptsOf(parent);
  const parentMs = world.timeline('charges').at(parent);
  const timeline = childTimeline(world, parentMs, count);
  return {
    count,
    id: (index) => transactionId(world, parent, index),
    timeline,
    build: (index, createdMs) => transaction(world, attempt(world, parent, index, createdMs)),
  };
}

function cycleOf(index: number): Json {
  return index % CHARGES_PER_GROUP !== INVOICED_PLACE ? null : index % 2 === 0 ? 'first' : 'subsequent';
}

/** A charge without what surrounds it, as it stands inside orders and invoices. */
export function chargeRef(world: World, index: number): JsonObject {
  const createdMs = world.timeline('charges').at(index);
  const dice = world.dice('charges', index);
  const status = chargeStatus(world, index);
  const amount = chargeAmount(world, index);
  const isPaid = PAID.includes(status);
  const settledMs = later(world, createdMs, dice, kindOf(index) === 'boleto' ? 5 : 0.01);
  const isCanceled = status === 'canceled' || status === 'chargedback';
  const last = attemptsOf(index) - 1;
  return {
    id: world.id('charges', index),
    code: `PED/${index}`,
    gateway_id: gatewayId(dice, index + 1),
    amount,
    paid_amount: !isPaid
      ? null
      : status === 'overpaid'
        ? amount + 1
        : status === 'underpaid'
          ? amount - 1
          : amount,
    canceled_amount: isCanceled ? amount : null,
    interest_and_fine_paid: kindOf(index) === 'boleto' && isPaid ? 35 : null,
    status,
    currency: 'BRL',
    payment_method: kindOf(index),
    due_at: kindOf(index) === 'boleto' ? world.stamp(createdMs + 3 * DAY_MS) : null,
    paid_at: isPaid ? world.stamp(settledMs) : null,
    canceled_at: isCanceled ? world.stamp(later(world, settledMs, dice, 60)) : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, settledMs, dice, 60)),
    recurrency_cycle: cycleOf(index),
    customer: customer(world, customerOfCharge(world, index)),
    last_transaction: transaction(
      world,
      attempt(world, index, last, childTimeline(world, createdMs, last + 1).at(last)),
    ),
    payment_origin: index % 8 === 0 ? { charge_id: world.id('charges', 0), brand_id: 'MCC0C7JKB0327' } : null,
    ...metadataPart(index),
  };
}

export function orderStatus(world: World, order: number): string {
  const last = chargesOfOrder(order, world.count('charges')).at(-1) ?? 0;
  const status = chargeStatus(world, last);
  if (PAID.includes(status)) return 'paid';
  return status === 'failed' || status === 'canceled' ? status : 'pending';
}

/** An order without its charges, as it stands inside a charge. */
export function orderRef(world: World, index: number): JsonObject {
  const createdMs = world.timeline('orders').at(index);
  const charges = chargesOfOrder(index, world.count('charges'));
  const dice = world.dice('orders', index);
  const closedMs = later(world, createdMs, dice, 3);
  const isClosed = index % 6 !== 0;
  return {
    id: world.id('orders', index),
    code: index % 7 === 0 ? null : `PED/${index}`,
    amount: chargeAmount(world, charges[0] ?? 0),
    currency: 'BRL',
    closed: isClosed,
    status: orderStatus(world, index),
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, closedMs, dice, 60)),
    closed_at: isClosed ? world.stamp(closedMs) : null,
    customer_id: world.id('customers', customerOfCharge(world, charges[0] ?? 0)),
    ...metadataPart(index + 2),
  };
}

export function charge(world: World, index: number): JsonObject {
  const order = orderOfCharge(index);
  return sparse(index, {
    ...chargeRef(world, index),
    order: order === undefined ? null : orderRef(world, order),
    invoice: order === undefined ? invoiceRef(world, Math.floor(index / CHARGES_PER_GROUP)) : null,
  });
}

export function charges(world: World): Generator {
  return {
    ...prefixed(world, 'charges', (index) => charge(world, index)),
    fields: {
      status: (index) => chargeStatus(world, index),
      amount: (index) => chargeAmount(world, index),
      payment_method: (index) => kindOf(index),
      code: (index) => `PED/${index}`,
      'customer.id': (index) => world.id('customers', customerOfCharge(world, index)),
    },
  };
}
