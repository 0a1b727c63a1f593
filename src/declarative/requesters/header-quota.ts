/** ms by which two answers may name different ends of one quota: headers name whole seconds. */
const SAME_END = 1500;

/** Quotas that are used up by their first call, after which a header is taken to mean something else. */
const MAX_VAIN = 2;

/** What an answer says of the quota. */
interface Told {
  /** Number of the call that was answered. */
  readonly call: number;
  readonly remaining: number;
  /** When the API counts anew. */
  readonly until: number;
}

/**
 * What the API's headers say is left of a quota: of all answers of one, the lowest figure, since the API need not count
 * calls in the order in which they were sent. Times are by `Clock.elapsed`.
 */
export class HeaderQuota {
  #isKnown = false;
  /** Calls that may still be made, those under way included: the API may not have counted them yet. */
  #remaining = 0;
  #until = 0;
  /** The first call since a quota ended, or ever. */
  #firstCall = 1;
  /** Answers in a row to such calls that say that nothing is left. */
  #vain = 0;

  /** Forgets the quota if it has ended. @param next number of the next call */
  renew(now: number, next: number): void {
    if (!this.#isKnown || this.#until > now) return;
    this.#isKnown = false;
    this.#firstCall = next;
  }

  /** @param underWay calls that have not been answered. @returns the time up to which there is none left for another; 0 for now */
  usedUpUntil(underWay: number): number {
    return this.#isKnown && this.#remaining <= underWay ? this.#until : 0;
  }

  /** A call has been made of which no answer says how many it left. */
  count(): void {
    this.#remaining--;
  }

  /** @returns whether the headers are believed */
  take({ call, remaining, until }: Told): boolean {
    if (call === this.#firstCall) this.#vain = remaining > 0 ? 0 : this.#vain + 1;
    if (this.#vain >= MAX_VAIN) return false;
    if (!this.#isKnown || until > this.#until + SAME_END) {
      this.#isKnown = true;
      this.#remaining = remaining;
      this.#until = until;
    } else if (until >= this.#until - SAME_END) {
      this.#remaining = Math.min(this.#remaining, remaining);
      this.#until = Math.min(this.#until, until);
    }
    return true;
  }
}
