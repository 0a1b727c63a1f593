/** What the measurements hand to the report. */

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly verdict: 'ok' | 'miss' | 'not measured' | 'for comparison';
}

/** One measurement: rows, and sentences on how they came about and what else was seen. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

export interface Measurement {
  /** As `--only` takes it. */
  readonly name: string;
  readonly measure: (options: MeasureOptions) => Promise<Section>;
}

export interface MeasureOptions {
  /** A small version of everything: whether it works, not what comes out. */
  readonly quick: boolean;
  /** Says what is being done. */
  readonly progress: (text: string) => void;
}

export function atLeast(value: number, target: number): Row['verdict'] {
  return value >= target ? 'ok' : 'miss';
}

export function atMost(value: number, target: number): Row['verdict'] {
  return value <= target ? 'ok' : 'miss';
}
