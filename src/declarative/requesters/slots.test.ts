import { describe, expect, test } from '@jest/globals';
import { settle, Work } from '../../test-support/work.fixture.js';
import { Slots } from './slots.js';

describe('Slots', () => {
  test('lets in as many as there are slots, then one for each that ends, in order of arrival', async () => {
    const slots = new Slots(2);
    const work = new Work();
    const all = ['a', 'b', 'c', 'd'].map((name) => slots.run(() => work.run(name)));
    await settle();
    expect(work.begun).toEqual(['a', 'b']);
    await work.end('b');
    expect(work.begun).toEqual(['a', 'b', 'c']);
    await work.end('a');
    await work.end('c');
    await work.end('d');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
    expect(work.most).toBe(2);
  });

  test('lets those of a smaller rank in first, each in order of arrival', async () => {
    const slots = new Slots(1);
    const work = new Work();
    const ranks = { first: 5, b: 2, a: 1, c: 2, d: 3, late: 0 };
    const all = Object.entries(ranks).map(([name, rank]) => slots.run(() => work.run(name), rank));
    await settle();
    for (const name of ['first', 'late', 'a', 'b', 'c', 'd']) await work.end(name);
    await Promise.all(all);
    expect(work.begun).toEqual(['first', 'late', 'a', 'b', 'c', 'd']);
  });

  test('gives a slot on after an error, which the caller gets', async () => {
    const slots = new Slots(1);
    const work = new Work();
    const failing = slots.run(() => work.run('a'));
    const caught = expect(failing).rejects.toThrow('broken');
    const next = slots.run(() => work.run('b'));
    await work.end('a', new Error('broken'));
    await caught;
    await work.end('b');
    expect(await next).toBe('b');
    expect(await slots.run(() => Promise.resolve(5))).toBe(5);
  });
});
