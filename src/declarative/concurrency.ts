/** Work that is done beside other work. */

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
  let running = 0;
  const errors: unknown[] = [];
  let wake = (): void => undefined;
  for (;;) {
    while (running < limit() && errors.length === 0) {
      const item = next();
      if (item === undefined) break;
      running++;
      void work(item)
        .catch((error: unknown) => void errors.push(error))
        .finally(() => {
          running--;
          wake();
        });
    }
    if (running === 0) break;
    // Not a race of the pieces: each that lasts would keep a mark of every one that ended before it.
    await new Promise<void>((resolve) => (wake = resolve));
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
