import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { settle, Work } from '../test-support/work.fixture.js';
import { forEachConcurrently, oneAhead } from './concurrency.js';

describe('forEachConcurrently', () => {
  test('does every piece once, never more at a time than allowed, however they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.scheduler(),
        async (count, limit, s) => {
          const done: number[] = [];
          let running = 0;
          let most = 0;
          const queue = Array.from({ length: count }, (_, i) => i);
          const all = forEachConcurrently(
            () => queue.shift(),
            () => limit,
            async (item) => {
              most = Math.max(most, ++running);
              await s.schedule(Promise.resolve());
              running--;
              done.push(item);
            },
          );
          await s.waitFor(all);
          expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          expect(most).toBe(Math.min(count, limit));
        },
      ),
    );
  });

  test('asks for the next piece as often as one ends, so that a queue may be added to, before the rest if it is put in front', async () => {
    const queue = ['a', 'z'];
    const done: string[] = [];
    await forEachConcurrently(
      () => queue.shift(),
      () => 1,
      async (item) => {
        done.push(item);
        if (item === 'a') queue.unshift('a1', 'a2');
        if (item === 'z') queue.push('last');
      },
    );
    expect(done).toEqual(['a', 'a1', 'a2', 'z', 'last']);
  });

  test('after an error begins nothing more, waits for what runs, and throws the first error', async () => {
    const work = new Work();
    let outcome = 'pending';
    const queue = ['a', 'b', 'c', 'd'];
    const all = forEachConcurrently(
      () => queue.shift(),
      () => 3,
      async (name) => void (await work.run(name)),
    ).then(
      () => (outcome = 'done'),
      (error: unknown) => (outcome = String(error)),
    );
    await work.end('b', new Error('first'));
    expect(outcome).toBe('pending');
    await work.end('a', new Error('second'));
    expect(outcome).toBe('pending');
    await work.end('c');
    await all;
    expect(outcome).toBe('Error: first');
    expect(work.begun).toEqual(['a', 'b', 'c']);
  });

  test('ends at once with an empty queue', async () => {
    await expect(
      forEachConcurrently(
        () => undefined,
        () => 3,
        () => Promise.reject(new Error('never')),
      ),
    ).resolves.toBeUndefined();
  });
});

describe('oneAhead', () => {
  async function* valuesOf(work: Work, ...names: string[]): AsyncGenerator<string, void, void> {
    for (const name of names) yield await work.run(name);
  }

  test('passes every value on in order, and has the next one made while one is used', async () => {
    const work = new Work();
    const used: string[] = [];
    const all = (async () => {
      for await (const name of oneAhead(valuesOf(work, 'a', 'b', 'c'))) used.push(name);
    })();
    await settle();
    expect(work.begun).toEqual(['a']);
    await work.end('a');
    expect([used, work.begun]).toEqual([['a'], ['a', 'b']]);
    await work.end('b');
    await work.end('c');
    await all;
    expect(used).toEqual(['a', 'b', 'c']);
  });

  test('after an error of the user begins nothing more, and does not wait for what is being made', async () => {
    const work = new Work();
    const all = (async () => {
      for await (const name of oneAhead(valuesOf(work, 'a', 'b', 'c'))) throw new Error(`cannot use ${name}`);
    })();
    const caught = expect(all).rejects.toThrow('cannot use a');
    await settle();
    await work.end('a');
    await caught;
    expect(work.running).toBe(1);
    await work.end('b');
    expect(work.begun).toEqual(['a', 'b']);
  });

  test('throws the error of the source where its value was due', async () => {
    const work = new Work();
    const used: string[] = [];
    const all = (async () => {
      for await (const name of oneAhead(valuesOf(work, 'a', 'b'))) used.push(name);
    })();
    const caught = expect(all).rejects.toThrow('broken');
    await settle();
    await work.end('a');
    await work.end('b', new Error('broken'));
    await caught;
    expect(used).toEqual(['a']);
  });
});
