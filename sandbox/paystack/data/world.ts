import type { Dice } from '../../random.js';
import { diceFor } from '../../random.js';
import type { Generator } from '../../record-store.js';
import type { Timeline } from '../../timeline.js';
import { createTimeline } from '../../timeline.js';
import type { JsonObject } from '../../json-text.js';
import { share, some } from '../../record-counts.js';

interface StreamPlan {
  readonly count: (size: number) => number;
  readonly firstId: number;
}

/** How many records each stream has for a given number of transactions, and where its ids begin. */
const STREAM_PLANS = {
  transactions: { count: share(1), firstId: 4_099_260_516 },
  customers: { count: share(0.4), firstId: 90_225_809 },
  disputes: { count: share(0.05), firstId: 2_867_391 },
  invoices: { count: share(0.4), firstId: 7_935_116 },
  refunds: { count: share(0.15), firstId: 13_370_102 },
  settlements: { count: some(4, 0.02, 1000), firstId: 3_090_024 },
  subscriptions: { count: share(0.2), firstId: 405_711 },
  transfers: { count: share(0.4), firstId: 860_703_114 },
  plans: { count: some(4, 0.05, 200), firstId: 1_716_020 },
  products: { count: some(4, 0.1, 500), firstId: 2_149_301 },
  pages: { count: some(4, 0.07, 300), firstId: 1_408_350 },
  subaccounts: { count: some(3, 0.1, 500), firstId: 1_151_727 },
  splits: { count: some(3, 0.05, 300), firstId: 2_703_655 },
  transfer_recipients: { count: share(0.15), firstId: 56_824_902 },
  bulk_charges: { count: some(4, 0.03, 500), firstId: 67_300 },
  dedicated_accounts: { count: share(0.2), firstId: 23_907_250 },
  orders: { count: share(0.2), firstId: 5_100_231 },
  storefronts: { count: some(2, 0.02, 50), firstId: 1_559_040 },
  virtual_terminals: { count: some(3, 0.05, 120), firstId: 27_411 },
  terminals: { count: some(3, 0.05, 120), firstId: 31_089 },
  direct_debit_mandates: { count: share(0.2), firstId: 164_098 },
  balance_ledger: { count: share(1), firstId: 2_203_908_441 },
} as const satisfies Record<string, StreamPlan>;

export type NumberedStream = keyof typeof STREAM_PLANS;

export interface WorldOptions {
  readonly seed: number;
  readonly size: number;
  readonly startMs: number;
  readonly nowMs: number;
  readonly domain: 'test' | 'live';
  readonly refundsCreatedField: 'createdAt' | 'created_at';
  readonly ordersCreatedField: 'createdAt' | 'created_at';
}

/** What every generator needs to know. */
export interface World extends WorldOptions {
  /** The merchant's number. */
  readonly integration: number;
  count(stream: NumberedStream): number;
  id(stream: NumberedStream, index: number): number;
  timeline(stream: NumberedStream): Timeline;
  dice(series: string, index: number): Dice;
}

export function createWorld(options: WorldOptions): World {
  const timelines = new Map<NumberedStream, Timeline>();
  const count = (stream: NumberedStream): number => STREAM_PLANS[stream].count(options.size);
  return {
    ...options,
    integration: 463_433,
    count,
    id: (stream, index) => STREAM_PLANS[stream].firstId + index,
    timeline(stream) {
      const known = timelines.get(stream);
      if (known !== undefined) return known;
      const created = createTimeline(count(stream), options.startMs, options.nowMs);
      timelines.set(stream, created);
      return created;
    },
    dice: (series, index) => diceFor(options.seed, series, index),
  };
}

/** A stream whose ids are plain numbers. */
export function numbered(
  world: World,
  stream: NumberedStream,
  build: (index: number, createdMs: number, dice: Dice) => JsonObject,
): Generator {
  return {
    count: world.count(stream),
    id: (index) => String(world.id(stream, index)),
    timeline: world.timeline(stream),
    build: (index, createdMs) => build(index, createdMs, world.dice(stream, index)),
  };
}

/** Paystack's stamps have second precision: the milliseconds are always `.000`. */
export function iso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

/** Some time after `ms`, never after the world's present. */
export function later(world: World, ms: number, dice: Dice, maxDays: number): number {
  return Math.max(ms, Math.min(world.nowMs, ms + Math.floor(dice.next() * maxDays * 86_400) * 1000));
}

/** The index of a record of another stream to refer to; 0 if it has none. */
export function anyOf(world: World, stream: NumberedStream, dice: Dice): number {
  return dice.int(0, Math.max(0, world.count(stream) - 1));
}
