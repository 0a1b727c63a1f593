import type { TracedError } from '../../protocol/errors.js';
import { RefusedRequestError } from '../requesters/requester.js';
import type { StreamSlice } from '../stream-slice.js';

/** Failed slices of those tried after a first one had failed, with none read meanwhile, after which the API has gone. */
const MANY_FAILED = 2;
/** The same, whatever was read between them: the rest is left to the next attempt. */
const MAX_FAILED = 20;

/** A slice to be read, as it was taken from the queue. */
export interface QueuedSlice {
  readonly slice: StreamSlice;
  /** 1 for the first that was taken. */
  readonly turn: number;
}

/**
 * The slices of a stream that are still to be read: the oldest first, so that its mark moves. Once one has failed, the
 * newest first: dates that cannot be read, because they are too old for the API, say, must not hold up the new ones.
 */
export class SliceQueue {
  #slices: StreamSlice[];
  #turns = 0;
  #hasFailed = false;
  /** Turns that had been taken when one failed for the first time: many may be as old, and be under way. */
  #turnsBefore = 0;
  /** Of those that were taken later, the ones that failed, and those of them that did so since one was read. */
  #failed = 0;
  #failedInRow = 0;
  #hasRead = false;
  #isGivenUp = false;

  constructor(slices: readonly StreamSlice[]) {
    this.#slices = [...slices];
  }

  /** Whether there is no sense in reading another one. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** Whether any was read to its end. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  get isEmpty(): boolean {
    return this.#slices.length === 0;
  }

  take(): QueuedSlice | undefined {
    if (this.#isGivenUp) return undefined;
    const slice = this.#hasFailed ? this.#slices.pop() : this.#slices.shift();
    return slice === undefined ? undefined : { slice, turn: ++this.#turns };
  }

  /** One that was taken is read in these parts. */
  split(parts: readonly StreamSlice[]): void {
    this.#slices = this.#hasFailed ? [...this.#slices, ...parts] : [...parts, ...this.#slices];
  }

  /** All that is left is to be read in another way. */
  replace(slices: readonly StreamSlice[]): void {
    this.#slices = [...slices];
  }

  markRead(): void {
    this.#hasRead = true;
    this.#failedInRow = 0;
  }

  failed({ turn }: QueuedSlice, error: TracedError): void {
    if (!this.#hasFailed) this.#turnsBefore = this.#turns;
    this.#hasFailed = true;
    const isRefused = error instanceof RefusedRequestError;
    if (turn > this.#turnsBefore) {
      this.#failed++;
      this.#failedInRow++;
    }
    // A key that is refused is refused for all dates.
    const isFinal = error.failureType === 'config_error' && !isRefused;
    const isMany = this.#failedInRow >= (isRefused ? 1 : MANY_FAILED);
    this.#isGivenUp ||= isFinal || isMany || this.#failed >= MAX_FAILED;
  }
}
