import { TracedError, transientError } from '../../protocol/errors.js';
import type { SimpleRetriever } from '../components.js';
import type { SelectRecords } from '../extractors/record-selector.js';
import type { PageParameters } from '../paginators/page-walk.js';
import { PagingContainer } from '../paginators/paging-container.js';
import type { Doubt } from '../paginators/paging-container.js';
import { ApiUnavailableError } from '../requesters/error-handler.js';
import type { RequestContext, RequestListener } from '../requesters/request-context.js';
import { createRequester, MAX_RATE_LIMITED, RefusedRequestError } from '../requesters/requester.js';
import type { PageRequest, Requester, UseResponse } from '../requesters/requester.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import { VanishedListError } from './list.js';
import type { FetchPage } from './list.js';
import { MAX_ASKED_AGAIN, RepeatedPageError } from './repeated-pages.js';

/** One list: the partition it belongs to, and the request parameters of the slice. */
export interface List {
  readonly partition: StreamPartition;
  readonly parameters: PageParameters;
  /** Requests for lists of a smaller one go first. @default 0 */
  readonly rank?: number;
}

/** Answers that a list is not there, or not for this key. */
const GONE: readonly number[] = [403, 404, 410];
/** Times that a page is asked for again whose list is said to be gone after it has sent others. */
const MAX_GONE = 3;
/** Answers that a list is not there, also for a moment, as from a gateway that has lost its routes. */
const ABSENT: readonly number[] = [404, 410];
/** Times that a list is asked for again which has sent nothing yet and is said not to be there. */
const MAX_ABSENT_ASKS = 2;
/** Lists that were not there although they were asked for again, after which others are asked for once. */
const MAX_ABSENT_IN_ROW = 20;
/** Lists that stayed refused although they were asked for again, after which others are believed at once. */
const MAX_REFUSED = 3;
/** How often a page is asked for again that is read for what it says of its list: the records wait for it. */
const GLANCE_RETRIES = 2;
/** ms before one of these is asked for again; twice as long before each further time. */
const GONE_WAIT = 500;

/** Where a list is: undefined until it has sent a page. */
interface Whereabouts {
  place: Requester | undefined;
}

/** Lines about answers that are asked for again, because they say nothing of their list or have come before. */
const MAX_TOLD = 3;
/** Warnings about lists that are not there; the line at the end of the stream counts all of them. */
const MAX_SKIPPED_TOLD = 20;

/** Whether an answer says that the list, the key, or what it may read is no more. */
function isGone(error: TracedError): boolean {
  if (error instanceof ApiUnavailableError) return error.failureType === 'config_error';
  return error instanceof RefusedRequestError && GONE.includes(error.status);
}

/** Whether it is not the list that an answer is about, but whoever asks for it. */
function isForbidden(error: TracedError): boolean {
  return !(error instanceof RefusedRequestError) || error.status === 403;
}

function isAbsent(error: TracedError): boolean {
  return error instanceof RefusedRequestError && ABSENT.includes(error.status);
}

/** Fetches the pages of a stream's lists from where these are, and answers that are to be believed. */
export class PageFetcher {
  readonly #context: RequestContext;
  readonly #listener: RequestListener;
  readonly #select: SelectRecords;
  readonly #container: PagingContainer;
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
  /** Any list of the stream has sent a page. */
  #hasRead = false;
  /** Lists that stayed refused since one came when it was asked for again. */
  #refused = 0;
  #skipped = 0;
  #told = 0;
  #repeated = 0;

  constructor(
    { requester, paginator }: SimpleRetriever,
    select: SelectRecords,
    context: RequestContext,
    listener: RequestListener,
  ) {
    this.#context = context;
    this.#listener = listener;
    this.#select = select;
    this.#container = new PagingContainer(paginator);
    const { alternative_path: path } = requester.extensions;
    const places = path === undefined ? [requester] : [requester, { ...requester, path }];
    this.#requesters = places.map((place) => createRequester(place, context, listener));
    const patience = context.patience ?? { retries: GLANCE_RETRIES, rateLimitWaits: MAX_RATE_LIMITED };
    this.#glances = createRequester(requester, { ...context, patience }, listener);
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
    const found: Whereabouts = { place: undefined };
    return async (page, use, isBeyond = false) => {
      for (let again = 0; ; again++) {
        const used = await this.#ask(list, found, page, use, isBeyond);
        if (used !== undefined || found.place !== undefined) {
          if (again > 0) this.#absentInRow = 0;
          return used;
        }
        const isLast = again === MAX_ABSENT_ASKS;
        if (isLast) this.#absentInRow++;
        if (isLast || list.partition === NO_PARTITION || this.#absentInRow >= MAX_ABSENT_IN_ROW) {
          this.#tellSkipped(this.pathOf(list.partition));
          return undefined;
        }
        await this.#context.clock.sleep(GONE_WAIT * 2 ** again);
      }
    };
  }

