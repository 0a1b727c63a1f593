/** At most `size` holders at a time; whoever waits is served by rank, the smallest first, and then in order of arrival. */
export class Slots {
  #free: number;
  readonly #waiting: { readonly rank: number; readonly go: () => void }[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** How many wait for a slot that are served before one of this rank that comes now. */
  waitingBefore(rank: number): number {
    return this.#waiting.findLastIndex((other) => other.rank <= rank) + 1;
  }

  /** Runs `work` while holding a slot. */
  async run<T>(work: () => Promise<T>, rank = 0): Promise<T> {
    if (!this.#takeFree()) await this.#turn(rank);
    try {
      return await work();
    } finally {
      this.giveBack();
    }
  }

  /** Resolves once there is a slot, which is to be given back. */
  async take(): Promise<void> {
    if (!this.#takeFree()) await this.#turn(0);
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next.go();
  }

  /** Takes a slot if one is free. */
  #takeFree(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  #turn(rank: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.splice(this.waitingBefore(rank), 0, { rank, go });
    });
  }
}
