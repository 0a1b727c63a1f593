import { DAY_MS } from '../../../src/declarative/durations.js';
import type { JsonObject } from '../../json-text.js';
import { kindOf } from './transactions.js';
import { CHARGES_PER_GROUP, INVOICED_PLACE } from './world.js';
import type { World } from './world.js';

export function chargeOfInvoice(index: number): number {
  return index * CHARGES_PER_GROUP + INVOICED_PLACE;
}

export function subscriptionOf(world: World, index: number): number {
  return index % Math.max(1, world.count('subscriptions'));
}

/** Whole days after creation; the filters `due_since` and `due_until` ask for it. */
function dueMs(createdMs: number, index: number): number {
  return createdMs + (index % 8) * DAY_MS;
}

/** An invoice inside a charge: some real ones have a camelCase key there. */
export function invoiceRef(world: World, index: number): JsonObject {
  const createdMs = world.timeline('invoices').at(index);
  const subscription = world.id('subscriptions', subscriptionOf(world, index));
  return {
    id: world.id('invoices', index),
    code: `FAT-${index}`,
    url: 'https://api.pagar.me/invoices/pública',
    amount: 2990,
    status: world.dice('invoices', index).pick(['paid', 'paid', 'pending', 'canceled', 'failed']),
    payment_method: kindOf(chargeOfInvoice(index)),
    due_at: world.stamp(dueMs(createdMs, index)),
    created_at: world.stamp(createdMs),
    total_discount: 0,
    total_increment: 0,
    [index % 2 === 0 ? 'subscription_id' : 'subscriptionId']: subscription,
  };
}
