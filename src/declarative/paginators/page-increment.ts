import type { DefaultPaginator, PageIncrement } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { tokenText } from '../stream-slice.js';
import { cursorPagination, tokenOf } from './cursor-pagination.js';
import { countAt, MAX_EMPTY_PAGES, pagesOf, pageSizeParameters } from './page-walk.js';
import type { Ending, PageParameters, PagesAhead, PageWalk } from './page-walk.js';

/** What an answer says about whether there is another page. */
type Outlook = 'more' | 'end' | 'unknown';

function outlook({ extensions }: PageIncrement, page: SelectedPage, pagesRead: number): Outlook {
  const known = countAt(page.envelope, extensions?.page_count);
  if (known !== undefined) return pagesRead < known ? 'more' : 'end';
  const next = extensions?.next_page === undefined ? undefined : valueAt(page.envelope, extensions.next_page);
  if (next === undefined) return 'unknown';
  return tokenText(next) === undefined || page.recordCount === 0 ? 'end' : 'more';
}

/** Pages with numbers, as long as the answers show that there are any. */
export function pageIncrement(definition: DefaultPaginator, strategy: PageIncrement): PageWalk {
  const { page_token_option, extensions } = definition;
  const fallback = extensions?.cursor_fallback;
  const size = pageSizeParameters(definition, strategy.page_size);
  const start = strategy.start_from_page;
  const parameters = (page: number) => ({ ...size, [page_token_option.field_name]: String(page) });
  let number = start;
  let ending: Ending = 'linked';
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

  function next(page: SelectedPage): PageParameters | undefined {
    if (tokens !== undefined) return tokens.next(page);
    const says = outlook(strategy, page, number - start + 1);
    const isCounted = countAt(page.envelope, strategy.extensions?.page_count) !== undefined;
    ending = says === 'unknown' ? 'guessed' : isCounted ? 'counted' : 'linked';
    if (says === 'end') return undefined;
    const walk = says === 'unknown' ? byTokens(page) : undefined;
    if (walk === 'end') return undefined;
    if (walk !== undefined) return (tokens = walk).first;

    const isEmpty = page.recordCount === 0;
    empty = isEmpty ? empty + 1 : 0;
    if (empty >= MAX_EMPTY_PAGES) return undefined;
    // Most parents have one child: a request for what stands behind would double those for their lists. Whether records
    // are counted or pages, there is one.
    const isAlone =
      number === start && strategy.page_size > 1 && page.recordCount === 1 && totalOf(page) === 1;
    if (says === 'unknown' && (isEmpty || isAlone)) return undefined;
    number++;
    return parameters(number);
  }

  return {
    first: parameters(number),
    pageSize: strategy.page_size,
    total: totalOf,
    pageCount,
    next,
    get ending() {
      return tokens === undefined ? ending : tokens.ending;
    },
    get endDoubt() {
      return tokens?.endDoubt;
    },
    ahead(page): PagesAhead | undefined {
      const isFirst = number === start + 1 && tokens === undefined;
      const received = page.recordCount;
      // Only the number of records shows afterwards whether pages that were asked for at a time are complete.
      if (!isFirst || (totalOf(page) ?? 0) <= received) return undefined;
      const size = received || strategy.page_size;
      // The smaller of the two counts: pages that only one of them promises are asked for one by one. By the size of the
      // first page, since the last one has fewer records.
      const lastBy = (other: SelectedPage): number => {
        const pages = countAt(other.envelope, strategy.extensions?.page_count) ?? Infinity;
        return Math.min(pages, Math.ceil((totalOf(other) ?? 0) / size));
      };
      const last = lastBy(page);
      if (last < 2) return undefined;
      return {
        last,
        isLastFull: totalOf(page) === last * size,
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
