import { counted } from '../../protocol/figures.js';
import { mayBeLimit } from '../retrievers/count-limit.js';
import type { ListReading } from '../retrievers/list.js';
import type { Counted, StreamProgress } from './stream-progress.js';

/** What the reading of one stream has come to. Times are Unix ms. */
export class StreamStats {
  records = 0;
  startedAt = 0;
  endedAt: number | undefined;
  /** Until when the API's limit keeps requests waiting. */
  limitedUntil = 0;
  #requests = 0;
  #retries = 0;
  #bytes = 0;
  #lists = 0;
  #verified = 0;
  #short = 0;
  /** Of which more came than the API counts. */
  #exceeded = 0;
  /** Of which as many came as may be the most that the API counts. */
  #limited = 0;
  /** Lists that the API does not know. */
  #absent = 0;

  /** @param bytes of the answer's body, decompressed */
  addRequest(bytes: number, isRetry: boolean): void {
    this.#requests++;
    this.#bytes += bytes;
    if (isRetry) this.#retries++;
  }

  /** A request waits for its turn; of several the first one counts. */
  throttled(now: number, ms: number): void {
    this.limitedUntil = this.limitedUntil > now ? Math.min(this.limitedUntil, now + ms) : now + ms;
  }

  /** A list was read to its end, or to where no more of it was wanted. */
  addList(reading: ListReading): void {
    const { exists, completeness, distinct, total } = reading;
    if (!exists) {
      this.#absent++;
      return;
    }
    this.#lists++;
    if (completeness === 'verified') this.#verified++;
    if (completeness === 'short') this.#short++;
    if (completeness === 'unknown' && total !== undefined && distinct > total) this.#exceeded++;
    if (isLimited(reading)) this.#limited++;
  }

  progress(name: string, failures: readonly string[]): StreamProgress {
    const { records, startedAt, endedAt, limitedUntil } = this;
    const ended = failures.length === 0 ? 'complete' : 'incomplete';
    const begun = this.#requests === 0 ? 'waiting' : 'reading';
    return {
      name,
      state: endedAt === undefined ? begun : ended,
      records,
      requests: this.#requests,
      retries: this.#retries,
      startedAt,
      endedAt,
      limitedUntil,
      counted: this.#counted(),
      failures,
    };
  }

  /**
   * One line for the log.
   * @param ms since the reading began
   * @param isComplete no list failed
   */
  summary(ms: number, isComplete: boolean): string {
    const retries =
      this.#retries === 0 ? '' : ` (${counted(this.#retries, 'of them a retry', 'of them retries')})`;
    return [
      counted(this.records, 'record'),
      `${counted(this.#requests, 'request')}${retries}`,
      `${(this.#bytes / 1_000_000).toFixed(1)} MB`,
      `${(ms / 1000).toFixed(1)} s`,
      this.#completeness(isComplete),
    ].join(', ');
  }

  #counted(): Counted {
    if (this.#short > 0) return 'came short';
    if (this.#verified === 0) return 'not counted';
    return this.#verified === this.#lists ? 'verified' : 'partly verified';
  }

  #why(): string {
    if (this.#exceeded > 0) return 'more came than the API counts';
    return this.#limited > 0 ? 'the count may be the most that the API counts' : 'the API states no counts';
  }

  #completeness(isComplete: boolean): string {
    if (this.#lists === 0)
      return isComplete ? 'no list to verify' : 'not verified, since no list was read to its end';
    if (this.#verified + this.#short === 0) {
      return `not verified, since ${this.#why()}`;
    }
    if (isComplete && this.#verified === this.#lists && this.#absent === 0) {
      return 'verified: as many as the API counts';
    }
    const short = this.#short === 0 ? '' : `; ${counted(this.#short, 'list')} came short`;
    const absent = this.#absent === 0 ? '' : `; ${counted(this.#absent, 'list was', 'lists were')} not there`;
    const which = isComplete ? 'lists' : 'lists that were read to their end';
    return `verified against the API's counts in ${this.#verified} of ${this.#lists} ${which}${short}${absent}`;
  }
}

/** Whether as many records of a list came as the API counts, but that may be the most that it counts. */
export function isLimited({ completeness, distinct, total }: ListReading): boolean {
  return completeness === 'unknown' && total !== undefined && distinct === total && mayBeLimit(total);
}

/** What is said about a list of which fewer records came than the API counts, or perhaps than there are. */
export function shortfall(reading: ListReading): string {
  const { distinct, total = 0, missing, completeness } = reading;
  if (isLimited(reading)) {
    return `the API counts ${total} records, which may be the most that it counts and shows; if there are more, they are missing`;
  }
  if (completeness !== 'short') {
    return `a page had no records although there was to be one behind ${counted(distinct, 'record')}; more may be missing`;
  }
  const came = `the API counts ${total} records, but only ${distinct} came`;
  return missing > 0
    ? `${came}; ${missing} may be missing`
    : 'the list shrank each time it was read; a record may be missing';
}
