import { DAY_MS } from '../../../src/declarative/durations.js';
import type { JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { charge, chargeAmount } from './charges.js';
import { customer } from './customers.js';
import { order } from './orders.js';
import { transactionId } from './transactions.js';
import { anyOf, indexOfUuid, later, prefixed, uuid } from './world.js';
import type { World } from './world.js';

/** What is told about charges and orders elsewhere: webhook deliveries, chargebacks, payment links. */

/** The snapshot inside a delivery; its times come without a zone, as in the documented webhook samples. */
function snapshot(world: World, index: number): { readonly event: string; readonly data: JsonObject } {
  const zoneless: World = { ...world, stamp: (ms) => new Date(ms).toISOString().slice(0, 19) };
  const dice = world.dice('hook data', index);
  if (index % 3 === 0 && world.count('orders') > 0) {
    const position = anyOf(world, 'orders', dice);
    const data = order(zoneless, position, world.timeline('orders').at(position));
    return { event: dice.pick(['order.created', 'order.paid', 'order.closed']), data };
  }
  if (index % 3 === 1 && world.count('customers') > 0) {
    return { event: 'customer.updated', data: customer(zoneless, anyOf(world, 'customers', dice)) };
  }
  const data = charge(zoneless, anyOf(world, 'charges', dice));
  return { event: dice.pick(['charge.paid', 'charge.refunded', 'chargeback.received']), data };
}

function hook(world: World, index: number, createdMs: number): JsonObject {
  const dice = world.dice('hooks', index);
  const status = dice.pick(['sent', 'sent', 'sent', 'failed', 'pending']);
  const { event, data } = snapshot(world, index);
  return {
    id: world.id('hooks', index),
    url: 'https://loja.example/webhook/pedidos',
    event,
    status,
    attempts: status === 'failed' ? '3/3' : '1/3',
    last_attempt: world.stamp(later(world, createdMs, dice, 0.1)),
    created_at: world.stamp(createdMs),
    response_status: status === 'failed' ? 500 : 200,
    response_raw:
      status === 'failed' ? '<html>\n<body class="erro">é</body></html>' : '{"data":[],"ok":true}',
    account: { id: 'acc_jZkdN857et650oNv', name: 'Loja n.º 1' },
    data,
  };
}

export function hooks(world: World): Generator {
  return prefixed(world, 'hooks', (index, createdMs) => hook(world, index, createdMs));
}

/** Served by Stone's own API: camelCase, an amount is an object, the key is not called `id`. */
export function disputes(world: World): Generator {
  const times = world.timeline('disputes');
  const id = (index: number): string => uuid(world.dice('id disputes', index), index);
  const millis = (ms: number, index: number): string => new Date(ms + (index % 1000)).toISOString();
  return {
    count: world.count('disputes'),
    id,
    indexOf: indexOfUuid,
    timeline: times,
    build(index, createdMs) {
      const dice = world.dice('disputes', index);
      const disputed = anyOf(world, 'charges', dice);
      // In reais, unlike everything else.
      const amount = { amount: (chargeAmount(world, disputed) / 100).toFixed(2), currencyCode: 'BRL' };
      return {
        disputeId: id(index),
        transactionId: transactionId(world, disputed, 0),
        chargeId: world.id('charges', disputed),
        createdAt: millis(createdMs, index),
        updatedAt: millis(later(world, createdMs, dice, 30), index),
        responseDeadline: index % 3 === 0 ? null : millis(createdMs + 7 * DAY_MS, index),
        chargebackAmount: amount,
        ...(index % 2 === 0 ? { debitedAmount: amount } : {}),
        status: dice.pick(['WAITING_MERCHANT_EVIDENCES', 'WON', 'LOST', 'DEADLINE_EXPIRED']),
        reason: { code: dice.pick(['4853', '10.4']), description: 'FRAUD' },
        stage: dice.pick(['chargeback', 'preArbitration']),
        cycle: String(dice.int(1, 3)),
        network: dice.pick(['VISA', 'MASTERCARD']),
      };
    },
  };
}

/** No sample of a payment link was published; the fields follow what creates one. */
export function paymentLinks(world: World): Generator {
  return prefixed(world, 'payment_links', (index, createdMs) => {
    const dice = world.dice('payment links', index);
    return {
      id: world.id('payment_links', index),
      url: `https://payment-link.pagar.me/${dice.code(12)}`,
      order_code: index % 2 === 0 ? null : `PED/${index}`,
      name: `Link n.º ${index}`,
      type: dice.pick(['order', 'subscription']),
      status: dice.pick(['active', 'inactive', 'expired']),
      total_paid_sessions: dice.int(0, 9),
      max_paid_sessions: index % 3 === 0 ? null : 10,
      payment_settings: {
        accepted_payment_methods: ['credit_card', 'pix'],
        pix_settings: { expires_in: 86_400 },
      },
      cart_settings: { items: [{ amount: 2990, name: 'Camiseta "açaí"', default_quantity: 1 }] },
      expires_at: index % 2 === 0 ? null : world.stamp(createdMs + DAY_MS),
      created_at: world.stamp(createdMs),
      updated_at: world.stamp(later(world, createdMs, dice, 30)),
    };
  });
}
