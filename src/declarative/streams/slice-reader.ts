import { systemError } from '../../protocol/errors.js';
import type { DeclarativeStream, FieldPath } from '../components.js';
import { forEachConcurrently, oneAhead } from '../concurrency.js';
import { DateFilterError } from '../incremental/cursor.js';
import type { Cursor, OpenSlice } from '../incremental/cursor.js';
import { FilterProof } from '../incremental/filter-proof.js';
import { comesOldestFirst, ListOrder } from '../incremental/list-order.js';
import { SliceCuts } from '../incremental/slice-cuts.js';
import type { ParentProgress } from '../partition-routers/parent-progress.js';
import { ParentStream } from '../partition-routers/parent-stream.js';
import type { RequestContext } from '../requesters/request-context.js';
import { createRetriever, shortageOf } from '../retrievers/retriever.js';
import type { ListListener, ListOutcome, Retriever, Shortage } from '../retrievers/retriever.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition, StreamSlice } from '../stream-slice.js';
import { addedNames } from './add-fields.js';
import { FailedLists } from './failed-lists.js';
import { RecordEmitter } from './record-emitter.js';
import type { WriteRecords } from './record-emitter.js';

/** One parent's list may have vanished with it; when those of all have, it is something else. */
const MANY_ABSENT_LISTS = 3;

/** Where a slice's records go, and what is told about its reading. */
export interface SliceListener extends ListListener {
  readonly write: WriteRecords;
}

interface SliceContext {
  readonly requests: RequestContext;
  /** Requests at a time. */
  readonly numWorkers: number;
}

/** Reads the slices of one stream: every page of every partition, down to the records to write. */
export class SliceReader {
  readonly #cursor: Cursor;
  readonly #context: SliceContext;
  /** Fetches the records of the stream. */
  readonly #retriever: Retriever;
  /** For a stream whose lists belong to the records of another one. */
  readonly #parents: ParentStream | undefined;
  /** The slices are of the dates of parents: their records are judged by those. */
  readonly goesByParent: boolean;
  /** Which parents are done; for a stream that reads the lists of all of them in one slice. */
  readonly #progress: ParentProgress | undefined;
  readonly #emitter: RecordEmitter;
  readonly #cuts: SliceCuts;
  readonly #proof: FilterProof;
  /** Slices so far. */
  #begun = 0;

