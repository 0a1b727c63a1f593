import { OutputClosedError, StoppedError, toTracedError } from '../protocol/errors.js';
import type { TracedError } from '../protocol/errors.js';
import type { ConfiguredAirbyteStream, JsonObject, StreamDescriptor } from '../protocol/messages.js';
import type { Output } from '../protocol/output.js';
import type { RecordBatch } from '../protocol/record-batch.js';
import type { DeclarativeStream } from './components.js';
import { DateFilterError, fullRefreshCursor } from './cursor.js';
import type { Cursor } from './cursor.js';
import { toIso } from './datetime.js';
import { DatetimeCursor } from './datetime-cursor.js';
import { ParentProgress, sortedParents } from './parent-progress.js';
import { RefusedRequestError } from './requester.js';
import type { RequestContext } from './requester.js';
import { SliceReader, SplitSlice } from './slice-reader.js';
import type { SliceListener } from './slice-reader.js';
import { forEachConcurrently } from './slots.js';
import type { StreamSlice } from './stream-slice.js';
import type { StreamProgress, WatchStream } from './stream-progress.js';
import { shortfall, StreamStats } from './stream-stats.js';

/** Failed slices after which the rest of a stream is left to the next attempt. */
const MAX_FAILED_SLICES = 3;

/** Warnings about lists that came short; the line at the end counts all of them. */
const MAX_SHORT_WARNINGS = 10;

/** ms after which progress is said although no slice is closed. */
const CHECKPOINT_MS = 60_000;

/**
 * ms after which a STATE is repeated though it says nothing new: the platform takes a source for dead that
 * sends neither records nor states for three hours, and logs and statuses do not count.
 */
const HEARTBEAT_MS = 15 * 60_000;

export interface ReadContext {
  readonly requests: RequestContext;
  readonly output: Output;
  /** ISO timestamp */
  readonly startDate: string;
  /** ISO timestamp; undefined for none */
  readonly endDate?: string | undefined;
  readonly lookbackDays: number;
  /** Requests at a time. */
  readonly numWorkers: number;
  /** For a person at a terminal. */
  readonly watch?: WatchStream | undefined;
}

export interface StreamOutcome {
  readonly errors: readonly TracedError[];
}

/** Reads one stream: its messages from STARTED to COMPLETE or INCOMPLETE. One object for each sync. */
export class StreamReader {
  readonly #definition: DeclarativeStream;
  readonly #descriptor: StreamDescriptor;
  readonly #context: ReadContext;
  readonly #cursor: Cursor;
  readonly #slices: SliceReader;
  readonly #progress: ParentProgress | undefined;
  readonly #stats = new StreamStats();
  #running: Promise<void> | undefined;
  #lastState = '';
  /** Unix ms of the last STATE, at first of the beginning. */
  #lastStateAt: number;
  /** Records before the last STATE. */
  #recordsInStates = 0;
  #withoutCursor = 0;
  #shortWarnings = 0;
  readonly #errors: TracedError[] = [];

  /**
   * @param state the stream's saved state
   * @throws TracedError (config_error) if the state is not one of this stream
   */
  constructor(
    definition: DeclarativeStream,
    configured: ConfiguredAirbyteStream,
    state: JsonObject | undefined,
    context: ReadContext,
  ) {
    this.#definition = definition;
    this.#descriptor = configured.stream;
    this.#context = context;
    const { incremental_sync } = definition;
    const now = context.requests.clock.now();
    this.#lastStateAt = now;
    const parents = sortedParents(definition);
    if (parents !== undefined) this.#progress = new ParentProgress(parents, state, now);
    this.#cursor =
      incremental_sync === undefined
        ? fullRefreshCursor(now)
        : new DatetimeCursor(incremental_sync, {
            stream: definition.name,
            syncMode: configured.sync_mode,
            state,
            startDate: context.startDate,
            endDate: context.endDate,
            lookbackDays: context.lookbackDays,
            now,
            goesOnSince: this.#progress?.goesOnSince,
          });
    this.#slices = new SliceReader(definition, this.#cursor, this.#progress, context, this.#listener());
  }

