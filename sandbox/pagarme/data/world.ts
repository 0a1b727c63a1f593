import { DAY_MS, HOUR_MS } from '../../../src/declarative/durations.js';
import type { Json, JsonObject } from '../../json-text.js';
import { diceFor } from '../../random.js';
import type { Dice } from '../../random.js';
import type { Generator } from '../../record-store.js';
import { createTimeline } from '../../timeline.js';
import type { Timeline } from '../../timeline.js';
import { share, some } from '../../record-counts.js';
import { code, codeOfIndex, indexOfCode } from './ids.js';

/** The streams that have a number of records and times of their own. */
export const INDEPENDENT_STREAMS = [
  'charges',
  'customers',
  'subscriptions',
  'plans',
  'recipients',
  'transfers',
  'settlements',
  'hooks',
  'payment_links',
  'disputes',
  'balance_operations',
] as const;

export type IndependentStream = (typeof INDEPENDENT_STREAMS)[number];
export type StreamCounts = Partial<Readonly<Record<IndependentStream, number>>>;

/** Orders, invoices and payables follow from the charges. */
export type NumberedStream = IndependentStream | 'orders' | 'invoices' | 'payables';

const COUNTS: Readonly<Record<IndependentStream, (size: number) => number>> = {
  charges: share(1),
  customers: share(0.4),
  subscriptions: share(0.1),
  plans: some(4, 0.05, 200),
  recipients: some(4, 0.08, 500),
  transfers: share(0.4),
  settlements: share(0.4),
  hooks: share(0.7),
  payment_links: some(4, 0.12, 300),
  disputes: share(0.2),
  balance_operations: share(1),
};

const PREFIXES = {
  charges: 'ch',
  orders: 'or',
  invoices: 'in',
  customers: 'cus',
  subscriptions: 'sub',
  plans: 'plan',
  hooks: 'hook',
  payment_links: 'pl',
} as const satisfies Partial<Record<NumberedStream, string>>;

export type PrefixedStream = keyof typeof PREFIXES;

/**
 * Charges come in groups of five. Three of a group belong to an order each, the fourth is the second try of the third
 * one's order (a retry after a failure has a new charge id), and one belongs to a subscription's invoice.
 */
export const CHARGES_PER_GROUP = 5;
const ORDERS_PER_GROUP = 3;
/** Place of a charge in its group → place of its order; -1 for the charge with an invoice. */
const ORDER_PLACES = [0, 1, -1, 2, 2] as const;
/** Place of an order in its group → place of its first charge. */
const FIRST_CHARGE_PLACES = [0, 1, 3] as const;
export const INVOICED_PLACE = 2;
/** One payable per installment and recipient. */
export const PAYABLES_PER_CHARGE = 2;

export function orderOfCharge(charge: number): number | undefined {
  const place = ORDER_PLACES[charge % CHARGES_PER_GROUP] ?? -1;
  return place < 0 ? undefined : Math.floor(charge / CHARGES_PER_GROUP) * ORDERS_PER_GROUP + place;
}

export function chargesOfOrder(order: number, charges: number): number[] {
  const place = order % ORDERS_PER_GROUP;
  const first = Math.floor(order / ORDERS_PER_GROUP) * CHARGES_PER_GROUP + (FIRST_CHARGE_PLACES[place] ?? 0);
  return (place === 2 ? [first, first + 1] : [first]).filter((charge) => charge < charges);
}

export interface WorldOptions {
  readonly seed: number;
  readonly size: number;
  readonly counts: StreamCounts;
  readonly startMs: number;
  readonly nowMs: number;
  /** Times come without the `Z`. */
  readonly zonelessDates: boolean;
  readonly anticipationsPath: 'bulk_anticipations' | 'anticipations';
}

/** What every generator needs to know. */
export interface World extends WorldOptions {
  count(stream: NumberedStream): number;
  timeline(stream: NumberedStream): Timeline;
  id(stream: PrefixedStream, index: number): string;
  indexOf(stream: PrefixedStream, id: string): number | undefined;
  dice(series: string, index: number): Dice;
  /** A time as v5 writes it: UTC, whole seconds. */
  stamp(ms: number): string;
}

