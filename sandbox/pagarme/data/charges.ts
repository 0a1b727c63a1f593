import type { Json, JsonObject } from '../../json-text.js';
import { without } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { addressRef, customer, metadataPart, personName } from './customers.js';
import { invoiceRef } from './invoices.js';
import { gatewayId, kindOf, transaction, transactionId } from './transactions.js';
import type { Attempt } from './transactions.js';
import {
  anyOf,
  CHARGES_PER_GROUP,
  chargesOfOrder,
  childId,
  childTimeline,
  later,
  INVOICED_PLACE,
  orderOfCharge,
  prefixed,
  sparse,
} from './world.js';
import type { World } from './world.js';

const DONE = ['paid', 'paid', 'paid', 'failed', 'canceled', 'paid', 'overpaid', 'underpaid', 'chargedback'] as const;
/** States that still move, found on the newest records. */
const MOVING = ['pending', 'processing', 'paid'] as const;
const PAID: readonly string[] = ['paid', 'overpaid', 'underpaid', 'chargedback'];

export function chargeStatus(world: World, index: number): string {
  const dice = world.dice('charge status', index);
  // The first charge of an order that was tried again has failed.
  if (index % CHARGES_PER_GROUP === 3 && index + 1 < world.count('charges')) return 'failed';
  return index >= world.count('charges') * 0.97 ? dice.pick(MOVING) : dice.pick(DONE);
}

export function chargeAmount(world: World, index: number): number {
  return world.dice('charge amount', index).int(100, 50_000_000); // cents
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
    paid_amount: !isPaid ? null : status === 'overpaid' ? amount + 1 : status === 'underpaid' ? amount - 1 : amount,
    canceled_amount: isCanceled ? amount : null,
    interest_and_fine_paid: kindOf(index) === 'boleto' && isPaid ? 35 : null,
    status,
    currency: 'BRL',
    payment_method: kindOf(index),
    due_at: kindOf(index) === 'boleto' ? world.stamp(createdMs + 3 * 86_400_000) : null,
    paid_at: isPaid ? world.stamp(settledMs) : null,
    canceled_at: isCanceled ? world.stamp(later(world, settledMs, dice, 60)) : null,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(later(world, settledMs, dice, 60)),
    recurrency_cycle: cycleOf(index),
    customer: customer(world, customerOfCharge(world, index)),
    last_transaction: transaction(world, attempt(world, index, last, childTimeline(world, createdMs, last + 1).at(last))),
    payment_origin: index % 8 === 0 ? { charge_id: world.id('charges', 0), brand_id: 'MCC0C7JKB0327' } : null,
    ...metadataPart(index),
  };
}

function orderStatus(world: World, order: number): string {
  const last = chargesOfOrder(order, world.count('charges')).at(-1) ?? 0;
  const status = chargeStatus(world, last);
  if (PAID.includes(status)) return 'paid';
  return status === 'failed' || status === 'canceled' ? status : 'pending';
}

/** An order without its charges, as it stands inside a charge. */
function orderRef(world: World, index: number): JsonObject {
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

function orderItems(world: World, index: number, createdMs: number): Json[] {
  return Array.from({ length: 1 + (index % 3) }, (_, i) => ({
    id: childId(world, 'oi', String(index), i),
    type: 'product',
    description: 'Chaveiro do Tesseract / edição especial',
    amount: 2990,
    quantity: i + 1,
    category: i === 0 ? null : 'acessórios',
    code: `SKU-${i}`,
    status: 'active',
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(createdMs),
  }));
}

export function shipping(world: World, index: number): JsonObject {
  const createdMs = world.nowMs - 86_400_000;
  return {
    amount: 1500,
    description: 'Sedex – até às 18h',
    recipient_name: personName(world, index),
    recipient_phone: '5521998887766',
    address: without(addressRef(world, `shipping ${index}`, 0, createdMs), ['metadata']),
    max_delivery_date: world.stamp(createdMs),
    estimated_delivery_date: world.stamp(createdMs),
    type: 'standard',
  };
}

function checkout(world: World, index: number, createdMs: number): JsonObject {
  const authentication = {
    type: 'threed_secure',
    threed_secure: { mpi: 'acquirer', eci: '05', cavv: 'AAAB', transaction_Id: 'x/1', success_url: 'https://loja.example' },
  };
  return {
    id: childId(world, 'chk', String(index), 0),
    amount: 2990,
    default_payment_method: null,
    success_url: 'https://loja.example/obrigado?é=1',
    payment_url: 'https://api.pagar.me/checkout/v1/orders/chk',
    gateway_affiliation_id: '',
    accepted_payment_methods: ['credit_card', 'pix'],
    accepted_brands: ['Visa'],
    status: 'open',
    skip_checkout_success_page: false,
    customer_editable: true,
    billing_address_editable: true,
    shippable: false,
    customer: customer(world, customerOfCharge(world, index)),
    billingaddress: addressRef(world, `checkout ${index}`, 0, createdMs), // sic
    shipping: shipping(world, index),
    credit_card: { statementDescriptor: 'LOJA', installments: [{ number: 1, total: 2990 }], authentication }, // sic
    debit_card: { statement_descriptor: 'LOJA', authentication },
    boleto: { due_at: world.stamp(createdMs), instructions: 'Pagar até o vencimento' },
    bank_transfer: {},
    pix: { expires_at: world.stamp(createdMs), additional_information: [{ Name: 'Pedido', Value: 'n.º 1' }] },
    currency: 'BRL',
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(createdMs),
    canceled_at: null,
    closed_at: null,
    expires_at: world.stamp(createdMs + 86_400_000),
  };
}

export function order(world: World, index: number, createdMs: number): JsonObject {
  const ref = without(orderRef(world, index), ['customer_id']);
  const own = chargesOfOrder(index, world.count('charges'));
  return sparse(index, {
    ...ref,
    items: orderItems(world, index, createdMs),
    customer: customer(world, customerOfCharge(world, own[0] ?? 0)),
    shipping: index % 3 === 0 ? shipping(world, index) : null,
    checkouts: index % 5 === 0 ? [checkout(world, index, createdMs)] : [],
    ip: index % 2 === 0 ? '52.168.67.32' : null,
    session_id: index % 2 === 0 ? '322b821a' : null,
    location: index % 4 === 0 ? { latitude: '-22.970722', longitude: '43.182365' } : null,
    device: index % 4 === 0 ? { platform: 'ANDROID OS' } : null,
    integration: index % 9 === 0 ? { code: 'integração' } : null,
    invoice_url: index % 10 === 0 ? 'https://loja.example/nota' : null,
    charges: own.map((position) => chargeRef(world, position)),
  });
}

export function orders(world: World): Generator {
  return {
    ...prefixed(world, 'orders', (index, createdMs) => order(world, index, createdMs)),
    fields: { status: (index) => orderStatus(world, index) },
  };
}
