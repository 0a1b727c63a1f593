/** At most `size` holders at a time; whoever waits is served by rank, the smallest first, and then in order of arrival. */
export class Slots {
  #free: number;
  readonly #waiting: { readonly rank: number; readonly go: () => void }[] = [];

  constructor(size: number) {
    this.#free = size;
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
      const behind = this.#waiting.findLastIndex((other) => other.rank <= rank) + 1;
      this.#waiting.splice(behind, 0, { rank, go });
    });
  }
}

/**
 * Does pieces of work beside each other. After an error no new piece is begun; the running ones are waited
 * for.
 * @param next the next piece; undefined when there is none (a running piece may still bring more)
 * @param limit pieces at a time, asked before each begins
 * @throws the first error
 */
export async function forEachConcurrently<T>(
  next: () => T | undefined,
  limit: () => number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  for (;;) {
    while (running.size < limit() && errors.length === 0) {
      const item = next();
      if (item === undefined) break;
      const piece = work(item)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => void running.delete(piece));
      running.add(piece);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (errors.length > 0) throw errors[0];
}

/**
 * Passes values on, and has the next one made while one is used. Whoever stops early, or fails, does not wait
 * for the one that is being made.
 */
export async function* oneAhead<T>(source: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
  const ask = (): Promise<IteratorResult<T, void>> => {
    const asked = source.next();
    // Whoever awaits it meets the error; until then nobody may be there.
    asked.catch(() => undefined);
    return asked;
  };
  try {
    for (let asked = ask(); ;) {
      const { done, value } = await asked;
      if (done === true) return;
      asked = ask();
      yield value;
    }
  } finally {
    // It would settle only behind the value that is being made.
    source.return().catch(() => undefined);
  }
}