/** A timeline over other times; `at` never goes back. */
function mappedTimeline(count: number, end: number, at: (index: number) => number): Timeline {
  function lowerBound(time: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  return { end, at, lowerBound };
}

export function createWorld(options: WorldOptions): World {
  const { seed, nowMs, startMs, zonelessDates } = options;
  const timelines = new Map<NumberedStream, Timeline>();

  function count(stream: NumberedStream): number {
    if (stream === 'payables') return count('charges') * PAYABLES_PER_CHARGE;
    if (stream === 'orders' || stream === 'invoices') {
      const charges = count('charges');
      const groups = Math.floor(charges / CHARGES_PER_GROUP);
      const rest = charges % CHARGES_PER_GROUP;
      if (stream === 'invoices') return groups + (rest > INVOICED_PLACE ? 1 : 0);
      return groups * ORDERS_PER_GROUP + FIRST_CHARGE_PLACES.filter((place) => place < rest).length;
    }
    return options.counts[stream] ?? COUNTS[stream](options.size);
  }

  function newTimeline(stream: NumberedStream): Timeline {
    const length = count(stream);
    const charges = stream === 'charges' ? undefined : timeline('charges');
    const mapped = (chargeOf: (index: number) => number): Timeline =>
      mappedTimeline(length, nowMs, (index) => charges?.at(chargeOf(index)) ?? nowMs);
    switch (stream) {
      case 'payables':
        return mapped((index) => Math.floor(index / PAYABLES_PER_CHARGE));
      case 'orders':
        return mapped((index) => chargesOfOrder(index, Infinity)[0] ?? 0);
      case 'invoices':
        return mapped((index) => index * CHARGES_PER_GROUP + INVOICED_PLACE);
      default:
        return createTimeline(length, startMs, nowMs);
    }
  }

  function timeline(stream: NumberedStream): Timeline {
    const known = timelines.get(stream) ?? newTimeline(stream);
    timelines.set(stream, known);
    return known;
  }

  return {
    ...options,
    count,
    timeline,
    id: (stream, index) => `${PREFIXES[stream]}_${codeOfIndex(diceFor(seed, `id ${stream}`, index), index)}`,
    indexOf: (stream, id) => indexOfCode(id.slice(PREFIXES[stream].length + 1)),
    dice: (series, index) => diceFor(seed, series, index),
    stamp: (ms) => new Date(ms).toISOString().slice(0, 19) + (zonelessDates ? '' : 'Z'),
  };
}

/** A stream whose ids are a prefix and a code. */
export function prefixed(
  world: World,
  stream: PrefixedStream,
  build: (index: number, createdMs: number) => JsonObject,
): Generator {
  return {
    count: world.count(stream),
    id: (index) => world.id(stream, index),
    indexOf: (id) => world.indexOf(stream, id),
    timeline: world.timeline(stream),
    build,
  };
}

/** Children of one parent, created at even distances between it and the present. */
export function childTimeline(world: World, parentMs: number, count: number): Timeline {
  const step = Math.max(0, world.nowMs - parentMs) / (count + 1);
  const at = (index: number): number => Math.floor((parentMs + step * index) / 1000) * 1000;
  return mappedTimeline(count, world.nowMs, at);
}

export function children(
  world: World,
  parentMs: number,
  count: number,
  id: (index: number) => string,
  build: (index: number, createdMs: number) => JsonObject,
): Generator {
  return { count, id, timeline: childTimeline(world, parentMs, count), build };
}

export function childId(world: World, prefix: string, series: string, index: number): string {
  return `${prefix}_${code(world.dice(`id ${prefix} ${series}`, index), 16)}`;
}

/** Brasília is three hours behind UTC all year. */
const BRASILIA = 3 * HOUR_MS; // ms

/** 00:00 in Brasília of the day that `ms` falls on there, as payment dates are given. */
export function brasiliaMidnight(ms: number): number {
  return Math.floor((ms - BRASILIA) / DAY_MS) * DAY_MS + BRASILIA;
}

/** Some time after `ms`, never after the world's present. */
export function later(world: World, ms: number, dice: Dice, maxDays: number): number {
  return Math.max(ms, Math.min(world.nowMs, ms + Math.floor(dice.next() * maxDays * 86_400) * 1000));
}

/** The index of a record of another stream to refer to; 0 if it has none. */
export function anyOf(world: World, stream: NumberedStream, dice: Dice): number {
  return dice.int(0, Math.max(0, world.count(stream) - 1));
}

/** Real replies leave keys out where the documentation shows null; here every second record does. */
export function sparse(index: number, record: JsonObject): JsonObject {
  if (index % 2 === 1) return record;
  return Object.fromEntries(
    Object.entries(record).filter((entry): entry is [string, Json] => entry[1] !== null),
  );
}

export function uuid(dice: Dice, index: number): string {
  const hex = (length: number): string => Array.from({ length }, () => dice.int(0, 15).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${index.toString(16).padStart(12, '0')}`;
}

/** The index inside an id made by `uuid`. */
export function indexOfUuid(id: string): number | undefined {
  const tail = /-([0-9a-f]{12})$/i.exec(id)?.[1];
  return tail === undefined ? undefined : parseInt(tail, 16);
}
