/** What became of a call: the API refused it for its rate limit, or not; or no answer came, or was waited for. */
export type CallOutcome = 'refused' | 'answered' | 'unanswered';

/**
 * What the refused calls (429) to one endpoint show of a limit that nobody has told of. Behind a pause one call leaves;
 * once it is answered, as many as were answered before the pause, then one at a time, and with each answer one more,
 * until the API refuses again.
 */
export class RefusedCalls {
  /** There has been a pause since the last call was let through, and a refusal, which comes a moment before it. */
  #isPaused = false;
  #isRefused = false;
  #inRow = 0;
  /** No call since the last pause has been answered yet. */
  #isTrying = false;
  /** The first call since the last pause, or ever. */
  #firstOfTrial = 1;
  /** Calls since then that were answered otherwise. */
  #answered = 0;
  /** Calls since then that may leave at once. */
  #allowed = Infinity;
  /** Calls at a time behind those. */
  #atATime = 1;
  #underWay = 0;

  /** Calls that have left, and are not over. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Pauses since a call was answered. */
  get inRow(): number {
    return this.#inRow;
  }

  /** The API wants no calls for a while. */
  pause(): void {
    this.#isPaused = true;
  }

  /** No pause is on. @param next number of the call that would leave now */
  goOn(next: number): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#isRefused = false;
    this.#isTrying = true;
    // Of none nothing is learnt: it was too early.
    if (this.#answered > 0) this.#allowed = this.#answered;
    this.#firstOfTrial = next;
    this.#answered = 0;
    this.#atATime = 1;
  }

  /** Whether it is to be seen first how the calls that are under way are answered. @param next as for `goOn` */
  isCrowded(next: number): boolean {
    if (this.#isTrying) return this.#underWay > 0;
    return next >= this.#firstOfTrial + this.#allowed && this.#underWay >= this.#atATime;
  }

  /** A call leaves. */
  sent(): void {
    this.#underWay++;
  }

  /** A call is over. @param call its number */
  ended(call: number, outcome: CallOutcome): void {
    this.#underWay--;
    if (outcome === 'unanswered') return;
    if (outcome === 'refused') {
      // Those that left together are refused together.
      if (call >= this.#firstOfTrial && !this.#isRefused) this.#inRow++;
      this.#isRefused = true;
      return;
    }
    this.#inRow = 0;
    if (call < this.#firstOfTrial) return;
    this.#answered++;
    this.#isTrying = false;
    if (call >= this.#firstOfTrial + this.#allowed) this.#atATime++;
  }
}
