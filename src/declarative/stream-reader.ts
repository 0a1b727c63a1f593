import { OutputClosedError, StoppedError, toTracedError } from '../protocol/errors.js';
import type { TracedError } from '../protocol/errors.js';
import type { ConfiguredAirbyteStream, JsonObject, StreamDescriptor } from '../protocol/messages.js';
import type { Output } from '../protocol/output.js';
import { addedFields } from './add-fields.js';
import type { DeclarativeStream, FieldPath } from './components.js';
import { beginList, DateFilterError, fullRefreshCursor } from './cursor.js';
import type { Cursor, OpenSlice } from './cursor.js';
import { toIso } from './datetime.js';
import { DatetimeCursor } from './datetime-cursor.js';
import { PageOverlap } from './page-overlap.js';
import { ParentStream } from './parent-stream.js';
import { listPartitions, partitionParameters } from './partition-router.js';
import type { SelectedPage } from './record-selector.js';
import type { RequestContext, RequestListener } from './requester.js';
import { createRetriever } from './retriever.js';
import type { PageInfo, Retriever } from './retriever.js';
import { forEachConcurrently } from './slots.js';
import { NO_PARTITION } from './stream-slice.js';
import type { StreamPartition, StreamSlice } from './stream-slice.js';

/**
 * Pages of a slice beyond which it is cut into smaller ones. It keeps an account of 200 records at one
 * request, and lets a large one be read by many slices at a time, each a point to go on from.
 */
const MAX_PAGES_PER_SLICE = 20;

/** Failed slices after which the rest of a stream is left to the next attempt. */
const MAX_FAILED_SLICES = 3;

export interface ReadContext {
  readonly requests: RequestContext;
  readonly output: Output;
  /** ISO timestamp */
  readonly startDate: string;
  readonly lookbackDays: number;
  /** Requests at a time. */
  readonly numWorkers: number;
}

export interface StreamOutcome {
  readonly errors: readonly TracedError[];
}

/** Thrown through a slice's reading to replace it by smaller ones. */
class SplitSlice extends Error {
  readonly slices: StreamSlice[];
  constructor(slices: StreamSlice[]) {
    super('the slice is read in parts');
    this.slices = slices;
  }
}

/** Reads one stream: its messages from STARTED to COMPLETE or INCOMPLETE. One object for each sync. */
export class StreamReader {
  readonly #definition: DeclarativeStream;
  readonly #descriptor: StreamDescriptor;
  readonly #context: ReadContext;
  readonly #cursor: Cursor;
  /** Fetches the records of the stream. */
  readonly #retriever: Retriever;
  /** For a stream whose lists belong to the records of another one. */
  readonly #parents: ParentStream | undefined;
  /** Whether the cursor is that of the parents, and all children of a parent are taken. */
  readonly #goesByParent: boolean;
  readonly #width: number;
  readonly #keyPlaces: readonly number[];
  #running: Promise<void> | undefined;
  #lastState = '';
  /** Records before the last STATE. */
  #recordsInStates = 0;
  #records = 0;
  #requests = 0;
  #withoutCursor = 0;
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
    const { retriever, incremental_sync } = definition;
    const now = context.requests.clock.now();
    this.#cursor =
      incremental_sync === undefined
        ? fullRefreshCursor(now)
        : new DatetimeCursor(incremental_sync, {
            stream: definition.name,
            syncMode: configured.sync_mode,
            state,
            startDate: context.startDate,
            lookbackDays: context.lookbackDays,
            now,
          });

