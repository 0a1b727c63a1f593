import { describe, expect, test } from '@jest/globals';
import type { JsonValue } from '../../protocol/messages.js';
import { requestParameter } from '../components.js';
import type { CursorPagination, DefaultPaginator, PageIncrement } from '../components.js';
import { recordSelector } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { PageParameters } from './page-walk.js';
import { paginate } from './paginator.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  [],
);

function page(data: JsonValue[], meta?: JsonValue): SelectedPage {
  return select(Buffer.from(JSON.stringify({ data, ...(meta === undefined ? {} : { meta }) })));
}

const PAGES: PageIncrement = {
  type: 'PageIncrement',
  page_size: 3,
  start_from_page: 1,
  inject_on_first_request: true,
  extensions: { page_count: ['meta', 'pageCount'], total: ['meta', 'total'] },
};
const TOKENS: CursorPagination = {
  type: 'CursorPagination',
  page_size: 3,
  cursor_value: { response: ['meta', 'next'] },
  extensions: { total: ['meta', 'total'] },
};
const COMMON = { type: 'DefaultPaginator' as const, page_size_option: requestParameter('perPage') };
const BY_PAGE: DefaultPaginator = {
  ...COMMON,
  pagination_strategy: PAGES,
  page_token_option: requestParameter('page'),
};
const BY_TOKEN: DefaultPaginator = {
  ...COMMON,
  pagination_strategy: TOKENS,
  page_token_option: requestParameter('after'),
};
const WITH_FALLBACK: DefaultPaginator = {
  ...BY_PAGE,
  extensions: {
    cursor_fallback: {
      pagination_strategy: TOKENS,
      page_token_option: requestParameter('next'),
      request_parameters: { use_cursor: 'true' },
    },
  },
};

/** What is asked for after each answer; the walk ends at undefined. */
function walk(
  definition: DefaultPaginator,
  answers: readonly SelectedPage[],
): (PageParameters | undefined)[] {
  const paginator = paginate(definition);
  return [paginator.first, ...answers.map((answer) => paginator.next(answer))];
}

const numbered = (...numbers: (number | undefined)[]) =>
  numbers.map((number) => number && { perPage: '3', page: String(number) });

describe('pages by number', () => {
  test.each([2, '2', ' 2 '])('end at a page count of %j, also after short and empty pages', (pageCount) => {
    expect(walk(BY_PAGE, [page([{ id: 1 }], { pageCount }), page([], { pageCount })])).toEqual(
      numbered(1, 2, undefined),
    );
    const full = page([1, 2, 3], { pageCount: 3 });
    expect(walk(BY_PAGE, [full, page([], { pageCount: 3 }), page([4], { pageCount: 3 })])).toEqual(
      numbered(1, 2, 3, undefined),
    );
  });

  test('end at once where there are no pages', () => {
    expect(walk(BY_PAGE, [page([], { pageCount: 0 })])).toEqual(numbered(1, undefined));
  });

  test('follow a page count that grows or shrinks', () => {
    const grows = [page([1], { pageCount: 1 + 1 }), page([2], { pageCount: 3 }), page([3], { pageCount: 3 })];
    expect(walk(BY_PAGE, grows)).toEqual(numbered(1, 2, 3, undefined));
    const shrinks = [page([1], { pageCount: 5 }), page([2], { pageCount: 1 })];
    expect(walk(BY_PAGE, shrinks)).toEqual(numbered(1, 2, undefined));
  });

  test.each([
    undefined,
    {},
    { pageCount: null },
    { pageCount: 'many' },
    { pageCount: '' },
    { pageCount: -1 },
    { total: 1 },
  ])('without a usable page count (%j) end at an empty page, not at a short one', (meta) => {
    const answers = [page([1, 2, 3], meta), page([4], meta), page([5, 6], meta), page([], meta)];
    expect(walk(BY_PAGE, answers)).toEqual(numbered(1, 2, 3, 4, undefined));
  });

  test('do not mind a last page that comes again, nor empty pages in between', () => {
    const meta = { pageCount: 2 };
    expect(walk(BY_PAGE, [page([1], meta), page([1], meta)])).toEqual(numbered(1, 2, undefined));
    const gaps = [page([], { pageCount: 4 }), page([], { pageCount: 4 }), page([1], { pageCount: 4 })];
    expect(walk(BY_PAGE, gaps)).toEqual(numbered(1, 2, 3, 4));
  });

  test('begin where the API does', () => {
    const fromZero = { ...BY_PAGE, pagination_strategy: { ...PAGES, start_from_page: 0 } };
    const answers = [page([1], { pageCount: 2 }), page([2], { pageCount: 2 })];
    expect(walk(fromZero, answers).map((one) => one?.['page'])).toEqual(['0', '1', undefined]);
  });

  test('are counted by the page count, else by the total and the size of the page, else not', () => {
    const paginator = paginate(BY_PAGE);
    expect(paginator.pageCount(page([1], { pageCount: '7', total: 3 }))).toBe(7);
    expect(paginator.pageCount(page([1, 2, 3], { total: 10 }))).toBe(4);
    expect(paginator.pageCount(page([1, 2], { total: 10 }))).toBe(5);
    expect(paginator.pageCount(page([1]))).toBeUndefined();
  });
});

