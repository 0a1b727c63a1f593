import type { JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { chargeRef } from './charges.js';
import { billingAddress, customer, metadataPart } from './customers.js';
import { chargeOfInvoice, invoiceRef, subscriptionOf } from './invoice-ref.js';
import { shipping } from './orders.js';
import { pricingScheme } from './plans.js';
import { cycle, customerOfSubscription, subscriptionItemId, subscriptionRef } from './subscriptions.js';
import { later, prefixed, sparse } from './world.js';
import type { World } from './world.js';

function invoice(world: World, index: number, createdMs: number): JsonObject {
  const subscription = subscriptionOf(world, index);
  const { subscriptionId, ...ref } = invoiceRef(world, index);
  const dice = world.dice('invoice times', index);
  const isCanceled = ref['status'] === 'canceled';
  return sparse(index, {
    ...ref,
    subscription_id: ref['subscription_id'] ?? subscriptionId ?? null,
    installments: 1 + (index % 3),
    items: [
      {
        name: 'Mensalidade',
        description: 'Plano "básico" / mês',
        amount: 2990,
        quantity: 1,
        pricing_scheme: pricingScheme(index),
        price_bracket:
          index % 3 === 0 ? { start_quantity: 1, end_quantity: 10, price: 299, overage_price: null } : null,
        subscription_item_id: subscriptionItemId(world, subscription, 0),
      },
    ],
    customer: customer(world, customerOfSubscription(world, subscription)),
    charge: index % 6 === 0 ? null : chargeRef(world, chargeOfInvoice(index)),
    subscription: subscriptionRef(world, subscription),
    cycle: cycle(world, subscription, 0),
    shipping: index % 5 === 0 ? shipping(world, index) : null,
    billing_address: billingAddress(world, index),
    billing_at: world.stamp(createdMs),
    seen_at: index % 2 === 0 ? world.stamp(later(world, createdMs, dice, 5)) : null,
    canceled_at: isCanceled ? world.stamp(later(world, createdMs, dice, 20)) : null,
    ...metadataPart(index + 1),
  });
}

export function invoices(world: World): Generator {
  return prefixed(world, 'invoices', (index, createdMs) => invoice(world, index, createdMs));
}
