import type { Clock } from '../declarative/requesters/api-budget.js';

/** A clock that moves only when somebody sleeps, or moves it. */
export class FakeClock implements Clock {
  /** ms of every sleep, in order. */
  readonly sleeps: number[] = [];
  #time: number;
  readonly #start: number;
  /** ms by which it was set forward, all in all. */
  #set = 0;

  /** @param start ISO timestamp */
  constructor(start = '2024-06-15T12:00:00.000Z') {
    this.#time = Date.parse(start);
    this.#start = this.#time;
  }

  readonly now = (): number => this.#time + this.#set;

  readonly elapsed = (): number => this.now() - this.#set - this.#start;

  /** Time passes. */
  advance(ms: number): void {
    this.#time += ms;
  }

  /** Somebody sets the clock, which is not time that passes. @param ms forward; negative for back */
  set(ms: number): void {
    this.#set += ms;
  }

  readonly sleep = async (ms: number): Promise<void> => {
    this.sleeps.push(ms);
    this.#time += ms;
  };
}

/** A clock that only moves when it is told to; sleepers wake in the order of their times. */
export class HeldClock implements Clock {
  /** Unix ms */
  time = 1_700_000_000_000;
  readonly #sleepers: { until: number; wake: () => void }[] = [];

  readonly now = (): number => this.time;
  readonly elapsed = (): number => this.time;
  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => void this.#sleepers.push({ until: this.time + ms, wake }));

  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const next = this.#sleepers.sort((a, b) => a.until - b.until)[0];
      if (next === undefined || next.until > end) break;
      this.#sleepers.shift();
      this.time = Math.max(this.time, next.until);
      next.wake();
      await settled();
    }
    this.time = end;
  }
}

/** Lets everything run that waits for no one but itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
