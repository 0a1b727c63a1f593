import type { DefaultPaginator, PageIncrement } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { tokenText } from '../stream-slice.js';
import { cursorPagination, tokenOf } from './cursor-pagination.js';
import { mayBeCut } from './page-sizes.js';
import { countAt, MAX_EMPTY_PAGES, pagesOf } from './page-walk.js';
import type { PageParameters, PagesAhead, PageWalk } from './page-walk.js';

/** What an answer says about whether there is another page. */
type Outlook = 'more' | 'end' | 'unknown';

function outlook({ extensions }: PageIncrement, page: SelectedPage, pagesRead: number): Outlook {
  const known = countAt(page.envelope, extensions?.page_count);
  if (known !== undefined) return pagesRead < known ? 'more' : 'end';
  const next = extensions?.next_page === undefined ? undefined : valueAt(page.envelope, extensions.next_page);
  if (next === undefined) return 'unknown';
  return tokenText(next) === undefined || page.ranges.length === 0 ? 'end' : 'more';
}

/** Pages with numbers, as long as the answers show that there are any. */
export function pageIncrement(definition: DefaultPaginator, strategy: PageIncrement): PageWalk {
  const { page_size_option, page_token_option, extensions } = definition;
  const fallback = extensions?.cursor_fallback;
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  const start = strategy.start_from_page;
  const parameters = (page: number) => ({ ...size, [page_token_option.field_name]: String(page) });
  let number = start;
  let isGuess = false;
  let empty = 0;
  let tokens: PageWalk | undefined;

  /** The walk by tokens, if this answer has a place for one, whatever stands there. */
  function byTokens(page: SelectedPage): PageWalk | 'end' | undefined {
    if (fallback === undefined) return undefined;
    const { pagination_strategy, page_token_option: option, request_parameters } = fallback;
    const { cursor_value } = pagination_strategy;
    if ('headers' in cursor_value || valueAt(page.envelope, cursor_value.response) === undefined)
      return undefined;
    const token = tokenOf(pagination_strategy, page, {});
    if (token === undefined) return 'end';
    return cursorPagination(
      pagination_strategy,
      (one) => ({
        ...size,
        ...request_parameters,
        ...(one === undefined ? {} : { [option.field_name]: one }),
      }),
      { token },
    );
  }

  const totalOf = (page: SelectedPage) => countAt(page.envelope, strategy.extensions?.total);
  const pageCount = (page: SelectedPage): number | undefined => {
    const known = countAt(page.envelope, strategy.extensions?.page_count);
    if (known !== undefined) return known;
    const pages = pagesOf(totalOf(page), strategy.page_size, page);
    // A "total" that is smaller than what came so far counts something else.
    const isContradicted = pages === 1 && outlook(strategy, page, number - start + 1) === 'more';
    return isContradicted ? undefined : pages;
  };

  /** Whether the pages that an answer counts may be of the size that was asked for, which it has not kept to. */
  function isCutShort(page: SelectedPage): boolean {
    const received = page.ranges.length / 2;
    const isCountOfPages = countAt(page.envelope, strategy.extensions?.page_count) !== undefined;
    const isOnly =
      number === start && received < strategy.page_size && mayBeCut(received, strategy.page_size);
    return isCountOfPages && isOnly && totalOf(page) === undefined;
  }

  function next(page: SelectedPage): PageParameters | undefined {
    if (tokens !== undefined) return tokens.next(page);
    const told = outlook(strategy, page, number - start + 1);
    const says = told === 'end' && isCutShort(page) ? 'unknown' : told;
    isGuess = says === 'unknown';
    if (says === 'end') return undefined;
    const walk = says === 'unknown' ? byTokens(page) : undefined;
    if (walk === 'end') return undefined;
    if (walk !== undefined) return (tokens = walk).first;

    const isEmpty = page.ranges.length === 0;
    empty = isEmpty ? empty + 1 : 0;
    if (empty >= MAX_EMPTY_PAGES) return undefined;
    // Most parents have one child: a request for what stands behind would double those for their lists. Whether records
    // are counted or pages, there is one.
    const isAlone =
      number === start && strategy.page_size > 1 && page.ranges.length === 2 && totalOf(page) === 1;
    if (says === 'unknown' && (isEmpty || isAlone)) return undefined;
    number++;
    return parameters(number);
  }

  return {
    first: parameters(number),
    total: totalOf,
    pageCount,
    next,
    get ending() {
      if (tokens !== undefined) return tokens.ending;
      return isGuess ? 'guessed' : 'counted';
    },
    get endDoubt() {
      return tokens?.endDoubt;
    },
    ahead(page): PagesAhead | undefined {
      const isFirst = number === start + 1 && tokens === undefined;
      const received = page.ranges.length / 2;
      // Only the number of records shows afterwards whether pages that were asked for at a time are complete.
      if (!isFirst || (totalOf(page) ?? 0) <= received) return undefined;
      const size = received || strategy.page_size;
      // Pages that are counted too high are asked for one by one.
      const lastBy = (other: SelectedPage): number => {
        const pages = countAt(other.envelope, strategy.extensions?.page_count) ?? Infinity;
        return Math.min(pages, Math.ceil((totalOf(other) ?? 0) / size));
      };
      const last = lastBy(page);
      if (last < 2) return undefined;
      return {
        last,
        isLastFull: totalOf(page) === last * size,
        // Not by the records of that page: the last one has fewer.
        lastBy,
        parameters: (one) => parameters(start + one - 1),
        behind(reached, one) {
          number = start + one - 1;
          return next(reached);
        },
      };
    },
    beyond: () => (tokens === undefined ? parameters(++number) : undefined),
  };
}
