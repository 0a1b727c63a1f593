import type { FieldPath, ParentStreamConfig, SubstreamPartitionRouter } from '../components.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { beginPage } from '../incremental/cursor.js';
import type { Cursor, OpenSlice } from '../incremental/cursor.js';
import { addToOrder, comesOldestFirst, emptyPage } from '../incremental/list-order.js';
import type { RequestContext } from '../requesters/request-context.js';
import type { PageInfo } from '../retrievers/list.js';
import { createRetriever } from '../retrievers/retriever.js';
import type { ListListener, Retriever, Shortage } from '../retrievers/retriever.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import type { ParentProgress } from './parent-progress.js';
import { parentPartition } from './partition-router.js';

/** How the parents in a slice are chosen, where the parents' cursor is the stream's. */
export interface ParentSelection {
  readonly open: OpenSlice;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The partitions of one page of parents. */
export interface ParentPage {
  readonly partitions: readonly StreamPartition[];
  /** To be called when their lists have been read. */
  readonly finished: () => void;
}

/** A list of parents that belongs to a parent of its own, and cannot be read. */
interface FailedParents {
  /** Without the host. */
  readonly path: string;
  readonly within: StreamPartition;
  /** What `read` said when the list was begun. */
  readonly readBefore: number;
}

interface ParentOptions {
  /** Left out: all parents. */
  readonly selection?: ParentSelection | undefined;
  /** Leaves out parents that are done already, and is told of those that will be. */
  readonly progress?: ParentProgress | undefined;
  /** Called for each page of parents. */
  readonly onPage?: (page: SelectedPage, info: PageInfo) => void;
  /** Called when a list of parents has ended of which some are missing. @param within which of them: their own parent */
  readonly onShort?: (how: Shortage, within: StreamPartition) => void;
  /** Lists of children that have been read. */
  readonly read?: () => number;
  /** Called when the parents of one parent cannot be read. It throws if it is not about that list alone. */
  readonly onFailed?: (error: unknown, failed: FailedParents) => void;
}

/**
 * Reads the parents of a stream, page by page, as the partitions for which its own lists are read. Parents
 * may be children themselves. No more than a page of each level is held in memory.
 */
export class ParentStream {
  readonly #config: ParentStreamConfig;
  readonly retriever: Retriever;
  readonly #grandparents: ParentStream | undefined;
  /** The stream's cursor, if it goes by the parents' dates. */
  readonly #cursor: Cursor | undefined;
  readonly #capture: readonly FieldPath[];
  /** Places of the parent's key, of the date that its list is sorted by, and of that of its last change. */
  readonly #keyPlace: number;
  readonly #datePlace: number | undefined;
  readonly #changePlace: number | undefined;

  /** @param cursor used for parents that are read incrementally */
  constructor(
    router: SubstreamPartitionRouter,
    cursor: Cursor,
    context: RequestContext,
    listener: ListListener,
  ) {
    [this.#config] = router.parent_stream_configs;
    this.#cursor = this.#config.incremental_dependency ? cursor : undefined;
    const ofCursor = this.#cursor?.capture ?? [];
    const date = this.#config.extensions?.newest_first_by;
    const change = this.#config.stream.incremental_sync?.cursor_field;
    const dates = [date, date === undefined || change === date ? undefined : change].filter(
      (one) => one !== undefined,
    );
    this.#capture = [...ofCursor, [this.#config.parent_key], ...dates.map((one) => [one])];
    this.#keyPlace = ofCursor.length;
    if (dates.length > 0) this.#datePlace = this.#keyPlace + 1;
    if (dates.length > 1) this.#changePlace = this.#keyPlace + 2;
    const { retriever } = this.#config.stream;
    this.retriever = createRetriever(
      { definition: retriever, capture: this.#capture, keyPlaces: [this.#keyPlace], pagesAtATime: 1 },
      context,
      listener,
    );
    const own = retriever.partition_router;
    if (own !== undefined) {
      this.#grandparents = new ParentStream(own, cursor, context, listener);
    }
  }

  /** The partitions of one page of parents at a time. */
  async *pages(options: ParentOptions): AsyncGenerator<ParentPage, void, void> {
    if (this.#grandparents === undefined) {
      yield* this.#within(NO_PARTITION, options);
      return;
    }
    const { onPage, onShort, read, onFailed } = options;
    const within = {
      ...(onPage === undefined ? {} : { onPage }),
      ...(onShort === undefined ? {} : { onShort }),
    };
    for await (const { partitions, finished } of this.#grandparents.pages({
      ...options,
      selection: undefined,
    })) {
      for (const partition of partitions) {
        const readBefore = read?.() ?? 0;
        try {
          yield* this.#within(partition, within);
        } catch (error) {
          if (onFailed === undefined) throw error;
          onFailed(error, { path: this.retriever.pathOf(partition), within: partition, readBefore });
        }
      }
      // All their children have been handed out by now.
      yield { partitions: [], finished };
    }
  }

