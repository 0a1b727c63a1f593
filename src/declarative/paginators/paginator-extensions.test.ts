/** Ways of paging that the low-code language has no word for. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import type { JsonValue } from '../../protocol/messages.js';
import { requestParameter } from '../components.js';
import type { CursorPagination, DefaultPaginator, PageIncrement } from '../components.js';
import { recordSelector } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { Headers } from '../requesters/http.js';
import type { PageParameters } from './page-walk.js';
import { onePage, paginate, withSmallerPages } from './paginator.js';

const select = recordSelector(
  {
    type: 'RecordSelector',
    extractor: { type: 'DpathExtractor', field_path: ['data'], extensions: { or_root_list: true } },
  },
  [],
);

function page(data: JsonValue[], paging?: JsonValue): SelectedPage {
  return select(Buffer.from(JSON.stringify({ data, ...(paging === undefined ? {} : { paging }) })));
}

const rootList = (...data: JsonValue[]): SelectedPage => select(Buffer.from(JSON.stringify(data)));

const PAGES: PageIncrement = {
  type: 'PageIncrement',
  page_size: 100,
  start_from_page: 1,
  inject_on_first_request: true,
  extensions: { next_page: ['paging', 'next'], total: ['paging', 'total'], fallback_page_size: 30 },
};
const BY_PAGE: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: PAGES,
  page_size_option: requestParameter('size'),
  page_token_option: requestParameter('page'),
};
const TOKENS: CursorPagination = {
  type: 'CursorPagination',
  page_size: 1000,
  cursor_value: { headers: 'x-cursor-nextpage' },
};
const BY_HEADER: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: TOKENS,
  page_size_option: requestParameter('count'),
  page_token_option: requestParameter('cursor'),
};
const HEADER_OR_PAGE: DefaultPaginator = {
  ...BY_HEADER,
  extensions: { page_fallback: { when: [['paging']], at_full_page: true, paginator: BY_PAGE } },
};

type Answer = SelectedPage | readonly [SelectedPage, Headers];

/** What is asked for after each answer; the walk ends at undefined. */
function walk(definition: DefaultPaginator, answers: readonly Answer[]): (PageParameters | undefined)[] {
  const paginator = paginate(definition);
  return [
    paginator.first,
    ...answers.map((answer) =>
      'bytes' in answer ? paginator.next(answer) : paginator.next(answer[0], answer[1]),
    ),
  ];
}

const numbered = (...numbers: (number | undefined)[]) =>
  numbers.map((number) => number && { size: '100', page: String(number) });
const next = 'https://elsewhere.test/orders?page=77&size=1';
const token = (text: string): Headers => ({ 'x-cursor-nextpage': text });
const transient = expect.objectContaining({ failureType: 'transient_error' });

describe('pages whose answers name the next one', () => {
  test('go on though a page is short, by number, whatever address is named', () => {
    const answers = [page([1, 2], { next }), page([3], { next }), page([4], { next: null })];
    expect(walk(BY_PAGE, answers)).toEqual(numbered(1, 2, 3, undefined));
  });

  test.each([null, '', 'null'])('end where the next one is %j, also after a full page', (end) => {
    const full = Array.from({ length: 100 }, (_, id) => ({ id }));
    expect(walk(BY_PAGE, [page(full, { next: end })])).toEqual(numbered(1, undefined));
  });

  test.each<[string, JsonValue | undefined]>([
    ['nothing around the records', undefined],
    ['nothing about the next one', { total: 1 }],
    ['no object in its place', null],
  ])('are read to an empty one while there is %s', (_, paging) => {
    const answers = [page([1, 2], paging), page([3], paging), page([4, 5], paging), page([], paging)];
    expect(walk(BY_PAGE, answers)).toEqual(numbered(1, 2, 3, 4, undefined));
  });

  test('are read to an empty one where the list stands alone', () => {
    expect(walk(BY_PAGE, [rootList(1), rootList(2), rootList()])).toEqual(numbered(1, 2, 3, undefined));
  });

  test('end at an empty one even if it names another', () => {
    expect(walk(BY_PAGE, [page([1], { next }), page([], { next })])).toEqual(numbered(1, 2, undefined));
  });

  test('end at a page that comes again as the last one', () => {
    const answers = [page([1], { next }), page([1], { next: null })];
    expect(walk(BY_PAGE, answers)).toEqual(numbered(1, 2, undefined));
  });

  test('follow a count of pages where there is one too', () => {
    const both: DefaultPaginator = {
      ...BY_PAGE,
      pagination_strategy: {
        ...PAGES,
        extensions: { ...PAGES.extensions, page_count: ['paging', 'pages'] },
      },
    };
    const answers = [page([1], { pages: 2, next: null }), page([2], { pages: 2, next })];
    expect(walk(both, answers)).toEqual(numbered(1, 2, undefined));
  });
});

