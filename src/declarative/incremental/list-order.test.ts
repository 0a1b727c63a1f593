import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.js';
import { addToOrder, emptyPage, ListOrder } from './list-order.js';
import type { PageOrder } from './list-order.js';

/** What counts as no disorder. */
const DISORDER_MS = 10 * MINUTE_MS;

function pageOf(...times: (number | undefined)[]): PageOrder {
  const page = emptyPage();
  times.forEach((time) => addToOrder(page, time));
  return page;
}

/** @param hours of each record */
function hourly(...hours: number[]): PageOrder {
  return pageOf(...hours.map((one) => one * HOUR_MS));
}

describe('a list', () => {
  test('is past a time once a page is older, in whatever order its pages arrive', () => {
    const order = new ListOrder();
    order.add(3, hourly(4, 3));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
    order.add(1, hourly(9, 8));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
    order.add(2, hourly(7, 6));
    expect(order.isPast(5 * HOUR_MS)).toBe(true);
    expect(order.readDownTo).toBe(3 * HOUR_MS + DISORDER_MS);
  });

  test('is never past anything once a record was much newer than one before it', () => {
    const order = new ListOrder();
    order.add(1, hourly(9, 8));
    order.add(2, hourly(6, 7));
    order.add(3, hourly(2, 1));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
    expect(order.readDownTo).toBeUndefined();
  });

  test('is never past anything either if the times rise little by little', () => {
    const order = new ListOrder();
    order.add(1, hourly(9, 8));
    const rising = [0, 4, 8, 12].map((minutes) => 7 * HOUR_MS + minutes * MINUTE_MS);
    order.add(2, pageOf(...rising));
    order.add(3, hourly(2, 1));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
  });

  test('is in order where records of the same moments are not, on a page and from one to the next', () => {
    const order = new ListOrder();
    order.add(1, pageOf(9 * HOUR_MS, 8 * HOUR_MS, 8 * HOUR_MS + SECOND_MS, 7 * HOUR_MS));
    order.add(2, pageOf(7 * HOUR_MS + SECOND_MS, 6 * HOUR_MS));
    expect(order.isPast(8 * HOUR_MS)).toBe(true);
    expect(order.readDownTo).toBe(6 * HOUR_MS + DISORDER_MS);
  });

  test('is not past a time that the page is older than by less than such a disorder', () => {
    const order = new ListOrder();
    order.add(1, hourly(9, 8));
    order.add(2, hourly(7, 6));
    expect(order.isPast(7 * HOUR_MS + DISORDER_MS)).toBe(false);
    expect(order.isPast(7 * HOUR_MS + DISORDER_MS + 1)).toBe(true);
  });

  test('of one time only shows no order', () => {
    const order = new ListOrder();
    order.add(1, hourly(3, 3));
    order.add(2, pageOf(3 * HOUR_MS, 3 * HOUR_MS - DISORDER_MS));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
    expect(order.readDownTo).toBeUndefined();
  });

  test('that is read a second time tells nothing new', () => {
    const order = new ListOrder();
    order.add(1, hourly(9, 8));
    order.add(1, hourly(1, 0));
    expect(order.isPast(5 * HOUR_MS)).toBe(false);
    expect(order.readDownTo).toBe(8 * HOUR_MS + DISORDER_MS);
  });
});

test('whatever the list and the order of arrival, nothing newer stands behind a point it is past, if it is sorted but for moments', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 10 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 50 }),
      fc.infiniteStream(fc.nat()),
      (places, size, hours, choices) => {
        const bound = hours * HOUR_MS;
        const sorted = [...places]
          .sort(([a], [b]) => b - a)
          .map(([hour, minutes]) => hour * HOUR_MS + minutes * MINUTE_MS);
        const pages = Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
          sorted.slice(i * size, (i + 1) * size),
        );
        const order = new ListOrder();
        const left = pages.map((_, i) => i);
        const arrived = new Set<number>();
        while (left.length > 0) {
          const [index = 0] = left.splice((choices.next().value ?? 0) % left.length, 1);
          arrived.add(index);
          order.add(index + 1, pageOf(...(pages[index] ?? [])));
          const missing = pages.filter((_, i) => !arrived.has(i)).flat();
          if (order.isPast(bound)) expect(missing.filter((time) => time >= bound)).toEqual([]);
          const { readDownTo = Infinity } = order;
          expect(missing.filter((time) => time > readDownTo)).toEqual([]);
        }
      },
    ),
  );
});
