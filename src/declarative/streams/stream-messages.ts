import type { TracedError } from '../../protocol/errors.js';
import type { JsonObject, StreamDescriptor } from '../../protocol/messages.js';
import type { Output } from '../../protocol/output.js';
import { recordCountOf } from '../../protocol/record-batch.js';
import type { RecordBatch } from '../../protocol/record-batch.js';
import { MINUTE_MS } from '../durations.js';

/** ms by which times may differ at which the same limit ends. */
const SAME_LIMIT_MS = 500;

/** ms after which progress is said although no slice is closed. */
const CHECKPOINT_MS = 60_000;

/**
 * ms after which a STATE is repeated though it says nothing new: the platform takes a source for dead that
 * sends neither records nor states for three hours, and destinations keep records for good with a STATE behind them.
 */
const HEARTBEAT_MS = 15 * MINUTE_MS;

/** Beside what a repeated STATE says: an equal one behind other records would confuse the platform's counting. */
const HEARTBEAT = 'heartbeat';

/**
 * The messages of one stream, from STARTED to COMPLETE or INCOMPLETE. Each method resolves when its message
 * has left the process.
 * @throws OutputClosedError (from every method)
 */
export class StreamMessages {
  readonly #stream: StreamDescriptor;
  readonly #output: Output;
  readonly #elapsed: () => number;
  #running: Promise<void> | undefined;
  #lastState = '';
  /** Time (`Clock.elapsed`) of the last STATE, at first of the beginning. */
  #lastStateAt: number;
  #recordsSinceState = 0;
  /** STATEs that were repeated behind records. */
  #repeated = 0;
  /** Unix ms */
  #limitedUntil = 0;

  /** @param elapsed ms, never going back */
  constructor(stream: StreamDescriptor, output: Output, elapsed: () => number) {
    this.#stream = stream;
    this.#output = output;
    this.#elapsed = elapsed;
    this.#lastStateAt = elapsed();
  }

  /** Whether there was a STATE. */
  get hasState(): boolean {
    return this.#lastState !== '';
  }

  started(): Promise<void> {
    return this.#output.status(this.#stream, 'STARTED');
  }

  /** Said once, before the first record and the first STATE. */
  running(): Promise<void> {
    this.#running ??= this.#output.status(this.#stream, 'RUNNING');
    return this.#running;
  }

  /**
   * Said once for each time until which the API wants no request, though many requests wait for it.
   * @param until Unix ms at which the API's quota starts anew
   */
  async rateLimited(until: number): Promise<void> {
    if (Math.abs(until - this.#limitedUntil) < SAME_LIMIT_MS) return;
    this.#limitedUntil = until;
    const reason = { type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: until } };
    await this.#output.status(this.#stream, 'RUNNING', [reason]);
  }

  ended(isComplete: boolean): Promise<void> {
    return this.#output.status(this.#stream, isComplete ? 'COMPLETE' : 'INCOMPLETE');
  }

  async records(batch: RecordBatch): Promise<void> {
    await this.running();
    this.#recordsSinceState += recordCountOf(batch);
    await this.#output.records(this.#stream, batch);
  }

  /** A STATE; none if it says the same as the last one, which would only confuse the platform's counting. */
  state(state: JsonObject): Promise<void> {
    return this.#state(state, false);
  }

  /** The STATE of a complete stream: it stands behind the last record, even if it says nothing new. */
  finalState(state: JsonObject): Promise<void> {
    return this.#state(state, this.#recordsSinceState > 0, true);
  }

  /** To be called by whatever takes long: says from time to time how far it is, and that this source is alive. */
  beat(state: () => JsonObject): void {
    const quiet = this.#elapsed() - this.#lastStateAt;
    if (quiet < CHECKPOINT_MS) return;
    // A failed write shows up at the next awaited one.
    this.#state(state(), quiet >= HEARTBEAT_MS, true).catch(() => undefined);
  }

  error(error: TracedError): Promise<void> {
    return this.#output.error(error, this.#stream);
  }

  log(level: 'DEBUG' | 'INFO' | 'WARN', message: string): Promise<void> {
    return this.#output.log(level, `${this.#stream.name}: ${message}`);
  }

  /**
   * @param isDue even if it says nothing new
   * @param isNumbered behind records it is then to differ from the last one all the same
   */
  async #state(state: JsonObject, isDue: boolean, isNumbered = false): Promise<void> {
    const text = JSON.stringify(state);
    const isSame = text === this.#lastState;
    if (isSame && !isDue) return;
    const isRepeated = isSame && isNumbered && this.#recordsSinceState > 0;
    this.#lastState = text;
    this.#lastStateAt = this.#elapsed();
    this.#recordsSinceState = 0;
    await this.running();
    const beat = isRepeated ? { [HEARTBEAT]: ++this.#repeated } : {};
    await this.#output.state(this.#stream, { ...state, ...beat });
  }
}