describe('pages by number whose answers turn out to be of the cursor kind', () => {
  test('go on by token, with the request parameters of that style', () => {
    const answers = [page([1, 2, 3], { next: 'abc' }), page([4], { next: 'def' }), page([5], { next: null })];
    expect(walk(WITH_FALLBACK, answers)).toEqual([
      { perPage: '3', page: '1' },
      { perPage: '3', use_cursor: 'true', next: 'abc' },
      { perPage: '3', use_cursor: 'true', next: 'def' },
      undefined,
    ]);
  });

  test.each([null, '', 'null'])('end where the first token is %j', (next) => {
    expect(walk(WITH_FALLBACK, [page([1], { next })])).toEqual(numbered(1, undefined));
  });

  test('stay with page numbers where there is a page count, or no token at all', () => {
    expect(walk(WITH_FALLBACK, [page([1], { next: 'abc', pageCount: 2 })])).toEqual(numbered(1, 2));
    expect(walk(WITH_FALLBACK, [page([1], {}), page([])])).toEqual(numbered(1, 2, undefined));
  });

  test('take a token that comes again for a fault that may pass', () => {
    const answers = [page([1], { next: 'abc' }), page([2], { next: 'abc' })];
    expect(() => walk(WITH_FALLBACK, answers)).toThrow(
      expect.objectContaining({ failureType: 'transient_error' }),
    );
  });
});

describe('pages by token', () => {
  test.each([null, '', 'null', undefined, {}])('end at the token %j, not at short or empty pages', (next) => {
    const answers = [
      page([1], { next: 'a' }),
      page([], { next: 7 }),
      page([2, 3, 4], next === undefined ? {} : { next }),
    ];
    expect(walk(BY_TOKEN, answers)).toEqual([
      { perPage: '3' },
      { perPage: '3', after: 'a' },
      { perPage: '3', after: '7' },
      undefined,
    ]);
  });

  test('take a token that comes again for a fault that may pass', () => {
    const answers = [page([1], { next: 'a' }), page([2], { next: 'a' })];
    expect(() => walk(BY_TOKEN, answers)).toThrow(
      expect.objectContaining({ failureType: 'transient_error' }),
    );
  });

  test('are refused where a token is a number that JSON.parse has rounded', () => {
    const rounded = select(Buffer.from('{"data":[1],"meta":{"next":9007199254740993}}'));
    expect(() => walk(BY_TOKEN, [rounded])).toThrow(expect.objectContaining({ failureType: 'system_error' }));
  });

  test('are counted by the total', () => {
    expect(paginate(BY_TOKEN).pageCount(page([1, 2], { total: '4' }))).toBe(2);
    expect(paginate(BY_TOKEN).pageCount(page([1]))).toBeUndefined();
  });
});

test('a list without pages is one request, whatever it answers', () => {
  const paginator = paginate({ type: 'NoPagination' });
  expect(paginator.first).toEqual({});
  expect(paginator.next(page([1, 2, 3], { next: 'a', pageCount: 9 }))).toBeUndefined();
  expect(paginator.pageCount(page([1]))).toBe(1);
});
