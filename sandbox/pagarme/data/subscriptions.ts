import { DAY_MS, HOUR_MS } from '../../../src/declarative/durations.js';
import { raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { cardRef, customer, metadataPart } from './customers.js';
import { INTERVALS, planRef, pricingScheme } from './plans.js';
import { recipientRef } from './recipients.js';
import { anyOf, childId, children, childTimeline, later, prefixed, sparse } from './world.js';
import type { World } from './world.js';

/** One subscription in 25 has more cycles, and one item in 25 more usages, than one page holds. */
const LONG = 130;

function createdOf(world: World, index: number): number {
  return world.timeline('subscriptions').at(index);
}

export function customerOfSubscription(world: World, index: number): number {
  return anyOf(world, 'customers', world.dice('subscription customer', index));
}

export function subscriptionItemId(world: World, subscription: number, index: number): string {
  return childId(world, 'si', String(subscription), index);
}

/** The discounts and the increments of a subscription look alike. */
function change(
  world: World,
  kind: 'discount' | 'increment',
  subscription: number,
  index: number,
  createdMs: number,
): JsonObject {
  const isFlat = index % 2 === 0;
  const isDeleted = index % 4 === 3;
  return {
    id: childId(world, kind === 'discount' ? 'dis' : 'inc', String(subscription), index),
    value: isFlat ? 500 : raw('10.0'), // cents, per cent
    [`${kind}_type`]: isFlat ? 'flat' : 'percentage',
    status: isDeleted ? 'deleted' : 'active',
    cycles: index % 3 === 0 ? null : 3,
    description: kind === 'discount' ? 'Promoção de verão' : 'Taxa / manutenção',
    created_at: world.stamp(createdMs),
    deleted_at: isDeleted ? world.stamp(world.nowMs) : null,
  };
}

function itemRef(world: World, subscription: number, index: number, createdMs: number): JsonObject {
  const dice = world.dice(`items ${subscription}`, index);
  const updated = later(world, createdMs, dice, 60);
  const isDeleted = index === 2;
  return {
    id: subscriptionItemId(world, subscription, index),
    name: index % 2 === 0 ? 'Musculação' : null,
    description: 'Mensalidade / academia',
    status: isDeleted ? 'deleted' : 'active',
    quantity: index === 1 ? null : 1,
    cycles: index === 0 ? null : 12,
    pricing_scheme: pricingScheme(subscription + index),
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    deleted_at: isDeleted ? world.stamp(updated) : null,
  };
}

function itemCount(subscription: number): number {
  return 1 + (subscription % 3);
}

function cycleAt(world: World, subscription: number, index: number, createdMs: number): JsonObject {
  const end = createdMs + 30 * DAY_MS;
  return {
    id: childId(world, 'cycle', String(subscription), index),
    cycle: index + 1,
    start_at: world.stamp(createdMs),
    end_at: world.stamp(end),
    billing_at: world.stamp(createdMs),
    duration: 30, // days
    status: end < world.nowMs ? 'billed' : 'unbilled',
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(createdMs),
  };
}

/** One cycle of a subscription, as it stands inside an invoice. */
export function cycle(world: World, subscription: number, index: number): JsonObject {
  return cycleAt(world, subscription, index, createdOf(world, subscription));
}

function split(world: World, index: number): Json {
  if (index % 4 !== 0 || world.count('recipients') === 0) return null;
  return {
    enabled: true,
    rules: [
      {
        id: childId(world, 'sr', `subscription ${index}`, 0),
        type: 'percentage',
        amount: 100,
        gateway_id: null,
        recipient: recipientRef(world, index % world.count('recipients')),
        options: { liable: true, charge_processing_fee: true, charge_remainder_fee: false },
      },
    ],
  };
}

/** A subscription without its lists, as it stands inside other records. */
export function subscriptionRef(world: World, index: number): JsonObject {
  const createdMs = createdOf(world, index);
  const dice = world.dice('subscriptions', index);
  const status = dice.pick(['active', 'active', 'active', 'canceled', 'future', 'failed']);
  const updated = later(world, createdMs, dice, 300);
  return {
    id: world.id('subscriptions', index),
    code: index % 3 === 0 ? null : `ASS/${index}`,
    start_at: world.stamp(createdMs),
    interval: dice.pick(INTERVALS),
    interval_count: dice.int(1, 3),
    billing_type: dice.pick(['prepaid', 'postpaid', 'exact_day']),
    billing_day: index % 3 === 0 ? 10 : null,
    payment_method: dice.pick(['credit_card', 'boleto']),
    currency: 'BRL',
    installments: 1,
    status,
    next_billing_at: status === 'active' ? world.stamp(world.nowMs + (index % 30) * DAY_MS) : null,
    minimum_price: index % 2 === 0 ? null : 1000,
    boleto_due_days: index % 2 === 0 ? 5 : null,
    manual_billing: index % 5 === 0,
    statement_descriptor: index % 2 === 0 ? null : 'ACADEMIA',
    gateway_affiliation_id: index % 6 === 0 ? 'C56A4180-65AA-42EC-A945-5FD21DEC0538' : null,
    indirect_acceptor: index % 7 === 0 ? 'sub' : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    canceled_at: status === 'canceled' ? world.stamp(updated) : null,
    ...metadataPart(index + 5),
  };
}

function subscription(world: World, index: number, createdMs: number): JsonObject {
  const buyer = customerOfSubscription(world, index);
  const plans = world.count('plans');
  const plan = index % 2 === 0 && plans > 0 ? index % plans : undefined;
  const list = (count: number, build: (i: number) => JsonObject): Json[] =>
    Array.from({ length: count }, (_, i) => build(i));
  return sparse(index, {
    ...subscriptionRef(world, index),
    plan: plan === undefined ? null : planRef(world, plan, world.timeline('plans').at(plan)),
    current_cycle: cycle(world, index, 0),
    customer: customer(world, buyer),
    card: index % 3 === 1 ? null : cardRef(world, `subscription ${index}`, 0, createdMs),
    items: list(itemCount(index), (i) => itemRef(world, index, i, createdMs)),
    setup:
      index % 5 === 0
        ? { id: `setup_${index}`, description: 'Instalação', amount: 5000, status: 'paid' }
        : null,
    discounts: list(index % 3, (i) => change(world, 'discount', index, i, createdMs)),
    increments: list((index + 1) % 3, (i) => change(world, 'increment', index, i, createdMs)),
    split: split(world, index),
    boleto:
      index % 2 === 0
        ? {
            interest: { days: 1, type: 'percentage', amount: raw('1.0') },
            fine: { days: 1, type: 'flat', amount: 200 },
            max_days_to_pay_past_due: 30,
          }
        : null,
  });
}

export function subscriptions(world: World): Generator {
  return prefixed(world, 'subscriptions', (index, createdMs) => subscription(world, index, createdMs));
}

export function subscriptionItems(world: World, parent: number): Generator {
  const parentMs = createdOf(world, parent);
  return children(
    world,
    parentMs,
    itemCount(parent),
    (index) => subscriptionItemId(world, parent, index),
    (index, createdMs) =>
      sparse(index, {
        ...itemRef(world, parent, index, createdMs),
        discounts: index === 0 ? [change(world, 'discount', parent, index, createdMs)] : [],
        increments: [],
        subscription: subscriptionRef(world, parent),
      }),
  );
}

export function subscriptionCycles(world: World, parent: number): Generator {
  return children(
    world,
    createdOf(world, parent),
    parent % 25 === 7 ? LONG : 1 + (parent % 6),
    (index) => childId(world, 'cycle', String(parent), index),
    (index, createdMs) =>
      sparse(index, {
        ...cycleAt(world, parent, index, createdMs),
        subscription: subscriptionRef(world, parent),
      }),
  );
}

function changes(world: World, kind: 'discount' | 'increment', parent: number, count: number): Generator {
  const parentMs = createdOf(world, parent);
  return children(
    world,
    parentMs,
    count,
    (index) => childId(world, kind === 'discount' ? 'dis' : 'inc', String(parent), index),
    (index, createdMs) =>
      sparse(index, {
        ...change(world, kind, parent, index, createdMs),
        subscription: subscriptionRef(world, parent),
        subscription_item: index % 2 === 0 ? null : itemRef(world, parent, 0, parentMs),
      }),
  );
}

export function subscriptionDiscounts(world: World, parent: number): Generator {
  return changes(world, 'discount', parent, parent % 3);
}

export function subscriptionIncrements(world: World, parent: number): Generator {
  return changes(world, 'increment', parent, (parent + 1) % 3);
}

/** The usages of item `item` of a subscription. */
export function itemUsages(world: World, parent: number, item: number): Generator {
  const count = item === 0 && parent % 25 === 7 ? LONG : (parent + item) % 4;
  const series = `${parent} ${item}`;
  const parentMs = childTimeline(world, createdOf(world, parent), itemCount(parent)).at(item);
  return children(
    world,
    parentMs,
    count,
    (index) => childId(world, 'usg', series, index),
    (index, createdMs) => {
      const isDeleted = index % 5 === 4;
      return sparse(index, {
        id: childId(world, 'usg', series, index),
        quantity: index,
        description: 'Aula de natação / piscina',
        code: index % 2 === 0 ? `USO-${index}` : null,
        group: index % 2 === 0 ? 'piscina' : null,
        amount: index % 4 === 0 ? null : 500,
        status: isDeleted ? 'deleted' : 'active',
        // Used before it was reported.
        used_at: world.stamp(createdMs - HOUR_MS),
        created_at: world.stamp(createdMs),
        deleted_at: isDeleted ? world.stamp(world.nowMs) : null,
        subscription_item: itemRef(world, parent, item, parentMs),
      });
    },
  );
}
