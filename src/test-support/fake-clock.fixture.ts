import type { Clock } from '../declarative/requesters/api-budget.js';

/** A clock that moves only when somebody sleeps, or sets it. */
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

  /** Somebody sets the clock, which is not time that passes. @param ms forward; negative for back */
  set(ms: number): void {
    this.#set += ms;
  }

  readonly sleep = async (ms: number): Promise<void> => {
    this.sleeps.push(ms);
    this.#time += ms;
  };
}