describe('tokens in a header', () => {
  test('are followed, also over short and empty pages, to an answer without one', () => {
    const answers: Answer[] = [[rootList(1), token('a')], [rootList(), token('b')], rootList(2)];
    expect(walk(BY_HEADER, answers)).toEqual([
      { count: '1000' },
      { count: '1000', cursor: 'a' },
      { count: '1000', cursor: 'b' },
      undefined,
    ]);
  });

  test.each(['', 'null'])('end at %j', (end) => {
    expect(walk(BY_HEADER, [[rootList(1), token(end)]]).at(-1)).toBeUndefined();
  });

  test('are not looked for in the body', () => {
    const inBody = select(Buffer.from('{"data":[{"id":1}],"x-cursor-nextpage":"a"}'));
    expect(walk(BY_HEADER, [inBody]).at(-1)).toBeUndefined();
  });

  test('that come again are taken for a fault that may pass', () => {
    const answers: Answer[] = [
      [rootList(1), token('a')],
      [rootList(2), token('a')],
    ];
    expect(() => walk(BY_HEADER, answers)).toThrow(transient);
  });
});

describe('tokens that turn out to be pages', () => {
  test('begin anew at the first page, with the names of that style', () => {
    const answers = [page([1], { next }), page([1, 2], { next }), page([3], { next: null })];
    expect(walk(HEADER_OR_PAGE, answers)).toEqual([{ count: '1000' }, ...numbered(1, 2, undefined)]);
  });

  test('do not begin anew where tokens have led so far, whatever else an answer has', () => {
    const answers: Answer[] = [[rootList(1), token('a')], [page([2], {}), token('b')], page([3], {})];
    const asked = [
      { count: '1000' },
      { count: '1000', cursor: 'a' },
      { count: '1000', cursor: 'b' },
      undefined,
    ];
    expect(walk(HEADER_OR_PAGE, answers)).toEqual(asked);
  });

  test('begin anew once only, and do not go back', () => {
    const answers: Answer[] = [page([1], {}), page([1], {}), [rootList(2), token('a')], page([], {})];
    expect(walk(HEADER_OR_PAGE, answers)).toEqual([{ count: '1000' }, ...numbered(1, 2, 3, undefined)]);
  });

  test('stay tokens where the answer has not that path', () => {
    const answers: Answer[] = [[rootList(1), token('a')], page([2])];
    expect(walk(HEADER_OR_PAGE, answers)).toEqual([
      { count: '1000' },
      { count: '1000', cursor: 'a' },
      undefined,
    ]);
  });

  test('are counted as the style in use counts', () => {
    const paginator = paginate(HEADER_OR_PAGE);
    expect(paginator.pageCount(page([1, 2], { total: 6 }))).toBeUndefined();
    paginator.next(page([1, 2], { total: 6 }));
    expect(paginator.pageCount(page([1, 2], { total: 6 }))).toBe(3);
  });
});

