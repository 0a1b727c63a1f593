/** At most `size` holders at a time; whoever waits is served in order of arrival. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Runs `work` while holding a slot. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/**
 * Works through a queue, to which `work` may add, with at most `limit` pieces at a time. After an error no
 * new piece is begun; the running ones are waited for.
 * @throws the first error
 */
export async function forEachConcurrently<T>(
  queue: T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const errors: unknown[] = [];
  for (;;) {
    while (queue.length > 0 && running.size < limit && errors.length === 0) {
      const item = queue.shift() as T;
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