    const router = retriever.partition_router;
    const substream = router?.type === 'SubstreamPartitionRouter' ? router : undefined;
    this.#goesByParent = substream?.parent_stream_configs[0].incremental_dependency === true;
    const keys: FieldPath[] = definition.primary_key.map((key) => [key]);
    const capture: FieldPath[] = this.#goesByParent ? keys : [...this.#cursor.capture, ...keys];
    this.#width = capture.length;
    this.#keyPlaces = keys.map((_, i) => capture.length - keys.length + i);
    const listener = this.#listener();
    this.#retriever = createRetriever(retriever, capture, context.requests, listener);
    if (substream !== undefined) {
      this.#parents = new ParentStream(substream, this.#cursor, context.requests, listener);
    }
  }

  /** @throws OutputClosedError, StoppedError; all other errors are in the outcome */
  async read(): Promise<StreamOutcome> {
    const { output, requests } = this.#context;
    const started = requests.clock.now();
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
    const seconds = ((requests.clock.now() - started) / 1000).toFixed(1);
    await this.#log(
      'INFO',
      `${isComplete ? 'complete' : 'incomplete'}: ${this.#records} records, ${this.#requests} pages, ${seconds} s`,
    );
    await output.status(this.#descriptor, isComplete ? 'COMPLETE' : 'INCOMPLETE');
    return { errors: this.#errors };
  }

  async #readSlices(slices: StreamSlice[]): Promise<void> {
    const queue = [...slices];
    let inFlight = 0;
    const readOne = async (slice: StreamSlice): Promise<void> => {
      inFlight++;
      try {
        await this.#readSlice(slice);
        // The last one's STATE is the stream's final one.
        if (queue.length + inFlight > 1) await this.#emitState(false);
      } catch (error) {
        if (error instanceof SplitSlice) queue.unshift(...error.slices);
        else if (error instanceof DateFilterError) throw error;
        else await this.#fail(error, queue);
      } finally {
        inFlight--;
      }
    };
    try {
      await forEachConcurrently(queue, this.#context.numWorkers, readOne);
    } catch (error) {
      if (!(error instanceof DateFilterError)) throw error;
      await this.#log(
        'WARN',
        `the API does not filter by ${this.#definition.incremental_sync?.cursor_field ?? 'date'} (${error.message}); reading the whole list instead`,
      );
      const whole = this.#cursor.readWhole();
      // What was said before no longer holds.
      if (this.#lastState !== '') await this.#emitState(false);
      await forEachConcurrently(whole, 1, readOne);
    }
  }

  /** Notes the failure of a slice; the others go on unless there is no sense in it. */
  async #fail(error: unknown, queue: StreamSlice[]): Promise<void> {
    if (error instanceof OutputClosedError || error instanceof StoppedError) throw error;
    const traced = toTracedError(error);
    this.#errors.push(traced);
    // A config_error would end the job for good, so it waits until it is known that nothing can be retried.
    if (traced.failureType !== 'config_error') await this.#context.output.error(traced, this.#descriptor);
    if (traced.failureType === 'config_error' || this.#errors.length >= MAX_FAILED_SLICES) queue.length = 0;
  }

  async #readSlice(slice: StreamSlice): Promise<void> {
    const open = this.#cursor.open(slice);
    const before = this.#records;
    const parameters = this.#cursor.requestParameters(slice);
    if (this.#parents !== undefined) await this.#readChildren(this.#parents, open, parameters);
    else await this.#readPartitions(open, parameters);
    this.#cursor.close(open);
    this.#withoutCursor += open.withoutCursor;
    if (this.#definition.incremental_sync !== undefined) {
      await this.#log(
        'INFO',
        `slice ${toIso(slice.start)} to ${toIso(slice.end)} closed, ${this.#records - before} records read meanwhile`,
      );
    }
  }

  async #readPartitions(open: OpenSlice, parameters: Record<string, string>): Promise<void> {
    const router = this.#definition.retriever.partition_router;
    if (router?.type !== 'ListPartitionRouter') {
      await this.#readPartition(NO_PARTITION, parameters, open);
      return;
    }
    for (const partition of listPartitions(router)) {
      beginList(open);
      await this.#readPartition(
        partition,
        { ...parameters, ...partitionParameters(router, partition) },
        open,
      );
    }
  }

  /** Reads a page of parents at a time, and then the lists of those parents beside each other. */
  async #readChildren(
    parents: ParentStream,
    open: OpenSlice,
    parameters: Record<string, string>,
  ): Promise<void> {
    const onPage = (info: PageInfo): void => {
      this.#requests++;
      if (this.#goesByParent) this.#splitIfLarge(open.slice, info);
    };
    const own = this.#goesByParent ? {} : parameters;
    const judged = this.#goesByParent ? undefined : open;
    for await (const page of parents.partitions(
      this.#goesByParent ? { open, parameters } : undefined,
      onPage,
    )) {
      await forEachConcurrently(page, this.#context.numWorkers, (parent) =>
        this.#readPartition(parent, own, judged),
      );
    }
  }

  /** @param open undefined to take all records */
  async #readPartition(
    partition: StreamPartition,
    parameters: Record<string, string>,
    open: OpenSlice | undefined,
  ): Promise<void> {
    const overlap = new PageOverlap(this.#width, this.#keyPlaces);
    const pages = this.#retriever.pages(partition, parameters, async (page, info) => {
      this.#requests++;
      // The lists of one parent must not be begun anew because that of another is long.
      if (open !== undefined && this.#parents === undefined) this.#splitIfLarge(open.slice, info);
      await this.#write(page, this.#select(page, overlap, open), partition);
      // Children of several parents are read beside each other, so their order says nothing.
      return open !== undefined && this.#parents === undefined && this.#cursor.isPast(open);
    });
    for await (const isPast of pages) if (isPast) return;
  }

  /** Before anything of a slice is emitted: if it is large, it is read in parts. */
  #splitIfLarge(slice: StreamSlice, { isFirst, pageCount, hasMore }: PageInfo): void {
    if (!isFirst || !hasMore) return;
    if (pageCount !== undefined && pageCount <= MAX_PAGES_PER_SLICE) return;
    const parts = pageCount === undefined ? undefined : Math.ceil(pageCount / MAX_PAGES_PER_SLICE) + 1;
    const slices = this.#cursor.split(slice, parts);
    if (slices.length > 1) throw new SplitSlice(slices);
  }

  /** The byte ranges of the records to emit. */
  #select(page: SelectedPage, overlap: PageOverlap, open: OpenSlice | undefined): readonly number[] {
    const fresh = overlap.newRecords(page);
    if (open !== undefined) open.newestOfPage = -Infinity;
    const ranges: number[] = [];
    for (let i = 0; i < fresh.length; i++) {
      if (open !== undefined && this.#cursor.judge(open, page.captured, i * this.#width) !== 'emit') continue;
      if (fresh[i] === true) ranges.push(page.ranges[2 * i] ?? 0, page.ranges[2 * i + 1] ?? 0);
    }
    return ranges;
  }

  async #write(page: SelectedPage, ranges: readonly number[], partition: StreamPartition): Promise<void> {
    if (ranges.length === 0) return;
    await this.#markRunning();
    this.#records += ranges.length / 2;
    const { transformations, retriever } = this.#definition;
    const wrapAs = retriever.record_selector.extractor.extensions?.wrap_as;
    await this.#context.output.records(this.#descriptor.name, {
      bytes: page.bytes,
      ranges,
      addedFields: addedFields(transformations, partition, this.#context.requests.clock.now()),
      ...(wrapAs === undefined ? {} : { wrapAs }),
    });
  }

  #markRunning(): Promise<void> {
    this.#running ??= this.#context.output.status(this.#descriptor, 'RUNNING');
    return this.#running;
  }

  /** A STATE that says the same as the last one would only confuse the platform's counting. */
  async #emitState(complete: boolean): Promise<void> {
    const state = this.#cursor.state(complete);
    const text = JSON.stringify(state);
    const hasNews = text !== this.#lastState || (complete && this.#records > this.#recordsInStates);
    if (!hasNews) return;
    this.#lastState = text;
    this.#recordsInStates = this.#records;
    await this.#markRunning();
    await this.#context.output.state(this.#descriptor, state);
  }

  #listener(): RequestListener {
    const { output } = this.#context;
    // A failed write shows up at the next awaited one.
    const ignore = () => undefined;
    return {
      warn: (message) => void this.#log('WARN', message).catch(ignore),
      rateLimited: (until) => {
        const reason = { type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: until } };
        void output.status(this.#descriptor, 'RUNNING', [reason]).catch(ignore);
      },
    };
  }

  #log(level: 'INFO' | 'WARN', message: string): Promise<void> {
    return this.#context.output.log(level, `${this.#definition.name}: ${message}`);
  }
}
