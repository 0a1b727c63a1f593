export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

/** Runs the contenders by turns, so that a machine that is slow for a while is slow for all of them. */
export async function alternate<T, R>(
  rounds: number,
  contenders: readonly T[],
  run: (contender: T) => Promise<R>,
): Promise<Map<T, R[]>> {
  const results = new Map<T, R[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round++) {
    // Every other round the other way round: nobody always comes after the same one.
    const order = round % 2 === 0 ? contenders : [...contenders].reverse();
    for (const contender of order) results.get(contender)?.push(await run(contender));
  }
  return results;
}

/** A ratio of medians, and the lowest and highest ratio of runs of the same round. */
export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** @param over runs of one contender; @param under runs of the other one, of the same rounds */
export function ratioOf(over: readonly number[], under: readonly number[]): Ratio {
  const ratios = over.map((value, round) => value / (under[round] ?? NaN));
  return {
    value: median(over) / median(under),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  };
}

/** `2.41 (2.31 to 2.50)` */
export function printRatio({ value, low, high }: Ratio): string {
  return `${value.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
