/** What the reading of one list is told, and what it says. */
import { TracedError } from '../../protocol/errors.js';
import type { DefaultPaginator, NoPagination } from '../components.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { PageParameters } from '../paginators/page-walk.js';
import type { UseResponse } from '../requesters/requester.js';
import type { Completeness } from './list-tally.js';

/** The API no longer knows a list of which it has sent pages, or refuses it. */
export class VanishedListError extends TracedError {
  /** It refuses the key, rather than know no such page. */
  readonly isForbidden: boolean;

  /** @param internalMessage what it said */
  constructor(internalMessage?: string, isForbidden = false) {
    super('The API did not go on with a list whose first pages it had sent.', 'transient_error', {
      ...(internalMessage === undefined ? {} : { internalMessage }),
    });
    this.isForbidden = isForbidden;
  }
}

/** What is known of a page besides its bytes. */
export interface PageInfo {
  /** 1 for the first page of the list. */
  readonly number: number;
  /** Nothing of this list has been used before. */
  readonly isFirst: boolean;
  /** How many pages the list has, where the API says so. */
  readonly pageCount: number | undefined;
  /** How many records the list has, where the API says so. */
  readonly total: number | undefined;
  /** Whether the list goes on behind this page. */
  readonly hasMore: boolean;
  /** Whether it may be a long list: it goes on by the API's own word, or the page has as many records as were asked for. */
  readonly mayBeLong: boolean;
  /** For each record whether it is to be passed on, or came on another page already. */
  readonly fresh: readonly boolean[];
}

/** What was made of a page. */
export interface PageUse {
  /** Nothing behind this page is wanted. */
  readonly isEnough: boolean;
  /** Resolves when the bytes of the page are no longer needed. */
  readonly done: Promise<void>;
  /** The records of the page are dated, and come oldest first. */
  readonly isOldestFirst?: boolean;
}

/** Uses a page; synchronously, up to what `done` stands for. */
export type UsePage = (page: SelectedPage, info: PageInfo) => PageUse;

/** How the reading of a list ended. */
export interface ListReading {
  /** Whether the API knows the list. */
  readonly exists: boolean;
  readonly completeness: Completeness;
  /** Different records that came. */
  readonly distinct: number;
  /** Records that the API counts, where it does. */
  readonly total: number | undefined;
  /** Pages that came, going by the number of the last one. */
  readonly pages: number;
  /** By how many the former fall short of the latter. */
  readonly missing: number;
  /** It was read again because records were missing, and that brought some. */
  readonly hasHelped?: boolean;
  /**
   * A page of which the one before it had told, or that was to follow a full one, had no records, and no count says that
   * all had come: the list may not have ended there.
   */
  readonly hasEmptyPage?: boolean;
  /** Why it is not known whether there are further pages: the one behind a full last page could not be read. */
  readonly endFailure?: TracedError | undefined;
}

/** Why a list is read once more: records of it are missing, or nobody counts them and they have moved meanwhile. */
export type ReadAgain = 'short' | 'moved';

/**
 * @param isBeyond nothing says that there is such a page: an answer that there is none is believed at once
 * @returns undefined if the API does not know the list
 */
export type FetchPage = <T>(
  parameters: PageParameters,
  use: UseResponse<T>,
  isBeyond?: boolean,
) => Promise<T | undefined>;

export interface ListOptions {
  readonly paginator: DefaultPaginator | NoPagination;
  readonly fetchPage: FetchPage;
  readonly use: UsePage;
  /** Captured values for each record, and which of them are the primary key. */
  readonly width: number;
  readonly keyPlaces: readonly number[];
  /** Pages at a time, where their number is known. */
  readonly pagesAtATime: number;
  /**
   * Whether so many requests wait already that a further page would only wait behind them, and fill memory.
   * @default never
   */
  readonly isCrowded?: () => boolean;
  /** Whether a list that came short is read again. */
  readonly readsAgain: boolean;
  /** Whether a page without records is asked for again where there was to be one. */
  readonly doubtsEmpty: boolean;
  /** Whether a list without any records is asked for again before that is believed. */
  readonly doubtsNone: boolean;
  /** Called before it is, or before one that has moved is. */
  readonly onAgain?: ((why: ReadAgain) => void) | undefined;
  /** The list may turn out not to be wanted to its end, so reading ahead begins carefully. */
  readonly mayEndEarly: boolean;
}