  constructor(
    definition: DeclarativeStream,
    cursor: Cursor,
    progress: ParentProgress | undefined,
    context: SliceContext,
    listener: SliceListener,
  ) {
    this.#progress = progress;
    this.#cursor = cursor;
    this.#context = context;
    const { retriever, primary_key } = definition;
    const router = retriever.partition_router;
    this.goesByParent = router?.parent_stream_configs[0].incremental_dependency === true;
    const ofCursor = this.goesByParent ? [] : cursor.capture;
    const added = addedNames(definition.transformations);
    // Within one partition what is added to the key tells nothing apart.
    const keys = primary_key.filter((key) => !added.includes(key)).map((key) => [key]);
    const keyPlaces = keys.map((_, i) => ofCursor.length + i);
    const { wrap_as } = retriever.record_selector.extractor.extensions ?? {};
    const capture: FieldPath[] = [...ofCursor, ...keys, ...added.map((name) => [name])];
    this.#emitter = new RecordEmitter(
      definition,
      {
        cursor: this.goesByParent ? undefined : cursor,
        width: capture.length,
        // What is no object is the key itself.
        keyPlaces: wrap_as === undefined ? keyPlaces : [],
        addedPlace: ofCursor.length + keys.length,
      },
      context.requests.clock,
      listener.write,
    );
    this.#retriever = createRetriever(
      {
        definition: retriever,
        capture,
        keyPlaces,
        pagesAtATime: context.numWorkers,
      },
      context.requests,
      listener,
    );
    if (router !== undefined) {
      this.#parents = new ParentStream(router, cursor, context.requests, listener);
    }
    // By whose dates slices are cut.
    const dated = (this.goesByParent ? this.#parents?.retriever : undefined) ?? this.#retriever;
    const warn = (message: string): void => {
      listener.warn(message);
    };
    this.#proof = new FilterProof(cursor, dated, warn);
    this.#cuts = new SliceCuts(cursor, dated, warn);
  }

  /**
   * @returns the slice, read to its end and written; whether it counts as closed is for the caller to say
   * @throws SplitSlice, DateFilterError, TracedError, OutputClosedError, StoppedError
   */
  async read(slice: StreamSlice): Promise<OpenSlice> {
    const open = this.#cursor.open(slice);
    open.rank = this.#begun++;
    const parameters = this.#cursor.requestParameters(slice);
    try {
      if (this.#parents !== undefined) await this.#readChildren(this.#parents, open, parameters);
      else await this.#readPartition(NO_PARTITION, parameters, open);
    } catch (error) {
      if (!(error instanceof DateFilterError)) throw error;
      // A filter by another date shows in records that come though they should not, and worse in those that do not.
      throw (await this.#proof.fault(slice)) ?? error;
    }
    const fault = await this.#proof.fault(slice);
    if (fault !== undefined) throw fault;
    open.isUnproven = slice.filtered && this.#proof.isUnknown;
    await this.#cuts.compare(slice);
    return open;
  }

  /** Reads a page of parents at a time, and then the lists of those parents beside each other. */
  async #readChildren(
    parents: ParentStream,
    open: OpenSlice,
    parameters: Record<string, string>,
  ): Promise<void> {
    const selection = this.goesByParent ? { open, parameters } : undefined;
    const failed = new FailedLists();
    const isRest = this.#progress?.goesOnSince !== undefined;
    const fail = (error: unknown, path: string, readBefore: number): void => {
      try {
        failed.add(error, path, readBefore);
      } finally {
        // They have failed twice, and others are not reached: the next sync begins anew.
        if (isRest && failed.areTooMany) this.#progress?.forget();
      }
    };
    const pages = parents.pages({
      selection,
      progress: this.#progress,
      onPage: (page, info) => {
        if (!this.goesByParent) return;
        this.#proof.begin(open.slice, page, info);
        this.#cuts.add(open.slice, info);
      },
      onShort: (how, within) => this.#noteShort(open, how, within),
      read: () => failed.read,
      onFailed: (error, { path, within, readBefore }) => {
        fail(error, path, readBefore);
        this.#progress?.addShort(outermostKey(within));
      },
    });
    const own = this.goesByParent ? {} : parameters;
    let read = 0;
    let absent = 0;
    for await (const { partitions, finished } of oneAhead(pages)) {
      const queue = [...partitions];
      const unread: StreamPartition[] = [];
      await forEachConcurrently(
        () => queue.shift(),
        () => this.#context.numWorkers,
        async (parent) => {
          const readBefore = failed.read;
          try {
            const reading = await this.#readPartition(parent, own, open);
            failed.addRead();
            if (reading.exists) read++;
            else absent++;
            const how = shortageOf(reading);
            if (how !== undefined) this.#noteShort(open, how, parent);
          } catch (error) {
            fail(error, this.#retriever.pathOf(parent), readBefore);
            unread.push(parent);
          }
        },
      );
      for (const parent of unread) this.#progress?.addShort(outermostKey(parent));
      finished();
    }
    if (failed.error !== undefined) {
      // They have failed twice: the next sync reads what is new of the others, too.
      if (isRest) this.#progress?.forget();
      throw failed.error;
    }
    if (!isRest && read === 0 && absent >= MANY_ABSENT_LISTS) {
      throw systemError(
        `The API knows the list of none of the ${absent} parents. If that stays so, the stream does not exist for this account; leave it out then.`,
      );
    }
  }

  /**
   * A list that is not there may have gone with its parent. Or it is so for a moment only, as behind a gateway that has lost
   * its routes: the next sync asks for it once more.
   */
  #noteShort(open: OpenSlice, how: Shortage, partition: StreamPartition): void {
    const list = [...partition.values.values()].join(' ');
    if (how === 'short') open.isShort = true;
    if (how === 'absent') {
      open.absent.add(list);
      if (this.#cursor.knownAbsent.has(list)) return;
    }
    // A list that is short in one sync is not known to be gone in the next.
    if (how !== 'doubtful') open.inDoubt.add(how === 'absent' ? `${list} (absent)` : list);
    // Whatever the API's counts are worth: for whoever goes on from here it costs a request.
    if (partition !== NO_PARTITION) this.#progress?.addShort(outermostKey(partition));
  }

  async #readPartition(
    partition: StreamPartition,
    parameters: Record<string, string>,
    open: OpenSlice,
  ): Promise<ListOutcome> {
    // Children of several parents are read beside each other, so their order says nothing.
    const mayEndEarly = this.#parents === undefined && this.#cursor.isFeed && !open.slice.filtered;
    const order = new ListOrder();
    const isPart = partition === NO_PARTITION && open.slice.isPart === true;
    const reading = await this.#retriever.read(
      { partition, parameters, rank: open.rank, isPart },
      (page, info) => {
        if (partition === NO_PARTITION) this.#proof.begin(open.slice, page, info);
        // Before the slice is cut: if the API ignores the dates, there is no use in it.
        const records = this.#emitter.select(page, info.fresh, open, partition);
        // One of several lists must not be begun anew because another one is long.
        if (partition === NO_PARTITION) this.#cuts.add(open.slice, info);
        // By the dates of parents it is their list that has an order.
        const isOldestFirst = !this.goesByParent && comesOldestFirst(open.page);
        const done = this.#emitter.write(page, records, open);
        if (!mayEndEarly) return { isEnough: false, done, isOldestFirst };
        order.add(info.number, open.page);
        return { isEnough: order.isPast(open.slice.start), done, isOldestFirst };
      },
      mayEndEarly,
    );
    if (reading.isShort) open.isShort = true;
    if (reading.isUncounted && partition === NO_PARTITION) open.isUncounted = true;
    return reading;
  }
}

/** Raw key of the parent, or of its outermost one. */
function outermostKey({ values }: StreamPartition): string | undefined {
  const [key] = values.values();
  return key;
}
