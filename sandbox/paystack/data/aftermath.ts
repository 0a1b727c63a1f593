import { DAY_MS } from '../../../src/declarative/durations.js';
import { isJsonObject, raw } from '../../json-text.js';
import type { Json, JsonObject } from '../../json-text.js';
import type { Dice } from '../../random.js';
import type { Generator, RecordStore } from '../../record-store.js';
import { CURRENCIES, customerWithPhone } from './people.js';
import { transactionAmount, transactionId, transactionReference } from './payments.js';
import { anyOf, iso, later, numbered } from './world.js';
import type { World } from './world.js';

/** What happens to a transaction later: refunds, disputes, settlements. */

export function refunds(world: World): Generator {
  return numbered(world, 'refunds', (index, createdMs, dice) => {
    const transaction = anyOf(world, 'transactions', dice);
    const amount = transactionAmount(world, transaction);
    const status = dice.pick([
      'processed',
      'processed',
      'pending',
      'processing',
      'failed',
      'needs-attention',
    ]);
    return {
      integration: world.integration,
      transaction: raw(transactionId(world, transaction)),
      dispute: index % 6 === 0 ? world.id('disputes', 0) : null,
      settlement: index % 4 === 0 ? world.id('settlements', 0) : null,
      id: world.id('refunds', index),
      domain: world.domain,
      currency: dice.pick(CURRENCIES),
      amount,
      status,
      refunded_at: status === 'processed' ? iso(later(world, createdMs, dice, 10)) : null,
      refunded_by: 'zoe@example.com',
      customer_note: 'Remboursé / refunded',
      merchant_note: 'Refund for transaction "A/1"',
      deducted_amount: index % 3 === 0 ? null : amount,
      fully_deducted: index % 2,
      [world.refundsCreatedField]: iso(createdMs),
      bank_reference: index % 2 === 0 ? null : `BR${index}`,
      transaction_reference: transactionReference(world, transaction),
      reason: '',
      customer: customerWithPhone(world, anyOf(world, 'customers', dice), 'text'),
      refund_type: index % 5 === 0 ? 'partial' : 'full',
      transaction_amount: amount,
      initiated_by: 'zoe@example.com',
      refund_channel: 'api',
      session_id: null,
      collect_account_number: index % 2 === 0,
    };
  });
}

/** Not a value of the documented status filter, yet documented as a status. */
const DISPUTE_STATUSES = [
  'awaiting-merchant-feedback',
  'awaiting-bank-feedback',
  'pending',
  'resolved',
  'resolved',
  'archived',
] as const;

function disputedTransaction(world: World, index: number, createdMs: number): JsonObject {
  const amount = transactionAmount(world, index);
  return {
    id: raw(transactionId(world, index)),
    domain: world.domain,
    status: 'reversed',
    reference: transactionReference(world, index),
    amount,
    message: null,
    gateway_response: 'Approved',
    paid_at: iso(createdMs),
    created_at: iso(createdMs),
    channel: 'card',
    currency: 'NGN',
    ip_address: '105.112.0.1',
    metadata: '',
    log: null,
    fees: Math.round(amount * 0.015),
    fees_split: null,
    authorization:
      index % 2 === 0 ? {} : { receiver_bank_account_number: '0123456789', receiver_bank: 'Wema Bank' },
    customer: index % 2 === 0 ? null : { international_format_phone: null },
    plan: {},
    subaccount: {},
    split: {},
    order_id: null,
    paidAt: iso(createdMs),
    createdAt: iso(createdMs),
    pos_transaction_data: null,
    source: null,
    fees_breakdown: null,
    requested_amount: null,
    connect: null,
  };
}

function attachmentsOf(index: number): Json {
  return [null, '[]', 'reçu / receipt.pdf'][index % 3] ?? null;
}

export function disputes(world: World): Generator {
  return numbered(world, 'disputes', (index, createdMs, dice) => {
    const transaction = anyOf(world, 'transactions', dice);
    const status = dice.pick(DISPUTE_STATUSES);
    const updated = iso(later(world, createdMs, dice, 60));
    const isResolved = status === 'resolved';
    return {
      id: world.id('disputes', index),
      refund_amount: isResolved ? transactionAmount(world, transaction) : null,
      currency: index % 7 === 0 ? null : 'NGN',
      status,
      resolution: isResolved ? dice.pick(['merchant-accepted', 'declined']) : null,
      domain: world.domain,
      transaction: disputedTransaction(world, transaction, world.timeline('transactions').at(transaction)),
      transaction_reference: index % 2 === 0 ? null : transactionReference(world, transaction),
      category: index % 5 === 0 ? null : 'chargeback',
      customer: customerWithPhone(world, anyOf(world, 'customers', dice), 'text'),
      bin: index % 3 === 0 ? null : '408408',
      last4: index % 3 === 0 ? null : '4081',
      dueAt: isResolved ? null : iso(createdMs + 2 * DAY_MS),
      resolvedAt: isResolved ? updated : null,
      evidence: null,
      attachments: attachmentsOf(index),
      note: null,
      history: [{ status: 'pending', by: 'customer@example.com', createdAt: iso(createdMs) }],
      messages: [
        { sender: 'zoe@example.com', body: 'Déjà livré "hier"\\', createdAt: iso(createdMs + 60_000) },
      ],
      createdAt: iso(createdMs),
      updatedAt: updated,
    };
  });
}

function settlementStatus(world: World, index: number, dice: Dice): string {
  const age = world.count('settlements') - index;
  return age <= 1 ? 'pending' : age === 2 ? 'processing' : dice.chance(0.05) ? 'failed' : 'success';
}

export function settlements(world: World): Generator {
  return numbered(world, 'settlements', (index, createdMs, dice) => {
    const total = dice.int(100_000, 3_000_000_000);
    const fees = Math.round(total * 0.015);
    return {
      id: world.id('settlements', index),
      domain: world.domain,
      status: settlementStatus(world, index, dice),
      currency: 'NGN',
      integration: world.integration,
      total_amount: total,
      effective_amount: total - fees,
      total_fees: fees,
      total_processed: total,
      deductions: index % 2 === 0 ? null : 0,
      settlement_date: `${iso(createdMs).slice(0, 10)}T00:00:00.000Z`,
      settled_by: index % 3 === 0 ? null : 'Système',
      createdAt: iso(createdMs),
      updatedAt: iso(later(world, createdMs, dice, 5)),
    };
  });
}

/**
 * The transactions of one settlement: a run of neighbours. The runs grow, so that the oldest settlement is empty and
 * the newest needs several pages.
 */
function settledRange(world: World, settlement: number): { readonly from: number; readonly to: number } {
  const settled = world.count('settlements');
  const total = world.count('transactions');
  const edge = (k: number): number => (k <= 1 ? 0 : Math.floor(total * (k / settled) ** 3));
  return { from: edge(settlement), to: edge(settlement + 1) };
}

export function settlementTransactions(world: World, settlement: number, parents: RecordStore): Generator {
  const { from, to } = settledRange(world, settlement);
  const times = world.timeline('transactions');
  return {
    count: to - from,
    id: (index) => transactionId(world, from + index),
    timeline: {
      end: times.end,
      at: (index) => times.at(from + index),
      lowerBound: (time) => Math.min(to, Math.max(from, times.lowerBound(time))) - from,
    },
    fields: { amount: (index) => transactionAmount(world, from + index) },
    build(index) {
      const transaction = parents.value(from + index);
      return isJsonObject(transaction) ? { ...transaction, message: '' } : transaction;
    },
  };
}
