import type { SimpleRetriever } from '../components.js';
import type { SelectRecords } from '../extractors/record-selector.js';
import type { PageParameters } from '../paginators/page-walk.js';
import type { RequestContext, RequestListener } from '../requesters/request-context.js';
import { createRequester } from '../requesters/requester.js';
import type { PageRequest, Requester, UseResponse } from '../requesters/requester.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import { Disbelief, waitBefore } from './disbelief.js';
import type { FetchPage } from './list.js';

/** One list: the partition it belongs to, and the request parameters of the slice. */
export interface List {
  readonly partition: StreamPartition;
  readonly parameters: PageParameters;
  /** Requests for lists of a smaller one go first. @default 0 */
  readonly rank?: number;
  /** A part of a longer list, of which others are read, or were. */
  readonly isPart?: boolean;
}

/** Times that a page is asked for again whose list is said to be gone after it has sent others. */
const MAX_GONE = 3;
/** Times that a list is asked for again which has sent nothing yet and is said not to be there. */
const MAX_ABSENT_ASKS = 2;
/** Lists that were not there although they were asked for again, after which others are asked for once. */
const MAX_ABSENT_IN_ROW = 20;
/** Warnings about lists that are not there; the line at the end of the stream counts all of them. */
const MAX_SKIPPED_TOLD = 20;

/** Where a list is: undefined until it has sent a page. */
interface Whereabouts {
  place: Requester | undefined;
}

/** Fetches the pages of a stream's lists from where these are, and answers that are to be believed. */
export class PageFetcher {
  readonly #context: RequestContext;
  readonly #listener: RequestListener;
  readonly #select: SelectRecords;
  readonly #disbelief: Disbelief;
  /**
   * The paths at which a list may be, in the order in which they are tried: the one that was first to have records
   * comes first from then on. One that has none for a list that is not there says nothing.
   */
  #requesters: readonly Requester[];
  /** Asks for what is of use beside the records alone. */
  readonly #glances: Requester;
  #isDecided = false;
  /** The stream's one list has sent a page, for whatever slice. */
  #isThere = false;
  /** Lists of parents that were not there since one came back when it was asked for again. */
  #absentInRow = 0;
  #skipped = 0;

  constructor(
    { requester, paginator }: SimpleRetriever,
    select: SelectRecords,
    context: RequestContext,
    listener: RequestListener,
  ) {
    this.#context = context;
    this.#listener = listener;
    this.#select = select;
    this.#disbelief = new Disbelief(paginator, select, context, listener);
    const { alternative_path: path } = requester.extensions;
    const places = path === undefined ? [requester] : [requester, { ...requester, path }];
    this.#requesters = places.map((place) => createRequester(place, context, listener));
    this.#glances = createRequester(requester, context, listener);
  }

  /** The path of a partition's list, without the host. */
  pathOf(partition: StreamPartition): string {
    return this.#requesters[0]?.pathOf(partition) ?? '';
  }

  /** Fetches one page beside those of the records, believing whatever it says of its list. @returns undefined if the API does not know it */
  async fetchOnce<T>(request: PageRequest, use: UseResponse<T>): Promise<T | undefined> {
    return this.#glances.fetch(request, this.#select, use);
  }

  /** The way to fetch the pages of one list. It throws VanishedListError for a list that has sent pages before. */
  of(list: List): FetchPage {
    const { partition } = list;
    const found: Whereabouts = { place: undefined };
    return async (page, use, isBeyond = false) => {
      for (let again = 0; ; again++) {
        const used = await this.#fetchFromPlaces(list, found, page, use, isBeyond);
        if (used !== undefined || found.place !== undefined) {
          if (again > 0) this.#absentInRow = 0;
          return used;
        }
        const isLast = again === MAX_ABSENT_ASKS;
        if (isLast) this.#absentInRow++;
        if (isLast || partition === NO_PARTITION || this.#absentInRow >= MAX_ABSENT_IN_ROW) {
          this.#tellSkipped(this.pathOf(partition));
          return undefined;
        }
        await this.#context.clock.sleep(waitBefore(again));
      }
    };
  }

  /** From the place where the list is; if that is not known yet, from the first that has it. */
  async #fetchFromPlaces<T>(
    { partition, parameters, rank = 0 }: List,
    found: Whereabouts,
    page: PageParameters,
    use: UseResponse<T>,
    isBeyond: boolean,
  ): Promise<T | undefined> {
    const isOne = partition === NO_PARTITION;
    const request = { partition, parameters: { ...parameters, ...page }, rank };
    for (const requester of found.place === undefined ? this.#requesters : [found.place]) {
      const isKnown = !isBeyond && (found.place !== undefined || (isOne && this.#isThere));
      // Somebody waits for a check.
      const isPatient = !isBeyond && this.#context.patience === undefined;
      const refusals = isKnown ? MAX_GONE : isPatient ? MAX_ABSENT_ASKS : 0;
      const trust = { isKnown, isBeyond, refusals };
      const used = await this.#disbelief.fetch(requester, request, trust, (selected, headers) => {
        found.place = requester;
        if (isOne && (this.#isDecided || this.#requesters.length === 1)) this.#isThere = true;
        if (selected.recordCount > 0) this.#prefer(requester);
        return use(selected, headers);
      });
      if (used !== undefined) return used;
    }
    return undefined;
  }

  #prefer(requester: Requester): void {
    if (this.#isDecided) return;
    this.#isDecided = true;
    this.#requesters = [requester, ...this.#requesters.filter((one) => one !== requester)];
  }

  #tellSkipped(path: string): void {
    if (++this.#skipped > MAX_SKIPPED_TOLD) return;
    const more = this.#skipped === MAX_SKIPPED_TOLD ? '; more of them are not told of' : '';
    this.#listener.warn(`${path}: skipped, the API does not know this list${more}`);
  }
}