describe('a page size that has two names', () => {
  const definition: DefaultPaginator = { ...BY_PAGE, extensions: { page_size_alias: 'count' } };

  test('is said by both, in each size', () => {
    const smaller = withSmallerPages(definition);
    expect(paginate(definition).first).toMatchObject({ size: '100', count: '100' });
    expect(smaller && paginate(smaller).first).toMatchObject({ size: '30', count: '30' });
    expect(onePage(definition, 2, 1)?.parameters).toEqual({ size: '1', count: '1', page: '2' });
  });
});

describe('smaller pages', () => {
  test('change the size, and nothing else', () => {
    const smaller = withSmallerPages(BY_PAGE);
    const answers = [page([1], { next }), page([2], { next: null })];
    expect(smaller && walk(smaller, answers)).toEqual([
      { size: '30', page: '1' },
      { size: '30', page: '2' },
      undefined,
    ]);
    expect(smaller).toMatchObject({ pagination_strategy: { extensions: { total: ['paging', 'total'] } } });
  });

  test('are not made smaller again', () => {
    const smaller = withSmallerPages(BY_PAGE);
    expect(smaller && withSmallerPages(smaller)).toBeUndefined();
  });

  test.each<[string, Parameters<typeof withSmallerPages>[0]]>([
    ['a size to fall back on', { ...BY_PAGE, pagination_strategy: { ...PAGES, extensions: {} } }],
    ['pages by number', BY_HEADER],
    ['pages', { type: 'NoPagination' }],
  ])('are none without %s', (_, definition) => {
    expect(withSmallerPages(definition)).toBeUndefined();
  });
});

