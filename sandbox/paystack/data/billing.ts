import { DAY_MS } from '../../../src/declarative/durations.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import type { Generator } from '../../record-store.js';
import { authorization, customerRef, customerWithPhone, metadataOf } from './people.js';
import { transactionId } from './payments.js';
import { raw } from '../../json-text.js';
import { anyOf, iso, later, numbered } from './world.js';
import type { World } from './world.js';

const INTERVALS = ['daily', 'weekly', 'monthly', 'quarterly', 'biannually', 'annually'] as const;

function planRef(world: World, index: number): JsonObject {
  const dice = world.dice('plans', index);
  const createdMs = world.timeline('plans').at(index);
  return {
    id: world.id('plans', index),
    domain: world.domain,
    name: `Abonnement n° ${index}`,
    plan_code: `PLN_${dice.code(15)}`,
    description: index % 2 === 0 ? null : 'Accès / access',
    amount: dice.int(10_000, 900_000),
    interval: dice.pick(INTERVALS),
    send_invoices: index % 3 !== 0,
    send_sms: true,
    currency: 'NGN',
    integration: world.integration,
    createdAt: iso(createdMs),
    updatedAt: iso(later(world, createdMs, dice, 200)),
  };
}

export function plans(world: World): Generator {
  return numbered(world, 'plans', (index, createdMs) => {
    const plan = planRef(world, index);
    const subscribers = Math.min(index % 4, world.count('subscriptions'));
    return {
      subscriptions: Array.from({ length: subscribers }, (_, i) => ({
        id: world.id('subscriptions', i),
        createdAt: iso(createdMs),
        status: 'active',
      })),
      pages: [],
      domain: world.domain,
      name: plan['name'] ?? null,
      plan_code: plan['plan_code'] ?? null,
      description: plan['description'] ?? null,
      amount: plan['amount'] ?? null,
      interval: plan['interval'] ?? null,
      invoice_limit: 0,
      send_invoices: plan['send_invoices'] ?? null,
      send_sms: true,
      hosted_page: false,
      hosted_page_url: null,
      hosted_page_summary: null,
      currency: 'NGN',
      migrate: index % 2 === 0 ? null : false,
      is_deleted: index % 9 === 0,
      is_archived: index % 8 === 0,
      id: world.id('plans', index),
      integration: world.integration,
      createdAt: iso(createdMs),
      updatedAt: plan['updatedAt'] ?? null,
      total_subscriptions: subscribers,
      active_subscriptions: subscribers,
      total_subscriptions_revenue: subscribers * 4_300_000_000,
    };
  });
}

function recentInvoice(world: World, index: number, createdMs: number, dice: Dice): Json {
  if (index % 4 === 0) return null;
  const updated = later(world, createdMs, dice, 700);
  const paid = index % 3 === 0 ? 0 : 1;
  return {
    subscription: world.id('subscriptions', index),
    integration: world.integration,
    domain: world.domain,
    invoice_code: `INV_${dice.code(15)}`,
    customer: world.id('customers', anyOf(world, 'customers', dice)),
    transaction: paid === 1 ? raw(transactionId(world, anyOf(world, 'transactions', dice))) : null,
    amount: 50_000,
    period_start: iso(updated),
    period_end: iso(updated + 30 * DAY_MS),
    status: paid === 1 ? 'success' : 'attention',
    paid,
    retries: 1,
    authorization: 110_049_014 + index,
    paid_at: paid === 1 ? iso(updated) : null,
    next_notification: iso(updated + 27 * DAY_MS),
    notification_flag: null,
    description: paid === 1 ? null : 'Insufficient Funds / fonds insuffisants',
    id: 9_000_000 + index,
    created_at: iso(updated),
    updated_at: iso(updated),
  };
}

export function subscriptions(world: World): Generator {
  return numbered(world, 'subscriptions', (index, createdMs, dice) => {
    const plan = planRef(world, anyOf(world, 'plans', dice));
    const status = dice.pick([
      'active',
      'active',
      'non-renewing',
      'attention',
      'completed',
      'complete',
      'cancelled',
    ]);
    const isActive = status === 'active';
    return {
      id: world.id('subscriptions', index),
      domain: world.domain,
      status,
      start: Math.floor(createdMs / 1000), // epoch seconds
      quantity: 1,
      subscription_code: `SUB_${dice.code(15)}`,
      email_token: dice.code(15),
      amount: plan['amount'] ?? null,
      cron_expression: index % 6 === 0 ? null : '0 0 28 * *',
      next_payment_date: isActive ? iso(world.nowMs + 5 * DAY_MS) : null,
      open_invoice: index % 5 === 0 ? `INV_${dice.code(15)}` : null,
      createdAt: iso(createdMs),
      integration: world.integration,
      plan,
      // 0 or 1 in current lists, a boolean in older samples.
      authorization: authorization(dice, index % 5 === 4 ? true : index % 2 === 0 ? 1 : 0),
      customer: customerWithPhone(world, anyOf(world, 'customers', dice), 'text'),
      invoice_limit: 0,
      split_code: null,
      payments_count: dice.int(0, 40),
      most_recent_invoice: recentInvoice(world, index, createdMs, dice),
      metadata: index % 3 === 0 ? null : {},
    };
  });
}

