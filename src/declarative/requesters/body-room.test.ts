import { describe, expect, test } from '@jest/globals';
import { BodyRoom, BodyShare } from './body-room.js';

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** Notes the name when the promise resolves. */
function noting(names: string[], name: string, promise: Promise<void>): void {
  void promise.then(() => names.push(name));
}

describe('BodyRoom', () => {
  test('admits as many bytes as it has, in order of arrival', async () => {
    const room = new BodyRoom(10);
    const admitted: string[] = [];
    noting(admitted, 'a', room.take(6));
    noting(admitted, 'b', room.take(6));
    noting(admitted, 'c', room.take(4));
    await settle();
    expect(admitted).toEqual(['a']);
    room.giveBack(6);
    await settle();
    expect(admitted).toEqual(['a', 'b', 'c']);
  });
});

describe('BodyShare', () => {
  test('holds the most that it can need until it is known how much it needs', async () => {
    const room = new BodyRoom(10);
    const admitted: string[] = [];
    const share = new BodyShare(room, 10);
    await share.take();
    noting(admitted, 'four', room.take(4));
    share.shrinkTo(7);
    await settle();
    expect(admitted).toEqual([]);
    share.shrinkTo(6);
    share.shrinkTo(8);
    await settle();
    expect(admitted).toEqual(['four']);
  });

  test('takes once, and gives back once', async () => {
    const room = new BodyRoom(10);
    const share = new BodyShare(room, 10);
    expect(share.isTaken).toBe(false);
    await Promise.all([share.take(), share.take()]);
    expect(share.isTaken).toBe(true);
    share.release();
    share.release();
    const admitted: string[] = [];
    noting(admitted, 'ten', room.take(10));
    noting(admitted, 'one', room.take(1));
    await settle();
    expect(admitted).toEqual(['ten']);
  });

  test('that ends while it waits takes nothing when its turn comes', async () => {
    const room = new BodyRoom(10);
    await room.take(10);
    const share = new BodyShare(room, 10);
    const taken = share.take();
    share.release();
    room.giveBack(10);
    await taken;
    const admitted: string[] = [];
    noting(admitted, 'next', room.take(10));
    await settle();
    expect(admitted).toEqual(['next']);
  });

  test('that never took anything gives nothing back', async () => {
    const room = new BodyRoom(1);
    new BodyShare(room, 10).release();
    const admitted: string[] = [];
    noting(admitted, 'two', room.take(2));
    await settle();
    expect(admitted).toEqual([]);
  });
});
