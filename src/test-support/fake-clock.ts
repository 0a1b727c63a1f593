import type { Clock } from '../declarative/api-budget.js';

/** A clock that moves only when somebody sleeps. */
export class FakeClock implements Clock {
  /** ms of every sleep, in order. */
  readonly sleeps: number[] = [];
  #time: number;

  /** @param start ISO timestamp */
  constructor(start = '2024-06-15T12:00:00.000Z') {
    this.#time = Date.parse(start);
  }

  readonly now = (): number => this.#time;

  readonly sleep = async (ms: number): Promise<void> => {
    this.sleeps.push(ms);
    this.#time += ms;
  };
}