/** Archived payment requests stay out of the list unless `include_archive=true` is sent. */
function isArchived(index: number): boolean {
  return index % 10 === 3;
}

export function invoices(world: World): Generator {
  const generator = numbered(world, 'invoices', (index, createdMs, dice) => {
    const status = dice.pick(['pending', 'success', 'success', 'draft', 'failed']);
    const paid = status === 'success';
    const paidMs = later(world, createdMs, dice, 20);
    // Marked as paid offline: midnight of the day.
    const paidAt = index % 4 === 0 ? `${iso(paidMs).slice(0, 10)}T00:00:00.000Z` : iso(paidMs);
    return {
      id: world.id('invoices', index),
      integration: world.integration,
      domain: world.domain,
      amount: dice.int(1000, 90_000_000),
      currency: dice.pick(['NGN', 'GHS', 'ZAR']),
      due_date: index % 3 === 0 ? null : iso(createdMs + 14 * DAY_MS),
      has_invoice: index % 2 === 0,
      invoice_number: index % 2 === 0 ? index : null,
      description: index % 5 === 0 ? null : 'Facture / "pro forma" n° 7',
      pdf_url: index % 6 === 0 ? 'https://files.example/invoice.pdf' : null,
      line_items: [
        { name: 'Café', amount: 20_000, quantity: 1 },
        { name: 'Thé', amount: 20_000 },
      ],
      tax: index % 2 === 0 ? [] : [{ name: 'VAT', amount: 2000 }],
      request_code: `PRQ_${dice.code(15)}`,
      status,
      paid,
      paid_at: paid ? paidAt : null,
      metadata: index % 2 === 0 ? null : { 'clé/key': 'é' },
      // Real milliseconds, unlike all other stamps.
      notifications:
        index % 3 === 0 ? [{ sent_at: new Date(createdMs + 327).toISOString(), channel: 'email' }] : [],
      offline_reference: String(4_634_337_895_939 + index),
      customer: customerWithPhone(world, anyOf(world, 'customers', dice), 'object'),
      created_at: iso(createdMs),
      discount: index % 7 === 0 ? { type: 'percentage', amount: 10 } : null,
      split_code: index % 8 === 0 ? 'SPL_abc' : null,
    };
  });
  return { ...generator, isHidden: isArchived };
}

export function bulkCharges(world: World): Generator {
  return numbered(world, 'bulk_charges', (index, createdMs, dice) => ({
    integration: world.integration,
    domain: world.domain,
    batch_code: batchCode(world, index),
    status: dice.pick(['active', 'paused', 'complete', 'complete']),
    easy_cron_id: null,
    reference: `bulkcharge-${index}-${dice.code(8)}`,
    id: world.id('bulk_charges', index),
    createdAt: iso(createdMs),
    updatedAt: iso(later(world, createdMs, dice, 10)),
  }));
}

function batchCode(world: World, index: number): string {
  return `BCH_${world.dice('batch', index).code(12)}`;
}

/** Some batches are empty, one in seven needs more than one page. */
function itemCount(batch: number): number {
  return batch % 4 === 0 ? 0 : batch % 7 === 2 ? 130 : batch % 11;
}

const ITEMS_PER_BATCH = 1000; // room between the first item ids of two batches

export function bulkChargeItems(world: World, batch: number): Generator {
  const createdMs = world.timeline('bulk_charges').at(batch);
  const id = (index: number): number => 3_000_000 + batch * ITEMS_PER_BATCH + index;
  return {
    count: itemCount(batch),
    id: (index) => String(id(index)),
    timeline: {
      end: createdMs,
      at: () => createdMs,
      lowerBound: (time) => (createdMs >= time ? 0 : itemCount(batch)),
    },
    build(index) {
      const dice = world.dice(`bulk_charge_items ${batch}`, index);
      return {
        integration: world.integration,
        bulkcharge: world.id('bulk_charges', batch),
        customer: customerRef(world, anyOf(world, 'customers', dice), 'object'),
        authorization: authorization(dice, true),
        domain: world.domain,
        amount: dice.int(1000, 5_000_000),
        at_least: 0,
        currency: 'NGN',
        reference: dice.code(12),
        metadata: metadataOf(index, dice),
        status: dice.pick(['pending', 'success', 'failed', 'error', 'inactive_authorization']),
        message: 'Terminé',
        attempt_partial_debit: false,
        id: id(index),
        createdAt: iso(createdMs),
        updatedAt: iso(later(world, createdMs, dice, 2)),
      };
    },
  };
}