  async #ask<T>(
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
      for (let asked = 1; ; asked++) {
        const used = await this.#insist(
          { isKnown, isPatient },
          requester,
          request,
          async (selected, headers) => {
            found.place = requester;
            this.#hasRead = true;
            if (isOne && (this.#isDecided || this.#requesters.length === 1)) this.#isThere = true;
            const doubt = isBeyond ? undefined : this.#container.doubts(selected, asked);
            if (doubt !== undefined) return { doubt };
            if (selected.ranges.length > 0) this.#prefer(requester);
            return { of: await use(selected, headers) };
          },
        );
        if (used === undefined) break;
        if ('of' in used) return used.of;
        if (asked === 1) this.#tell(requester.pathOf(partition), used.doubt);
        await this.#context.clock.sleep(used.doubt.wait);
      }
    }
    return undefined;
  }

  /**
   * As the requester's `fetch`, but a list that has sent pages does not vanish, nor send one of them twice, the
   * stream's one list is not missing, and a key that was accepted is not refused: an answer that says so is not believed
   * at once.
   * @param isKnown it has sent pages
   * @param isPatient there is time to ask again for one that has not
   */
  async #insist<T>(
    { isKnown, isPatient }: { isKnown: boolean; isPatient: boolean },
    requester: Requester,
    request: PageRequest,
    use: UseResponse<T>,
  ): Promise<T | undefined> {
    const tries = isKnown ? MAX_GONE : isPatient ? MAX_ABSENT_ASKS : 0;
    for (let gone = 0, repeated = 0; ;) {
      let refusal: TracedError | undefined;
      try {
        const used = await requester.fetch(request, this.#select, use);
        if (used !== undefined || !isKnown) {
          if (gone > 0) this.#refused = 0;
          return used;
        }
      } catch (error) {
        if (error instanceof RepeatedPageError && repeated < MAX_ASKED_AGAIN) {
          if (this.#repeated++ < MAX_TOLD) {
            const path = requester.pathOf(request.partition);
            this.#listener.warn(`${path}: ${error.internalMessage ?? ''}; asking again`);
          }
          await this.#context.clock.sleep(GONE_WAIT * 2 ** repeated++);
          continue;
        }
        if (!(error instanceof TracedError) || tries === 0) throw error;
        const mayPass = isKnown ? isGone(error) : this.#mayPass(error, request);
        if (!mayPass) throw error;
        if (!isKnown && gone === tries) throw this.#atLast(error);
        refusal = error;
      }
      const detail = refusal?.internalMessage;
      if (gone === tries) {
        throw new VanishedListError(detail, refusal !== undefined && isForbidden(refusal));
      }
      const why = isKnown
        ? 'the list was there before; asking again'
        : 'asking again, in case it is gone for a moment only';
      this.#listener.warn(`${detail ?? 'a page'}: ${why}`);
      await this.#context.clock.sleep(GONE_WAIT * 2 ** gone++);
    }
  }

  /** Whether an answer to the first page of a list may be another one in a moment. */
  #mayPass(error: TracedError, { partition }: PageRequest): boolean {
    if (isAbsent(error)) return partition === NO_PARTITION;
    return isGone(error) && this.#context.key.isAccepted && this.#refused < MAX_REFUSED;
  }

  /** What it is taken for when it stays so. */
  #atLast(error: TracedError): TracedError {
    this.#refused++;
    const { message, internalMessage } = error;
    if (!this.#hasRead || !(error instanceof ApiUnavailableError)) return error;
    // The same key has read other lists of the stream a moment ago: whether it is valid, the next sync sees at once.
    return transientError(`${message} It was accepted before, in this sync.`, {
      ...(internalMessage === undefined ? {} : { internalMessage }),
    });
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

  #tell(path: string, { what }: Doubt): void {
    if (this.#told++ >= MAX_TOLD) return;
    this.#listener.info?.(`an answer of ${path} ${what}; asking again, in case it was cut short`);
  }
}
