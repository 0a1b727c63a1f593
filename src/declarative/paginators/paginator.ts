import type { CursorPagination, DefaultPaginator, FieldPath, NoPagination } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { cursorPagination, saysEnd, speaksOfMore } from './cursor-pagination.js';
import { pageIncrement } from './page-increment.js';
import { pageSizeParameters } from './page-walk.js';
import type { PageParameters, PageWalk } from './page-walk.js';

/** Size of the pages of a list that is read once more, to that of those before. */
const OTHER_SHARE = 0.85;

/** A walk by tokens that becomes one by pages when an answer turns out to be of that kind. */
function withPageFallback(
  walk: PageWalk,
  strategy: CursorPagination,
  { when, at_full_page, paginator }: PageFallback,
): PageWalk {
  /** Whether an answer without a token is of a list that has pages all the same. */
  const mayBePaged = (page: SelectedPage): boolean => {
    if (when.some((path) => valueAt(page.envelope, path) !== undefined)) return true;
    if (saysEnd(strategy, page)) return false;
    const size = page.recordCount;
    // More than asked for come only where there are no pages.
    return (at_full_page === true && size === strategy.page_size) || speaksOfMore(strategy, page, size);
  };
  let pages: PageWalk | undefined;
  let hasToken = false;
  let hasRestarted = false;
  return {
    first: walk.first,
    get pageSize() {
      return (pages ?? walk).pageSize;
    },
    get hasRestarted() {
      return hasRestarted;
    },
    get ending() {
      return (pages ?? walk).ending;
    },
    get endDoubt() {
      return (pages ?? walk).endDoubt;
    },
    pageCount: (page) => (pages ?? walk).pageCount(page),
    total: (page) => (pages ?? walk).total(page),
    ahead: (page) => pages?.ahead?.(page),
    beyond: () => pages?.beyond?.(),
    next(page, headers = {}) {
      hasRestarted = false;
      if (pages !== undefined) return pages.next(page, headers);
      const next = walk.next(page, headers);
      // A list that has gone by tokens so far ends where there is none.
      if (next !== undefined || hasToken) {
        hasToken = true;
        return next;
      }
      if (!mayBePaged(page)) return undefined;
      pages = paginate(paginator);
      hasRestarted = true;
      return pages.first;
    },
  };
}

type PageFallback = NonNullable<NonNullable<DefaultPaginator['extensions']>['page_fallback']>;

/** Begins a walk through a list. */
export function paginate(definition: DefaultPaginator | NoPagination): PageWalk {
  if (definition.type === 'NoPagination') {
    return {
      first: {},
      pageSize: Infinity,
      ending: 'certain',
      next: () => undefined,
      pageCount: () => 1,
      total: () => undefined,
    };
  }
  const { pagination_strategy: strategy, page_token_option, extensions } = definition;
  if (strategy.type === 'PageIncrement') return pageIncrement(definition, strategy);
  const size = pageSizeParameters(definition, strategy.page_size);
  const walk = cursorPagination(strategy, (token) => ({
    ...size,
    ...(token === undefined ? {} : { [page_token_option.field_name]: token }),
  }));
  const fallback = extensions?.page_fallback;
  return fallback === undefined ? walk : withPageFallback(walk, strategy, fallback);
}

/** The same walk with the smaller page size that the definition names; undefined if it names none. */
export function withSmallerPages(definition: DefaultPaginator | NoPagination): DefaultPaginator | undefined {
  if (definition.type === 'NoPagination') return undefined;
  const { pagination_strategy: strategy } = definition;
  if (strategy.type !== 'PageIncrement') return undefined;
  const { fallback_page_size: page_size, ...extensions } = strategy.extensions ?? {};
  if (page_size === undefined) return undefined;
  return { ...definition, pagination_strategy: { ...strategy, page_size, extensions } };
}

/** The same walk with pages of so many records; undefined if they are not larger, or their size cannot be asked for. */
export function withPagesOf(
  page_size: number,
  definition: DefaultPaginator | NoPagination,
): DefaultPaginator | undefined {
  if (definition.type === 'NoPagination') return undefined;
  const { pagination_strategy: strategy, extensions } = definition;
  if (strategy.page_size <= page_size) return undefined;
  const smaller = { ...definition, pagination_strategy: { ...strategy, page_size } };
  const fallback = extensions?.page_fallback;
  if (fallback === undefined) return smaller;
  const paginator = withPagesOf(page_size, fallback.paginator) ?? fallback.paginator;
  return { ...smaller, extensions: { ...extensions, page_fallback: { ...fallback, paginator } } };
}

/**
 * For a list that is read once more. Where records of the same date come in an order that depends on the page, as from a
 * database that sorts by nothing else, pages of the same size would hide the same ones.
 * @param size records of a page, as they came; undefined if all came on one
 */
export function withOtherPages(
  definition: DefaultPaginator | NoPagination,
  size: number | undefined,
): DefaultPaginator | NoPagination {
  if (definition.type === 'NoPagination') return definition;
  const { pagination_strategy: strategy } = definition;
  const page_size = Math.max(1, Math.floor(Math.min(strategy.page_size, size ?? Infinity) * OTHER_SHARE));
  return withPagesOf(page_size, definition) ?? definition;
}

/** One page of a list whose pages have numbers. */
interface SinglePage {
  readonly parameters: PageParameters;
  /** Where its answer says how many records the list has. */
  readonly total: FieldPath | undefined;
}

/**
 * @param number 1 for the first page
 * @returns undefined if pages have no numbers
 */
export function onePage(
  definition: DefaultPaginator | NoPagination,
  number: number,
  size: number,
): SinglePage | undefined {
  if (definition.type === 'NoPagination') return undefined;
  const { pagination_strategy: strategy, page_token_option } = definition;
  if (strategy.type !== 'PageIncrement') return undefined;
  return {
    parameters: {
      ...pageSizeParameters(definition, size),
      [page_token_option.field_name]: String(strategy.start_from_page + number - 1),
    },
    total: strategy.extensions?.total,
  };
}
