import type { TracedError } from '../../protocol/errors.js';
import type { JsonValue } from '../../protocol/messages.js';
import type { DefaultPaginator, FieldPath } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { Headers } from '../requesters/http.js';

/** The request parameters that fetch one page. */
export type PageParameters = Readonly<Record<string, string>>;

/** The request parameters that ask for pages of so many records. */
export function pageSizeParameters(
  { page_size_option, extensions }: DefaultPaginator,
  size: number,
): PageParameters {
  const alias = extensions?.page_size_alias;
  return {
    [page_size_option.field_name]: String(size),
    ...(alias === undefined ? {} : { [alias]: String(size) }),
  };
}

/** How an answer tells whether there is another page. */
export type Ending =
  /** By itself, with a token or as the only page. */
  | 'certain'
  /** By a link, which may be an old one. */
  | 'linked'
  /** By a count of pages, which may be an old one, or of pages of another size. */
  | 'counted'
  /** Not at all, so that another one is asked for. */
  | 'guessed';

/** Walks through the pages of one list. One object for each walk. */
export interface PageWalk {
  readonly first: PageParameters;
  /** Records of a page that are asked for; Infinity if all come at once. */
  readonly pageSize: number;
  /**
   * @param headers of the answer
   * @returns undefined at the end of the list, which the API says itself; a short page is no sign of it,
   *   since page sizes may be clamped
   * @throws TracedError: if the API sends the same token again (transient_error), or none where there must be one (system_error)
   */
  next(page: SelectedPage, headers?: Headers): PageParameters | undefined;
  /**
   * Whether the last call of `next` began the list anew, in another way; the records of that page come again
   * and are not to be used.
   */
  readonly hasRestarted?: boolean;
  /** How the last answer that `next` was given has told. */
  readonly ending: Ending;
  /** Why it is not known whether the list ends where the last answer named no other page. @default it is */
  readonly endDoubt?: TracedError | undefined;
  /** How many pages the API says there are; undefined if it does not. An estimate where pages are clamped. */
  pageCount(page: SelectedPage): number | undefined;
  /** How many records the API says there are; undefined if it does not. */
  total(page: SelectedPage): number | undefined;
  /**
   * The pages behind the first one, if it tells that they are there and each can be asked for by itself.
   * @param page the one that `next` was just called with
   */
  ahead?(page: SelectedPage): PagesAhead | undefined;
  /** The page behind the last one that was read, whatever the API says about it. */
  beyond?(): PageParameters | undefined;
}

/** Pages that can be asked for in any order; the first page of the list is number 1. */
export interface PagesAhead {
  /** Number of the last page, going by the first answer. */
  readonly last: number;
  /** Whether that page has as many records as the first one, so that there may be another one if the count is old. */
  readonly isLastFull: boolean;
  /** The same, going by another one. */
  lastBy(page: SelectedPage): number;
  parameters(number: number): PageParameters;
  /** Takes the walk to this page, as if it had been read up to there. @returns what `next` would */
  behind(page: SelectedPage, number: number): PageParameters | undefined;
}

/** A count as a number or, as some APIs echo it, as text. */
export function countAt(envelope: JsonValue, path: FieldPath | undefined): number | undefined {
  const value = path === undefined ? undefined : valueAt(envelope, path);
  const count = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined;
}

/** Pages that a number of records makes, going by the size of the first page, which may be clamped. */
export function pagesOf(total: number | undefined, pageSize: number, page: SelectedPage): number | undefined {
  if (total === undefined) return undefined;
  const received = page.recordCount;
  return Math.ceil(total / (received === 0 ? pageSize : Math.min(received, pageSize)));
}

/** Pages without records in a row behind which those that the API promises are no longer believed in. */
export const MAX_EMPTY_PAGES = 20;
