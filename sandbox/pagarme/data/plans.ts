import { raw } from '../../json-text.js';
import type { JsonObject } from '../../json-text.js';
import type { Generator } from '../../record-store.js';
import { metadataPart } from './customers.js';
import { childId, later, prefixed, sparse } from './world.js';
import type { World } from './world.js';

export const INTERVALS = ['day', 'week', 'month', 'year'] as const;

/** Price in cents, percentage in per cent. The misspelt key is part of the real contract. */
export function pricingScheme(index: number): JsonObject {
  const minimum = { [index % 2 === 0 ? 'mininum_price' : 'minimum_price']: index % 3 === 0 ? null : 500 };
  switch (index % 3) {
    case 0:
      return { price: 2990, scheme_type: 'unit', price_brackets: [], ...minimum };
    case 1:
      return { scheme_type: 'percent', percentage: raw(index % 2 === 0 ? '1.0' : '12.50'), ...minimum };
    default:
      return {
        scheme_type: 'tier',
        price_brackets: [
          { start_quantity: 1, end_quantity: 10, price: 300, overage_price: null },
          { start_quantity: 11, price: 200, overage_price: 150 },
        ],
        ...minimum,
      };
  }
}

/** A plan without its items, as it stands inside subscriptions. */
export function planRef(world: World, index: number, createdMs: number): JsonObject {
  const dice = world.dice('plans', index);
  const updated = later(world, createdMs, dice, 200);
  const isDeleted = index % 7 === 6;
  return {
    id: world.id('plans', index),
    name: `Plano n.º ${index}`,
    description: index % 2 === 0 ? null : 'Assinatura "ouro" / anual',
    url: `https://loja.example/planos/${index}`,
    statement_descriptor: index % 3 === 0 ? null : 'PLANO',
    interval: dice.pick(INTERVALS),
    interval_count: dice.int(1, 6),
    billing_type: dice.pick(['prepaid', 'postpaid', 'exact_day']),
    billing_days: index % 3 === 0 ? [5, 10, 15] : [],
    payment_methods: ['credit_card', 'boleto'],
    installments: [1, 3],
    status: isDeleted ? 'deleted' : dice.pick(['active', 'active', 'inactive']),
    currency: 'BRL',
    shippable: index % 4 === 0,
    trial_period_days: index % 2 === 0 ? 7 : null,
    minimum_price: index % 2 === 0 ? null : 1000,
    created_at: world.stamp(createdMs),
    updated_at: world.stamp(updated),
    deleted_at: isDeleted ? world.stamp(updated) : null,
    ...metadataPart(index),
  };
}

export function plans(world: World): Generator {
  return prefixed(world, 'plans', (index, createdMs) =>
    sparse(index, {
      ...planRef(world, index, createdMs),
      items: Array.from({ length: 1 + (index % 2) }, (_, i) => ({
        id: childId(world, 'pi', String(index), i),
        name: 'Musculação',
        description: null,
        status: 'active',
        quantity: 1,
        cycles: i === 0 ? null : 3,
        pricing_scheme: pricingScheme(index + i),
        created_at: world.stamp(createdMs),
        updated_at: world.stamp(createdMs),
        deleted_at: null,
      })),
    }),
  );
}
