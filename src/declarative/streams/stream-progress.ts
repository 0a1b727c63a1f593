/** How far a read is, for whoever watches it. Times are Unix ms. */

/** What the API's counts say of the lists that were read to their end. */
export type Counted = 'verified' | 'partly verified' | 'came short' | 'not counted';

export interface StreamProgress {
  readonly name: string;
  /** `waiting`: nothing was answered yet. */
  readonly state: 'waiting' | 'reading' | 'complete' | 'incomplete';
  readonly records: number;
  readonly requests: number;
  /** How many of the requests repeat another one. */
  readonly retries: number;
  readonly startedAt: number;
  /** When the reading ended. */
  readonly endedAt: number | undefined;
  /** Until when the API's limit keeps requests waiting; 0 for not at all. */
  readonly limitedUntil: number;
  readonly counted: Counted;
  /** Sentences that say what failed. */
  readonly failures: readonly string[];
}

/** Called once for each stream, with a function that says how far it is; it costs nothing unless it is called. */
export type WatchStream = (progress: () => StreamProgress) => void;
