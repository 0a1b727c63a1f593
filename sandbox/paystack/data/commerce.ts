import { raw } from '../../json-text.js';
import type { JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { metadataOf } from './people.js';
import { transactionId } from './payments.js';
import { anyOf, iso, later, numbered } from './world.js';
import type { World } from './world.js';

export function products(world: World): Generator {
  return numbered(world, 'products', (index, createdMs, dice) => ({
    id: world.id('products', index),
    name: `Café moulu ${index} g`,
    description: 'Torréfié à Thika / roasted\nin Thika',
    product_code: `PROD_${dice.code(15)}`,
    slug: `cafe-${index}`,
    currency: 'KES',
    price: dice.int(1000, 900_000),
    quantity: index % 4,
    quantity_sold: index % 3 === 0 ? null : index,
    active: index % 5 !== 0,
    domain: world.domain,
    type: 'good',
    in_stock: index % 4 !== 0,
    unlimited: index % 4 === 0,
    metadata: { background_color: '#F5F5F5' },
    files: index % 2 === 0 ? [] : [{ key: 'k', type: 'image', path: 'https://files.example/é.png' }],
    success_message: null,
    redirect_url: null,
    split_code: null,
    notification_emails: index % 3 === 0 ? ['zoe@example.com'] : null,
    minimum_orderable: 1,
    maximum_orderable: null,
    createdAt: iso(createdMs),
    updatedAt: iso(later(world, createdMs, dice, 120)),
    digital_assets: [],
    variant_options: [],
    is_shippable: index % 2 === 0,
    shipping_fields: {
      delivery_note: 'optional',
      ...(index % 2 === 0 ? { shipping_address: 'required' } : {}),
      shipping_fees: index % 2 === 0 ? [{ region: 'Côte', fee: 500, currency: 'KES' }] : [],
    },
    integration: world.integration,
    low_stock_alert: index % 2, // a boolean when one product is fetched
  }));
}

export function pages(world: World): Generator {
  return numbered(world, 'pages', (index, createdMs, dice) => ({
    integration: world.integration,
    plan: index % 3 === 0 && world.count('plans') > 0 ? world.id('plans', anyOf(world, 'plans', dice)) : null,
    domain: world.domain,
    name: `Dons « ${index} »`,
    description: index % 2 === 0 ? null : 'Merci / thanks',
    amount: index % 2 === 0 ? null : 50_000,
    currency: 'NGN',
    slug: dice.code(10),
    custom_fields:
      index % 4 === 0 ? [{ display_name: 'Réf.', variable_name: 'ref' }] : index % 4 === 1 ? [] : null,
    type: 'payment',
    redirect_url: index % 5 === 0 ? 'https://shop.example/thanks' : null,
    success_message: null,
    collect_phone: index % 2 === 0,
    active: true,
    published: true,
    migrate: index % 3 === 0 ? null : true,
    notification_email: null,
    metadata: index % 2 === 0 ? null : {},
    split_code: null,
    id: world.id('pages', index),
    createdAt: iso(createdMs),
    updatedAt: iso(later(world, createdMs, dice, 120)),
  }));
}

function orderItem(world: World, index: number, createdMs: number): JsonObject {
  return {
    order_item_id: 8_000_000 + index,
    orderId: world.id('orders', index),
    type: 'product',
    item: world.id('products', 0),
    current_total_items_price: 50_000,
    files: '[]',
    order: world.id('orders', index),
    amount: 50_000,
    quantity: 1,
    createdAt: iso(createdMs),
    name: 'Café',
    product_level_type: 'product',
    product_id: world.id('products', 0),
    product_success_message: null,
    product_redirect_url: null,
    // Paystack's own document lists these two keys, spelled like the SQL behind them.
    'IFNULL(p1.expires_in, p2.expires_in)': null,
    product_quantity_sold: 3,
    product_notification_emails: null,
    'IFNULL(p1.metadata, p2.metadata)': '{"background_color":"#F5F5F5"}',
    storefront_redirect_url: null,
    storefront_success_message: null,
  };
}

export function orders(world: World): Generator {
  const updatedField = world.ordersCreatedField === 'created_at' ? 'updated_at' : 'updatedAt';
  const generator = numbered(world, 'orders', (index, createdMs, dice) => {
    const metadata = metadataOf(index, dice);
    return {
      id: world.id('orders', index),
      order_code: `ORD_${dice.code(15)}`,
      integration: world.integration,
      domain: world.domain,
      currency: 'KES',
      amount: 50_000,
      transaction: raw(transactionId(world, anyOf(world, 'transactions', dice))),
      page: null,
      customer: world.id('customers', anyOf(world, 'customers', dice)),
      customer_name: 'Zoë Müller',
      status: dice.pick(['success', 'pending', 'abandoned']),
      shipping_address: index % 2 === 0 ? null : '12 Rue de l\u2019Église / Abidjan',
      metadata: typeof metadata === 'string' ? metadata : '{"custom_fields":[]}',
      [world.ordersCreatedField]: iso(createdMs),
      [updatedField]: iso(later(world, createdMs, dice, 20)),
      email: 'customer@example.com',
      paid_at: index % 3 === 0 ? null : iso(createdMs),
      shipping: null,
      shipping_fees: 0,
      refunded: false,
      is_viewed: index % 2 === 0,
      refunded_amount: null,
      discount_amount: null,
      discounts: null,
      items: Array.from({ length: 1 + (index % 2) }, () => orderItem(world, index, createdMs)),
      fully_refunded: false,
    };
  });
  return { ...generator, fields: { amount: () => 50_000 } };
}

export function storefronts(world: World): Generator {
  return numbered(world, 'storefronts', (index) => ({
    id: world.id('storefronts', index),
    name: `Boutique n° ${index}`,
    slug: `boutique-${index}`,
    orders_count: index,
    status: index % 3 === 0 ? 'inactive' : 'active',
    revenue: null,
    currency: 'KES',
    products: [],
    contacts: [],
    social_media: [],
    shipping_fees: [],
  }));
}

export function virtualTerminals(world: World): Generator {
  return numbered(world, 'virtual_terminals', (index, createdMs, dice) => ({
    id: world.id('virtual_terminals', index),
    code: `VT_${dice.code(8)}`,
    name: `Caisse ${index}`,
    integration: world.integration,
    domain: world.domain,
    paymentMethods: index % 2 === 0 ? [] : ['USSD', 'QR'],
    active: index % 3 !== 0,
    created_at: iso(createdMs),
    currency: 'NGN',
  }));
}

export function terminals(world: World): Generator {
  return numbered(world, 'terminals', (index) => ({
    id: world.id('terminals', index),
    serial_number: index % 2 === 0 ? null : `0330000${index}`,
    device_make: index % 2 === 0 ? null : 'Verifone',
    terminal_id: `2872S${String(index).padStart(3, '0')}`,
    integration: world.integration,
    domain: world.domain,
    name: index % 3 === 0 ? null : `Comptoir / ${index}`,
    address: null,
    status: index % 4 === 0 ? 'inactive' : 'active',
  }));
}
