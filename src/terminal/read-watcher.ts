/**
 * Shows a person at a terminal how far a read is, on standard error: redrawn in place while it lasts, and a table
 * when it has ended. Loaded only if standard error is a terminal.
 */
import type { StreamProgress } from '../declarative/streams/stream-progress.js';
import { progressLines } from './progress-view.js';
import type { StreamView } from './progress-view.js';
import { summaryLines } from './summary-view.js';

/** A standard stream, which may be a terminal. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

export interface WatcherOptions {
  readonly stderr: TerminalStream;
  readonly stdout: Pick<TerminalStream, 'isTTY'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** Unix ms */
  readonly now: () => number;
  /** Takes the secrets out of a text. */
  readonly mask: (text: string) => string;
  /** Calls a function again and again, every so many ms, until what it returns is called. */
  readonly every: (ms: number, call: () => void) => () => void;
}

export interface ReadWatcher {
  watch(progress: () => StreamProgress): void;
  /** @param failure why the read failed as a whole */
  end(failure?: string): void;
}

/** ms between two pictures */
const FRAME_MS = 250;
/** ms over which the records of a second are averaged */
const RATE_MS = 5000;
/** ms without an answer after which a stream is said to wait for the limit */
const QUIET_MS = 1000;

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_TO_END = '\u001b[J';
const CLEAR_LINE = '\u001b[K';

interface Sample {
  readonly at: number;
  readonly records: number;
}

/** One stream, and what it takes to know how fast it is. */
class Watched {
  readonly progress: () => StreamProgress;
  #samples: Sample[] = [];
  #requests = 0;
  #lastAnswerAt = 0;

  constructor(progress: () => StreamProgress) {
    this.progress = progress;
  }

  view(now: number): StreamView {
    const progress = this.progress();
    const { records, requests, limitedUntil } = progress;
    if (requests !== this.#requests) this.#lastAnswerAt = now;
    this.#requests = requests;
    this.#samples = [...this.#samples.filter(({ at }) => at >= now - RATE_MS), { at: now, records }];
    const [first] = this.#samples;
    const span = now - (first?.at ?? now);
    const isQuiet = now - this.#lastAnswerAt >= QUIET_MS;
    return {
      progress,
      rate: span === 0 ? 0 : ((records - (first?.records ?? records)) * 1000) / span,
      limitedFor: isQuiet ? Math.max(0, limitedUntil - now) : 0,
    };
  }
}

/**
 * Only the table at the end is shown on a terminal that cannot move its cursor (`TERM=dumb`), and where records go
 * to the terminal too, between which a picture would be lost.
 */
export function watchRead(options: WatcherOptions): ReadWatcher {
  const { stderr, stdout, environment, signal, now, mask, every } = options;
  const isDumb = environment['TERM'] === 'dumb';
  // https://no-color.org
  const hasColor = !isDumb && (environment['NO_COLOR'] ?? '') === '';
  const columns = () => (stderr.columns ?? 0) || 80;
  const streams: Watched[] = [];
  const startedAt = now();
  let shown: string[] = [];

  function draw(lines: string[]): void {
    if (lines.join('\n') === shown.join('\n')) return;
    const begin = shown.length === 0 ? HIDE_CURSOR : toStart(shown);
    stderr.write(`${begin}${lines.map((line) => line + CLEAR_LINE).join('\n')}${CLEAR_TO_END}`);
    shown = lines;
  }

  /** Takes the picture away, and leaves the terminal as it was. */
  function clear(): void {
    stop();
    if (shown.length > 0) stderr.write(`${toStart(shown)}${CLEAR_TO_END}${SHOW_CURSOR}`);
    shown = [];
  }

  const stop =
    isDumb || stdout.isTTY === true
      ? () => undefined
      : every(FRAME_MS, () => {
          if (streams.length === 0) return;
          const views = streams.map((one) => one.view(now()));
          const size = { columns: columns(), rows: (stderr.rows ?? 0) || 24, hasColor };
          draw(progressLines(views, now() - startedAt, size));
        });
  // At once: the process may end before the read does.
  signal.addEventListener('abort', clear, { once: true });

  return {
    watch: (progress) => void streams.push(new Watched(progress)),
    end(failure) {
      signal.removeEventListener('abort', clear);
      clear();
      const ending = { now: now(), isStopped: signal.aborted, failure: failure && mask(failure) };
      const all = streams
        .map((one) => one.progress())
        .map((one) => ({ ...one, failures: one.failures.map(mask) }));
      const lines = summaryLines(all, ending, columns() - 1, hasColor);
      if (lines.length > 0) stderr.write(`${lines.join('\n')}\n`);
    },
  };
}

/** Back to where a picture begins. */
function toStart(lines: readonly string[]): string {
  return lines.length > 1 ? `\r\u001b[${lines.length - 1}A` : '\r';
}
