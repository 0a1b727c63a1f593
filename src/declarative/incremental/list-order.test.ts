import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addToOrder, emptyPage, ListOrder } from './list-order.js';
import type { PageOrder } from './list-order.js';

function pageOf(...times: (number | undefined)[]): PageOrder {
  const page = emptyPage();
  times.forEach((time) => addToOrder(page, time));
  return page;
}

describe('a list', () => {
  test('is past a time once a page is older, in whatever order its pages arrive', () => {
    const order = new ListOrder();
    order.add(3, pageOf(4, 3));
    expect(order.isPast(5)).toBe(false);
    order.add(1, pageOf(9, 8));
    expect(order.isPast(5)).toBe(false);
    order.add(2, pageOf(7, 6));
    expect(order.isPast(5)).toBe(true);
    expect(order.readDownTo).toBe(3);
  });

  test('is never past anything once a record was newer than the one before it', () => {
    const order = new ListOrder();
    order.add(1, pageOf(9, 8));
    order.add(2, pageOf(6, 7));
    order.add(3, pageOf(2, 1));
    expect(order.isPast(5)).toBe(false);
    expect(order.readDownTo).toBeUndefined();
  });

  test('of one time only shows no order', () => {
    const order = new ListOrder();
    order.add(1, pageOf(3, 3));
    order.add(2, pageOf(3));
    expect(order.isPast(5)).toBe(false);
    expect(order.readDownTo).toBeUndefined();
  });

  test('that is read a second time tells nothing new', () => {
    const order = new ListOrder();
    order.add(1, pageOf(9, 8));
    order.add(1, pageOf(1, 0));
    expect(order.isPast(5)).toBe(false);
    expect(order.readDownTo).toBe(8);
  });
});

test('whatever the list and the order of arrival, nothing newer stands behind a point it is past, if it is sorted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 0, max: 50 }),
      fc.infiniteStream(fc.nat()),
      (times, size, bound, choices) => {
        const sorted = [...times].sort((a, b) => b - a);
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
