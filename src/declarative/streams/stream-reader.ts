import { setMaxListeners } from 'node:events';
import { OutputClosedError, StoppedError, toTracedError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import { counted } from '../../protocol/figures.js';
import type { ConfiguredAirbyteStream, JsonObject } from '../../protocol/messages.js';
import type { Output } from '../../protocol/output.js';
import type { DeclarativeStream } from '../components.js';
import { forEachConcurrently } from '../concurrency.js';
import { toIso } from '../datetime.js';
import { DateFilterError, fullRefreshCursor } from '../incremental/cursor.js';
import type { Cursor } from '../incremental/cursor.js';
import { hasClosedSlices, isResumable } from '../incremental/cursor-state.js';
import { DatetimeCursor } from '../incremental/datetime-cursor.js';
import { parentsState } from '../incremental/low-code-state.js';
import { SplitSlice } from '../incremental/slice-cuts.js';
import { ParentProgress, sortedParents } from '../partition-routers/parent-progress.js';
import type { RequestContext } from '../requesters/request-context.js';
import { pathTemplate } from '../requesters/request-path.js';
import { Slots } from '../requesters/slots.js';
import type { StreamSlice } from '../stream-slice.js';
import { SliceQueue } from './slice-queue.js';
import type { QueuedSlice } from './slice-queue.js';
import { SliceReader } from './slice-reader.js';
import { StreamErrors } from './stream-errors.js';
import { streamListener } from './stream-listener.js';
import { StreamMessages } from './stream-messages.js';
import type { StreamProgress, WatchStream } from './stream-progress.js';
import { StreamStats } from './stream-stats.js';

export interface ReadContext {
  readonly requests: RequestContext;
  readonly output: Output;
  /** ISO timestamp */
  readonly startDate: string;
  /** Records dated before it are taken too. */
  readonly takesEarlier?: boolean;
  /** ISO timestamp; undefined for none */
  readonly endDate?: string | undefined;
  readonly lookbackDays: number;
  /** What states say beside the cursor, so that they are not taken for those of another account. */
  readonly origin?: JsonObject;
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
  readonly #context: ReadContext;
  readonly #messages: StreamMessages;
  readonly #cursor: Cursor;
  readonly #slices: SliceReader;
  readonly #progress: ParentProgress | undefined;
  readonly #stats = new StreamStats();
  /** Aborts when the stream has ended: a page that was on its way for a slice that failed is of no use now. */
  readonly #end = new AbortController();
  /** The cursor field that the catalog asks for. */
  readonly #wantedCursor: string | undefined;
  /** An unfinished sync has read some of its dates. */
  readonly #hasReadBefore: boolean;
  #withoutCursor = 0;
  #withoutKey = 0;
  readonly #errors: StreamErrors;

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
    this.#context = context;
    const { incremental_sync } = definition;
    const { clock } = context.requests;
    const now = clock.now();
    this.#wantedCursor =
      configured.sync_mode === 'incremental' ? configured.cursor_field?.join('.') : undefined;
    const own = isResumable(configured.sync_mode, state) ? state : undefined;
    this.#hasReadBefore = hasClosedSlices(own);
    this.#messages = new StreamMessages(configured.stream, context.output, clock.elapsed);
    this.#errors = new StreamErrors((error) => this.#messages.error(error));
    const parents = sortedParents(definition);
    if (parents !== undefined && incremental_sync !== undefined) {
      this.#progress = new ParentProgress(parents, incremental_sync.cursor_field, own, now, context);
    }
    this.#cursor =
      incremental_sync === undefined
        ? fullRefreshCursor(now)
        : new DatetimeCursor(incremental_sync, {
            stream: definition.name,
            syncMode: configured.sync_mode,
            state,
            startDate: context.startDate,
            takesEarlier: context.takesEarlier,
            endDate: context.endDate,
            lookbackDays: context.lookbackDays,
            now,
            goesOnSince: this.#progress?.goesOnSince,
          });
    const signal = AbortSignal.any([context.requests.signal, this.#end.signal]);
    // Each request listens.
    setMaxListeners(0, signal);
    this.#slices = new SliceReader(
      definition,
      this.#cursor,
      this.#progress,
      {
        requests: { ...context.requests, signal, lanes: new Slots(context.numWorkers) },
        numWorkers: context.numWorkers,
      },
      streamListener(this.#messages, this.#stats, clock, () => this.#state()),
    );
  }

  /** @throws OutputClosedError, StoppedError; all other errors are in the outcome */
  async read(): Promise<StreamOutcome> {
    const { clock } = this.#context.requests;
    const messages = this.#messages;
    this.#stats.startedAt = clock.now();
    const begun = clock.elapsed();
    await messages.started();
    await messages.log('INFO', `reading ${pathTemplate(this.#definition.retriever.requester.path)}`);
    const field = this.#definition.incremental_sync?.cursor_field;
    if (field !== undefined && this.#wantedCursor !== undefined && this.#wantedCursor !== field) {
      await messages.log(
        'WARN',
        `the catalog's cursor field ${this.#wantedCursor} is not used; the stream goes by ${field}`,
      );
    }
    if (this.#cursor.notice !== undefined) await messages.log('WARN', this.#cursor.notice);
    const queue = new SliceQueue(this.#cursor.slices());
    await this.#readSlices(queue).finally(() => this.#end.abort());
    await this.#errors.endOfStream(queue.hasRead, this.#hasReadBefore);

    await messages.running();
    const isComplete = this.#errors.all.length === 0;
    await (isComplete ? messages.finalState(this.#stateOf(true)) : messages.state(this.#state()));
    if (this.#withoutCursor > 0) {
      const kept = this.#slices.goesByParent
        ? `the records of ${counted(this.#withoutCursor, 'parent')} were`
        : counted(this.#withoutCursor, 'record was', 'records were');
      await messages.log('WARN', `${kept} kept without a readable ${field ?? ''}`);
    }
    if (this.#withoutKey > 0) {
      const kept = counted(this.#withoutKey, 'record was', 'records were');
      const key = this.#definition.primary_key.join(', ');
      await messages.log(
        'WARN',
        `${kept} kept without ${key}: a destination that tells records apart by it may refuse or drop them`,
      );
    }
    this.#stats.endedAt = clock.now();
    const summary = this.#stats.summary(clock.elapsed() - begun, isComplete);
    await messages.log('INFO', `${isComplete ? 'complete' : 'incomplete'}: ${summary}`);
    await messages.ended(isComplete);
    return { errors: this.#errors.all };
  }

  progress(): StreamProgress {
    return this.#stats.progress(
      this.#definition.name,
      this.#errors.all.map(({ message }) => message),
    );
  }

  async #readSlices(queue: SliceQueue): Promise<void> {
    let inFlight = 0;
    const readOne = async (queued: QueuedSlice): Promise<void> => {
      const { slice } = queued;
      inFlight++;
      try {
        await this.#readSlice(slice);
        queue.markRead();
        // The last one's STATE is the stream's final one; older records that changed move no mark.
        const isLast = queue.isEmpty && inFlight === 1;
        if (!isLast && slice.ofChanges !== true) await this.#messages.state(this.#state());
      } catch (error) {
        if (error instanceof SplitSlice) queue.split(error.slices);
        else if (error instanceof DateFilterError) throw error;
        else await this.#fail(error, queue, queued);
      } finally {
        inFlight--;
      }
    };
    for (;;) {
      try {
        await forEachConcurrently(
          () => queue.take(),
          () => this.#context.numWorkers,
          readOne,
        );
        return;
      } catch (error) {
        if (!(error instanceof DateFilterError)) throw error;
        queue.replace(await this.#replan(error, queue));
      }
    }
  }

  async #replan({ kind, message }: DateFilterError, { isGivenUp }: SliceQueue): Promise<StreamSlice[]> {
    const field = this.#definition.incremental_sync?.cursor_field ?? 'date';
    const what = {
      ignored: `the API does not filter by ${field}; reading the whole list instead`,
      partial: `the API does not filter by ${field} and leaves records out; reading the whole list instead`,
      coarse: `the API filters by whole days of ${field}; asking for more on both sides`,
    }[kind];
    if (!isGivenUp) await this.#messages.log('WARN', `${what} (${message})`);
    const slices = this.#cursor.replan(kind);
    // What was said before no longer holds.
    if (this.#messages.hasState) await this.#messages.state(this.#state());
    return slices;
  }

  /** Notes the failure of a slice; the others go on unless there is no sense in it. */
  async #fail(error: unknown, queue: SliceQueue, queued: QueuedSlice): Promise<void> {
    if (error instanceof OutputClosedError || error instanceof StoppedError) throw error;
    const traced = toTracedError(error);
    queue.failed(queued, traced);
    await this.#errors.add(traced);
  }

  async #readSlice(slice: StreamSlice): Promise<void> {
    const open = await this.#slices.read(slice);
    const isClosed = this.#cursor.close(open);
    this.#withoutCursor += open.withoutCursor;
    this.#withoutKey += open.withoutKey;
    if (this.#definition.incremental_sync !== undefined) {
      const range = `${toIso(slice.start)} to ${toIso(slice.end)}`;
      const how = isClosed ? 'closed' : 'stays open, to be read again by the next sync';
      // A list that is asked for by fortnights has hundreds of them.
      const level = isClosed && open.written === 0 ? 'DEBUG' : 'INFO';
      await this.#messages.log(level, `slice ${range} ${how}, ${counted(open.written, 'record')}`);
      if (isClosed && open.isShort) {
        await this.#messages.log(
          'WARN',
          `${range} came short again; what the API says of more records is taken for wrong`,
        );
      }
      if (isClosed && open.absent.exceeds(this.#cursor.knownAbsent)) {
        await this.#messages.log('WARN', `${range}: lists that are not there are taken for gone`);
      }
    }
  }

  /** How far the stream has come, as long as it is not complete. */
  #state(): JsonObject {
    const state = this.#stateOf(false);
    return { ...state, ...this.#progress?.state(state) };
  }

  #stateOf(complete: boolean): JsonObject {
    const state = this.#cursor.state(complete);
    if (this.#definition.incremental_sync === undefined) return state;
    return { ...state, ...parentsState(this.#definition, state), ...this.#context.origin };
  }
}