describe('a full page that does not say whether there is another one', () => {
  const full = Array.from({ length: 1000 }, (_, id) => ({ id }));

  const required: DefaultPaginator = {
    ...BY_HEADER,
    pagination_strategy: {
      ...TOKENS,
      cursor_value: { response: ['paging', 'forward'] },
      extensions: { required: true, total: ['paging', 'total'] },
    },
  };

  test('is refused where the token is required', () => {
    const refused = expect.objectContaining({ failureType: 'system_error' });
    expect(paginate(required).next(page(full, { forward: null }))).toBeUndefined();
    // Of how many are missing then, the count tells.
    expect(paginate(required).next(page(full, { forward: null, total: 2000 }))).toBeUndefined();
    expect(paginate(required).next(page(full.slice(1)))).toBeUndefined();
    // Under another name than the one that is known.
    expect(() => paginate(required).next(page(full, { next_cursor: 'a' }))).toThrow(refused);
    expect(() => paginate(required).next(page(full.slice(1), { next_cursor: 'a' }))).toThrow(refused);
    expect(() => paginate(required).next(page(full, { has_more: true }))).toThrow(refused);
    expect(paginate(required).next(page(full.slice(1), { previous_cursor: 'a' }))).toBeUndefined();
  });

  test.each<[string, JsonObject, boolean]>([
    ['a token beside the records', { nextCursor: 'a' }, true],
    ['a link in another place', { links: { next: '/orders?c=a' } }, true],
    ['a flag in another place', { pagination: { has_more: true } }, true],
    ['a count in another place', { pagination: { total: 90 } }, true],
    ['a count of pages', { meta: { pages: '3' } }, true],
    ['counts that have been reached', { meta: { pages: 1, total_count: 50 }, status: 200 }, false],
    ['a token that is null', { next_cursor: null, page: { forwardCursor: null } }, false],
    ['a flag that is not set', { pagination: { has_more: false, next: '' } }, false],
    ['a token that leads back', { page: { previousPage: 'a' } }, false],
    ['words', { message: 'More follows', more_info: 'https://vendor.test' }, false],
  ])('nor, however few records it has, may leave out what is known for %s', (_, envelope, isRefused) => {
    const one = { ...page(full.slice(0, 50)), envelope: { data: [], ...envelope } };
    const next = () => paginate(required).next(one);
    if (isRefused) expect(next).toThrow('no "paging"');
    else expect(next()).toBeUndefined();
  });

  test.each<[string, SelectedPage, boolean]>([
    ['nothing around its records', page(full), true],
    ['nothing of a token', page(full, {}), true],
    ['another token that is null', page(full, { next_cursor: null }), true],
    ['a count that has not been reached', page(full, { total: 900 }), true],
    ['no token', page(full, { forward: null }), false],
    ['nothing of a token, of a page that may be smaller than asked for', page(full.slice(0, 50), {}), true],
    ['nothing around its records, of such a page', page(full.slice(0, 50)), true],
    ['another token that is null, of such a page', page(full.slice(0, 50), { next_cursor: null }), false],
    ['nothing of a token, of a page of a few records', page(full.slice(0, 9), {}), false],
    ['nothing of a token, and more records than asked for', page([...full, { id: 1000 }], {}), false],
    ['nothing of a token, and as many as it sends by itself', page([...full, ...full], {}), true],
    ['nothing of a token, and a count that has been reached', page(full, { total: 1000 }), false],
  ])('may have others behind it where the answer has %s', (_, one, isDoubted) => {
    const walk = paginate(required);
    expect(walk.next(one)).toBeUndefined();
    expect(walk.endDoubt !== undefined).toBe(isDoubted);
  });

  test('does not matter where pages before it were larger', () => {
    const walk = paginate(required);
    walk.next(page(full, { forward: 'a' }));
    expect(walk.next(page(full.slice(0, 50)))).toBeUndefined();
    expect(walk.endDoubt).toBeUndefined();
  });

  test('is refused where the token is required and more are counted', () => {
    const walk = paginate(required);
    expect(walk.next(page(full, { forward: 'a', total: 2000 }))).toBeDefined();
    expect(walk.next(page(full, { total: 2000 }))).toBeUndefined();
    const refused = expect.objectContaining({ failureType: 'system_error' });
    expect(() => paginate(required).next(page(full, { total: 2000 }))).toThrow(refused);
  });

  test('is followed by pages where there is such a way', () => {
    expect(paginate(HEADER_OR_PAGE).next(rootList(...full))).toEqual({ size: '100', page: '1' });
    // A list without pages may end there; asked for by page, the API may send less of it.
    expect(paginate(HEADER_OR_PAGE).next(rootList(...full.slice(1)))).toBeUndefined();
  });

  test('ends the list where the place of the token says so', () => {
    const inBody: DefaultPaginator = {
      ...HEADER_OR_PAGE,
      pagination_strategy: { ...TOKENS, cursor_value: { response: ['paging', 'forward'] } },
      extensions: {
        page_fallback: {
          when: [
            ['paging', 'page'],
            ['paging', 'pages'],
          ],
          at_full_page: true,
          paginator: BY_PAGE,
        },
      },
    };
    expect(paginate(inBody).next(page(full, { forward: null }))).toBeUndefined();
    expect(paginate(inBody).next(page(full, {}))).toEqual({ size: '100', page: '1' });
    // More than asked for come only where there are no pages.
    expect(paginate(inBody).next(page([...full, { id: 1000 }], {}))).toBeUndefined();
  });

  test('is followed by pages, full or not, where the answer has pages or speaks of more', () => {
    const inBody: DefaultPaginator = {
      ...BY_HEADER,
      pagination_strategy: {
        ...TOKENS,
        cursor_value: { response: ['paging', 'forward'] },
        extensions: { total: ['paging', 'total'] },
      },
      extensions: {
        page_fallback: {
          when: [
            ['paging', 'page'],
            ['paging', 'pages'],
          ],
          paginator: BY_PAGE,
        },
      },
    };
    const next = (records: { id: number }[], paging: Record<string, JsonValue>) =>
      paginate(inBody).next(page(records, paging));
    const byPage = { size: '100', page: '1' };
    expect(next(full, {})).toBeUndefined();
    for (const paging of [{ page: 1 }, { pages: 3 }, { total: 51 }, { next_cursor: 'a' }]) {
      expect(next(full.slice(0, 50), paging)).toEqual(byPage);
    }
    expect(next(full.slice(0, 50), { total: 50, next_cursor: null })).toBeUndefined();
  });
});