  /** @throws OutputClosedError, StoppedError; all other errors are in the outcome */
  async read(): Promise<StreamOutcome> {
    const { output, requests } = this.#context;
    this.#stats.startedAt = requests.clock.now();
    await output.status(this.#descriptor, 'STARTED');
    await this.#log('INFO', `reading ${this.#definition.retriever.requester.path}`);
    if (this.#cursor.notice !== undefined) await this.#log('WARN', this.#cursor.notice);
    await this.#readSlices(this.#cursor.slices());

    await this.#markRunning();
    const isComplete = this.#errors.length === 0;
    await this.#emitState(isComplete);
    if (this.#withoutCursor > 0) {
      const field = this.#definition.incremental_sync?.cursor_field ?? '';
      await this.#log('WARN', `${this.#withoutCursor} records without a readable ${field} were kept`);
    }
    this.#stats.endedAt = requests.clock.now();
    const summary = this.#stats.summary(this.#stats.endedAt - this.#stats.startedAt);
    await this.#log('INFO', `${isComplete ? 'complete' : 'incomplete'}: ${summary}`);
    await output.status(this.#descriptor, isComplete ? 'COMPLETE' : 'INCOMPLETE');
    return { errors: this.#errors };
  }

  progress(): StreamProgress {
    return this.#stats.progress(
      this.#definition.name,
      this.#errors.map(({ message }) => message),
    );
  }

  async #readSlices(slices: StreamSlice[]): Promise<void> {
    const queue = [...slices];
    let inFlight = 0;
    const readOne = async (slice: StreamSlice): Promise<void> => {
      inFlight++;
      try {
        await this.#readSlice(slice);
        // The last one's STATE is the stream's final one; older records that changed move no mark.
        if (queue.length + inFlight > 1 && slice.ofChanges !== true) await this.#emitState(false);
      } catch (error) {
        if (error instanceof SplitSlice) queue.unshift(...error.slices);
        else if (error instanceof DateFilterError) throw error;
        else await this.#fail(error, queue);
      } finally {
        inFlight--;
      }
    };
    for (;;) {
      try {
        await forEachConcurrently(
          () => queue.shift(),
          () => this.#context.numWorkers,
          readOne,
        );
        return;
      } catch (error) {
        if (!(error instanceof DateFilterError)) throw error;
        queue.splice(0, Infinity, ...(await this.#replan(error)));
      }
    }
  }

  async #replan({ kind, message }: DateFilterError): Promise<StreamSlice[]> {
    const field = this.#definition.incremental_sync?.cursor_field ?? 'date';
    const what =
      kind === 'ignored'
        ? `the API does not filter by ${field}; reading the whole list instead`
        : `the API filters by whole days of ${field}; asking for more on both sides`;
    await this.#log('WARN', `${what} (${message})`);
    const slices = this.#cursor.replan(kind);
    // What was said before no longer holds.
    if (this.#lastState !== '') await this.#emitState(false);
    return slices;
  }

  /** Notes the failure of a slice; the others go on unless there is no sense in it. */
  async #fail(error: unknown, queue: StreamSlice[]): Promise<void> {
    if (error instanceof OutputClosedError || error instanceof StoppedError) throw error;
    const traced = toTracedError(error);
    const isNew = this.#errors.every(({ message }) => message !== traced.message);
    this.#errors.push(traced);
    // A config_error would end the job for good, so it waits until it is known that nothing can be retried.
    if (isNew && traced.failureType !== 'config_error') {
      await this.#context.output.error(traced, this.#descriptor);
    }
    const isFinal = traced.failureType === 'config_error' || traced instanceof RefusedRequestError;
    if (isFinal || this.#errors.length >= MAX_FAILED_SLICES) queue.length = 0;
  }

  async #readSlice(slice: StreamSlice): Promise<void> {
    const before = this.#stats.records;
    const open = await this.#slices.read(slice);
    this.#cursor.close(open);
    this.#withoutCursor += open.withoutCursor;
    if (this.#definition.incremental_sync !== undefined) {
      await this.#log(
        'INFO',
        `slice ${toIso(slice.start)} to ${toIso(slice.end)} closed, ${this.#stats.records - before} records read meanwhile`,
      );
    }
  }

  async #write(batch: RecordBatch): Promise<void> {
    await this.#markRunning();
    this.#stats.records += batch.ranges.length / 2;
    await this.#context.output.records(this.#descriptor, batch);
  }

  #markRunning(): Promise<void> {
    this.#running ??= this.#context.output.status(this.#descriptor, 'RUNNING');
    return this.#running;
  }

  /**
   * A STATE that says the same as the last one would only confuse the platform's counting.
   * @param isDue even so
   */
  async #emitState(complete: boolean, isDue = false): Promise<void> {
    const state = { ...this.#cursor.state(complete), ...(complete ? {} : this.#progress?.state()) };
    const text = JSON.stringify(state);
    const { records } = this.#stats;
    const hasNews = text !== this.#lastState || (complete && records > this.#recordsInStates);
    if (!hasNews && !isDue) return;
    this.#lastState = text;
    this.#lastStateAt = this.#context.requests.clock.now();
    this.#recordsInStates = records;
    await this.#markRunning();
    await this.#context.output.state(this.#descriptor, state);
  }

  /** Whatever takes long: progress is said, and that this source is alive. */
  #beat(): void {
    const quiet = this.#context.requests.clock.now() - this.#lastStateAt;
    // A failed write shows up at the next awaited one.
    if (quiet >= CHECKPOINT_MS) this.#emitState(false, quiet >= HEARTBEAT_MS).catch(() => undefined);
  }

  #listener(): SliceListener {
    const { output } = this.#context;
    const ignore = () => undefined;
    return {
      warn: (message) => void this.#log('WARN', message).catch(ignore),
      requested: (bytes, isRetry) => {
        this.#stats.addRequest(bytes, isRetry);
        this.#beat();
      },
      throttled: (ms) => {
        this.#stats.throttled(this.#context.requests.clock.now(), ms);
      },
      rateLimited: (until) => {
        this.#stats.limitedUntil = until;
        const reason = { type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: until } };
        void output.status(this.#descriptor, 'RUNNING', [reason]).catch(ignore);
        this.#beat();
      },
      listRead: (reading, path) => {
        this.#stats.addList(reading);
        if (reading.completeness === 'short' && ++this.#shortWarnings <= MAX_SHORT_WARNINGS) {
          void this.#log('WARN', `${path}: ${shortfall(reading)}`).catch(ignore);
        }
      },
      write: (batch) => this.#write(batch),
    };
  }

  #log(level: 'INFO' | 'WARN', message: string): Promise<void> {
    return this.#context.output.log(level, `${this.#definition.name}: ${message}`);
  }
}
