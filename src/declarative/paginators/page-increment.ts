import type { DefaultPaginator, PageIncrement } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { tokenText } from '../stream-slice.js';
import { cursorPagination, tokenOf } from './cursor-pagination.js';
import { countAt, MAX_EMPTY_PAGES, pagesOf } from './page-walk.js';
import type { PageParameters, PagesAhead, PageWalk } from './page-walk.js';
import { checksum, fingerprint, MAX_SAME, RepeatedPageError } from './repeated-pages.js';

/** What an answer says about whether there is another page. */
type Outlook = 'more' | 'end' | 'unknown';

function outlook({ extensions }: PageIncrement, page: SelectedPage, pagesRead: number): Outlook {
  const known = countAt(page.envelope, extensions?.page_count);
  if (known !== undefined) return pagesRead < known ? 'more' : 'end';
  const next = extensions?.next_page === undefined ? undefined : valueAt(page.envelope, extensions.next_page);
  if (next === undefined) return 'unknown';
  return tokenText(next) === undefined || page.ranges.length === 0 ? 'end' : 'more';
}

/** Pages in a row that are as the one before them, where no count tells whether the list has only moved on. */
const MAX_REPEATS = 2;

/** Pages with numbers, as long as the answers show that there are any. */
export function pageIncrement(definition: DefaultPaginator, strategy: PageIncrement): PageWalk {
  const { page_size_option, page_token_option, extensions } = definition;
  const fallback = extensions?.cursor_fallback;
  const size = { [page_size_option.field_name]: String(strategy.page_size) };
  const start = strategy.start_from_page;
  const parameters = (page: number) => ({ ...size, [page_token_option.field_name]: String(page) });
  let number = start;
  let previous: { readonly mark: string; readonly total: number | undefined } | undefined;
  let repeats = 0;
  let same = 0;
  let isGuess = false;
  let received = 0;
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

  /** @param mark of the page, which has been counted as received unless it is the one before it again */
  function following(page: SelectedPage, mark: string): PageParameters | undefined {
    const says = outlook(strategy, page, number - start + 1);
    isGuess = says === 'unknown';
    if (says === 'end') return undefined;
    const walk = says === 'unknown' ? byTokens(page) : undefined;
    if (walk === 'end') return undefined;
    if (walk !== undefined) return (tokens = walk).first;

    const isEmpty = page.ranges.length === 0;
    empty = isEmpty ? empty + 1 : 0;
    if (empty >= MAX_EMPTY_PAGES) return undefined;
    if (says === 'unknown' && isEmpty) return undefined;
    const total = totalOf(page);
    const isRepeated = !isEmpty && previous?.mark === mark;
    // As many new records as a page holds take every page to the place of the next one. They show in the count.
    same = isRepeated ? same + 1 : 0;
    const isShifted = same > 0 && same < MAX_SAME && total !== undefined && total !== previous?.total;
    repeats = isRepeated && !isShifted ? repeats + 1 : 0;
    // All have come, though the API goes on to promise more; unless it is the size of a page that it counts.
    const isWhole = says === 'more' && total === received;
    if (repeats > 0 && ((total !== undefined && !isWhole) || repeats >= MAX_REPEATS)) {
      // A list that has no pages sends the same one again; but not if it has more records than it sent.
      if (isWhole || (says === 'unknown' && (total ?? 0) <= received)) return undefined;
      throw new RepeatedPageError(number);
    }
    previous = { mark, total };
    number++;
    return parameters(number);
  }

  function next(page: SelectedPage): PageParameters | undefined {
    if (tokens !== undefined) return tokens.next(page);
    const mark = fingerprint(page);
    if (previous?.mark !== mark) received += page.ranges.length / 2;
    return following(page, mark);
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
    ahead(page): PagesAhead | undefined {
      const isFirst = number === start + 1 && tokens === undefined;
      // Only the number of records shows afterwards whether pages that were asked for at a time are complete.
      if (!isFirst || (totalOf(page) ?? 0) <= received) return undefined;
      const last = pageCount(page);
      if (last === undefined || last < 2) return undefined;
      const seen = new Map([[checksum(page), totalOf(page)]]);
      const size = page.ranges.length / 2 || strategy.page_size;
      return {
        last,
        isLastFull: totalOf(page) === last * size,
        // Not by the records of that page: the last one has fewer.
        lastBy: (other) =>
          countAt(other.envelope, strategy.extensions?.page_count) ?? Math.ceil((totalOf(other) ?? 0) / size),
        parameters: (one) => parameters(start + one - 1),
        requireNew(other, one) {
          const mark = checksum(other);
          const total = totalOf(other);
          // With another count the list has moved on by a page; what is missing then is found by counting.
          if (other.ranges.length > 0 && seen.has(mark) && seen.get(mark) === total) {
            throw new RepeatedPageError(start + one - 1);
          }
          seen.set(mark, total);
          received += other.ranges.length / 2;
          empty = other.ranges.length === 0 ? empty + 1 : 0;
        },
        isExhausted: () => empty >= MAX_EMPTY_PAGES,
        behind(reached, one) {
          number = start + one - 1;
          previous = undefined;
          return following(reached, fingerprint(reached));
        },
      };
    },
    beyond: () => (tokens === undefined ? parameters(++number) : undefined),
  };
}