  async *#within(
    partition: StreamPartition,
    { selection, progress, onPage, onShort }: ParentOptions,
  ): AsyncGenerator<ParentPage, void, void> {
    const open = selection?.open;
    let found: StreamPartition[] = [];
    let order = emptyPage();
    let repeated = 0;
    let first: number | undefined;
    /** The list has been read, and is so once more for what has moved. */
    let hasMoved = false;
    const pages = this.retriever.readInTurn(
      {
        partition,
        parameters: selection?.parameters ?? {},
        rank: open?.rank ?? 0,
        isPart: open?.slice.isPart === true,
      },
      (page, info) => {
        order = emptyPage();
        if (open !== undefined) beginPage(open);
        for (let i = 0; i < page.recordCount; i++) {
          const offset = i * this.#capture.length;
          const created = dateAt(page, offset, this.#datePlace);
          const isFresh = info.fresh[i] === true;
          if (hasMoved && !isFresh) continue;
          // What new records have moved from one page to the next says nothing of the order.
          if (isFresh) addToOrder(order, created);
          const dates = { created, changed: dateAt(page, offset, this.#changePlace) };
          const key = page.captured.raw(offset + this.#keyPlace);
          if (hasMoved) progress?.addMoved(dates, key);
          const isDone = progress?.isDone(dates, key) === true;
          const isWanted =
            open === undefined || this.#cursor?.judge(open, page.captured, offset) !== 'outside';
          if (!isFresh) repeated++;
          if (!isWanted || isDone || !isFresh) continue;
          const one = this.#partitionOf(partition, page, offset);
          if (one !== undefined) found.push(one);
        }
        // New records move others to the next page. Where there are none, or the count has fallen, another one has been hidden.
        first ??= info.total;
        if (repeated > (info.total ?? Infinity) - (first ?? 0)) progress?.mayHide();
        // Some may be missing between the others.
        if (page.recordCount === 0 && info.hasMore) progress?.mayHide();
        // Behind the dates: if the API ignores the range, there is no use in cutting it.
        if (!hasMoved) onPage?.(page, info);
        const isOldestFirst = comesOldestFirst(open?.page ?? order);
        return { isEnough: false, done: Promise.resolve(), isOldestFirst };
      },
      {
        again(why) {
          hasMoved = why === 'moved';
          if (hasMoved) progress?.listEnded();
          // Whoever goes on from a state that said otherwise would not ask for those that are missing.
          else progress?.forget();
        },
        // Parents that are not there at all, the account has none of.
        ended: (how) => {
          if (how !== 'absent' || partition !== NO_PARTITION) onShort?.(how, partition);
        },
      },
    );
    for await (const number of pages) {
      if (hasMoved) yield { partitions: found, finished: () => undefined };
      else {
        progress?.pageListed(number, order);
        yield { partitions: found, finished: () => progress?.pageDone(number) };
      }
      found = [];
    }
    progress?.listEnded();
  }

  #partitionOf(within: StreamPartition, page: SelectedPage, offset: number): StreamPartition | undefined {
    const cursorPlaces = Array.from({ length: this.#cursor?.fields ?? 0 }, (_, place) => place);
    return parentPartition(this.#config, within, page, offset, this.#keyPlace, cursorPlaces);
  }
}

/** Unix ms */
function dateAt({ captured }: SelectedPage, offset: number, place: number | undefined): number | undefined {
  return place === undefined ? undefined : captured.time(offset + place);
}
