import { describe, expect, test } from '@jest/globals';
import { requestParameter } from '../components.js';
import type { CursorPagination, DefaultPaginator, PageIncrement } from '../components.js';
import { Notes } from './notes.js';
import { paginator } from './paginator.js';

const LIST = 'response.data';

function paged(
  extensions: PageIncrement['extensions'],
  more: DefaultPaginator['extensions'] = {},
): DefaultPaginator {
  return {
    type: 'DefaultPaginator',
    pagination_strategy: {
      type: 'PageIncrement',
      page_size: 100,
      start_from_page: 1,
      inject_on_first_request: true,
      ...(extensions === undefined ? {} : { extensions }),
    },
    page_size_option: requestParameter('size'),
    page_token_option: requestParameter('page'),
    extensions: more,
  };
}

function byToken(
  strategy: Partial<CursorPagination>,
  extensions: DefaultPaginator['extensions'] = {},
): DefaultPaginator {
  return {
    type: 'DefaultPaginator',
    pagination_strategy: {
      type: 'CursorPagination',
      page_size: 50,
      cursor_value: { response: ['meta', 'next'] },
      ...strategy,
    },
    page_size_option: requestParameter('limit'),
    page_token_option: requestParameter('cursor'),
    extensions,
  };
}

function exported(definition: DefaultPaginator, notes = new Notes()) {
  const { paginator: result, guards } = paginator(definition, LIST, 'things', notes);
  return {
    strategy: result['pagination_strategy'],
    guards: guards.map(({ predicate }) => predicate),
    result,
  };
}

describe('pages by number', () => {
  test('with a count are read up to it, or to an empty page, by the number that the answer repeats', () => {
    const { strategy, guards, result } = exported(paged({ page_count: ['meta', 'pageCount'] }));
    expect(strategy).toEqual({
      type: 'CursorPagination',
      page_size: 100,
      cursor_value: "{{ ((response.get('meta') or {}).get('page') | int) + 1 }}",
      stop_condition:
        "{{ response.data | length == 0 or ((response.get('meta') or {}).get('pageCount') is not none and (response.get('meta') or {}).get('page') | int >= (response.get('meta') or {}).get('pageCount') | int) }}",
    });
    expect(guards).toEqual([expect.stringContaining("(response.get('meta') or {}).get('page') is none")]);
    expect(result).toMatchObject({
      page_size_option: { field_name: 'size' },
      page_token_option: { field_name: 'page' },
    });
  });

  test('without a count end at a short page, and pages that are cut make the stream fail', () => {
    const { strategy, guards } = exported(
      paged({ next_page: ['paging', 'next'], total: ['paging', 'total'], fallback_page_size: 30 }),
    );
    expect(strategy).toEqual({
      type: 'PageIncrement',
      page_size: 30,
      start_from_page: 1,
      inject_on_first_request: true,
    });
    expect(guards).toEqual([
      "response is mapping and 0 < response.data | length < 30 and (not ((response.get('paging') or {}).get('next') in [none, '', 'null']))",
      "response is mapping and 0 < response.data | length < 30 and (((response.get('paging') or {}).get('total') | int) > response.data | length) and ((((response.get('paging') or {}).get('total') | int) - (response.data | length)) % 30 != 0)",
      'response.data | length > 30',
    ]);
  });

  test('tell in notes what they do otherwise', () => {
    const notes = new Notes();
    const fallback = {
      pagination_strategy: byToken({}).pagination_strategy as CursorPagination,
      page_token_option: requestParameter('next'),
      request_parameters: {},
    };
    exported(paged({ fallback_page_size: 30 }, { cursor_fallback: fallback }), notes);
    expect(notes.list().map(({ text }) => text)).toEqual([
      expect.stringContaining('page tokens although pages were asked for'),
      expect.stringContaining('Pages hold 30 records'),
      expect.stringContaining('A page with fewer records'),
    ]);
  });
});

describe('tokens', () => {
  test('are taken from the answer as they are, until there is none', () => {
    expect(exported(byToken({})).strategy).toEqual({
      type: 'CursorPagination',
      page_size: 50,
      cursor_value: "{{ (response.get('meta') or {}).get('next') | tojson }}",
      stop_condition: "{{ (response.get('meta') or {}).get('next') in [none, '', 'null'] }}",
    });
  });

  test('are taken from a header in any spelling', () => {
    expect(exported(byToken({ cursor_value: { headers: 'x-next' } })).strategy).toMatchObject({
      cursor_value:
        "{% for name, value in headers.items() if name | lower == 'x-next' %}{{ value | tojson }}{% endfor %}",
      stop_condition:
        "{% for name, value in headers.items() if name | lower == 'x-next' %}{{ value in [none, '', 'null'] }}{% endfor %}",
    });
  });

  test('that are required make the stream fail where a full page has no place for them', () => {
    expect(exported(byToken({ extensions: { required: true } })).guards).toEqual([
      "response is mapping and 'meta' not in response and response.data | length >= 50",
    ]);
  });

  test('make the stream fail where the list has pages by number instead', () => {
    const pageCount = ['meta', 'pageCount'] as const;
    const fallback = { when: [pageCount], paginator: paged({ page_count: pageCount }) };
    expect(exported(byToken({}, { page_fallback: fallback })).guards).toEqual([
      "response is mapping and ((response.get('meta') or {}).get('pageCount') | int > 1) and ((response.get('meta') or {}).get('next') in [none, '', 'null'])",
    ]);
  });
});

test('a list without pages', () => {
  expect(paginator({ type: 'NoPagination' }, LIST, 'things', new Notes())).toEqual({
    paginator: { type: 'NoPagination' },
    guards: [],
  });
});
