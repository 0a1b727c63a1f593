import { expect, test } from '@jest/globals';
import { StoppedError } from './protocol/errors.js';
import { systemClock } from './system-clock.js';

test('a sleep is never shorter than asked for, wherever in a millisecond it begins', async () => {
  const { elapsed, sleep } = systemClock(new AbortController().signal);
  const early: number[] = [];
  for (let i = 0; i < 100; i++) {
    while (performance.now() % 1 < i / 101);
    const before = elapsed();
    await sleep(2);
    if (elapsed() - before < 2) early.push(i);
  }
  expect(early).toEqual([]);
});

test('a sleep ends once the process is asked to stop', async () => {
  const controller = new AbortController();
  const asleep = systemClock(controller.signal).sleep(60_000);
  controller.abort();
  await expect(asleep).rejects.toBeInstanceOf(StoppedError);
});
