import { DAY_MS } from '../../../src/declarative/durations.js';
import { without } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { chargeRef, customerOfCharge, orderRef, orderStatus } from './charges.js';
import { addressRef, customer, personName } from './customers.js';
import { chargesOfOrder, childId, prefixed, sparse } from './world.js';
import type { World } from './world.js';

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
  const createdMs = world.nowMs - DAY_MS;
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
    threed_secure: {
      mpi: 'acquirer',
      eci: '05',
      cavv: 'AAAB',
      transaction_Id: 'x/1',
      success_url: 'https://loja.example',
    },
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
    expires_at: world.stamp(createdMs + DAY_MS),
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
