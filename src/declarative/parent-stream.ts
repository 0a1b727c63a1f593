import type { FieldPath, ParentStreamConfig, SubstreamPartitionRouter } from './components.js';
import { beginList } from './cursor.js';
import type { Cursor, OpenSlice } from './cursor.js';
import { parentKeyPath, parentPartition } from './partition-router.js';
import type { RequestContext, RequestListener } from './requester.js';
import { createRetriever } from './retriever.js';
import type { PageInfo, Retriever } from './retriever.js';
import { NO_PARTITION } from './stream-slice.js';
import type { StreamPartition } from './stream-slice.js';

/** How the parents in a slice are chosen, where the parents' cursor is the stream's. */
export interface ParentSelection {
  readonly open: OpenSlice;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads the parents of a stream, page by page, as the partitions for which its own lists are read. Parents
 * may be children themselves. No more than a page of each level is held in memory.
 */
export class ParentStream {
  readonly #config: ParentStreamConfig;
  readonly #retriever: Retriever;
  readonly #grandparents: ParentStream | undefined;
  /** The stream's cursor, if it goes by the parents' dates. */
  readonly #cursor: Cursor | undefined;
  readonly #capture: readonly FieldPath[];

  /** @param cursor used for parents that are read incrementally */
  constructor(
    router: SubstreamPartitionRouter,
    cursor: Cursor,
    context: RequestContext,
    listener: RequestListener,
  ) {
    [this.#config] = router.parent_stream_configs;
    this.#cursor = this.#config.incremental_dependency ? cursor : undefined;
    this.#capture = [...(this.#cursor?.capture ?? []), parentKeyPath(this.#config)];
    const { retriever } = this.#config.stream;
    this.#retriever = createRetriever(retriever, this.#capture, context, listener);
    const own = retriever.partition_router;
    if (own?.type === 'SubstreamPartitionRouter') {
      this.#grandparents = new ParentStream(own, cursor, context, listener);
    }
  }

  /**
   * @param selection left out: all parents
   * @param onPage called for each page of parents
   * @returns the partitions of one page of parents at a time
   */
  async *partitions(
    selection: ParentSelection | undefined,
    onPage: (info: PageInfo) => void,
  ): AsyncGenerator<StreamPartition[], void, void> {
    if (this.#grandparents === undefined) {
      yield* this.#within(NO_PARTITION, selection, onPage);
      return;
    }
    for await (const page of this.#grandparents.partitions(undefined, onPage)) {
      for (const partition of page) yield* this.#within(partition, selection, onPage);
    }
  }

  async *#within(
    partition: StreamPartition,
    selection: ParentSelection | undefined,
    onPage: (info: PageInfo) => void,
  ): AsyncGenerator<StreamPartition[], void, void> {
    const width = this.#capture.length;
    const open = selection?.open;
    const cursor = open === undefined ? undefined : this.#cursor;
    const cursorPlaces = Array.from({ length: this.#cursor?.fields ?? 0 }, (_, place) => place);
    if (open !== undefined) beginList(open);
    const pages = this.#retriever.pages(partition, selection?.parameters ?? {}, async (page, info) => {
      onPage(info);
      const parents: StreamPartition[] = [];
      if (open !== undefined) open.newestOfPage = -Infinity;
      for (let i = 0; i < page.ranges.length / 2; i++) {
        if (cursor !== undefined && open !== undefined) {
          if (cursor.judge(open, page.captured, i * width) !== 'emit') continue;
        }
        const one = parentPartition(this.#config, partition, page, i * width, width - 1, cursorPlaces);
        if (one !== undefined) parents.push(one);
      }
      return { parents, isPast: cursor !== undefined && open !== undefined && cursor.isPast(open) };
    });
    for await (const { parents, isPast } of pages) {
      yield parents;
      if (isPast) return;
    }
  }
}
