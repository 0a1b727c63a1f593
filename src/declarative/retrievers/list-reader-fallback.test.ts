/** Lists that are asked for by tokens, and turn out to have pages of another size. */
import { describe, expect, test } from '@jest/globals';
import { byCountedPage, streamOf } from '../../test-support/definitions.fixture.js';
import { fakeApi, idsOf, runRead, sorted } from '../../test-support/read-run.fixture.js';
import type { FakeApi } from '../../test-support/read-run.fixture.js';
import { requestParameter } from '../components.js';
import type { DeclarativeStream, DefaultPaginator } from '../components.js';
import { TOO_LARGE, TransportError } from '../requesters/transport-error.js';

const SIZE = 30;
const byPage: DefaultPaginator = {
  ...byCountedPage,
  pagination_strategy: { ...byCountedPage.pagination_strategy, page_size: SIZE },
};
const paginator: DefaultPaginator = {
  type: 'DefaultPaginator',
  pagination_strategy: {
    type: 'CursorPagination',
    page_size: 1000,
    cursor_value: { response: ['meta', 'next'] },
  },
  page_size_option: requestParameter('count'),
  page_token_option: requestParameter('next'),
  extensions: { page_fallback: { when: [['meta', 'pageCount']], paginator: byPage } },
};
const orders = streamOf('orders');
const stream: DeclarativeStream = { ...orders, retriever: { ...orders.retriever, paginator } };

/**
 * @param recordsOf the list as it stands for pages of a size
 * @param counted what the API says that there are
 */
function pagedApi(recordsOf: (size: number) => readonly number[], counted: number): FakeApi {
  return fakeApi(({ searchParams }) => {
    const size = Number(searchParams.get('perPage') ?? SIZE);
    const page = Number(searchParams.get('page') ?? 1);
    const data = recordsOf(size)
      .slice((page - 1) * size, page * size)
      .map((id) => ({ id }));
    return { body: { data, meta: { pageCount: Math.ceil(counted / size), total: counted } } };
  });
}

describe('a list by tokens that has pages', () => {
  const ids = Array.from({ length: 50 }, (_, id) => id);

  test('is read again in pages of another size where one size hides a record', async () => {
    // As of a database that sorts ties by chance: one stands on two pages, and hides another one.
    const recordsOf = (size: number) => (size === SIZE ? ids.map((id) => (id === 30 ? 29 : id)) : ids);
    const api = pagedApi(recordsOf, ids.length);
    const run = await runRead([stream], api);
    expect(sorted(idsOf(run))).toEqual(ids);
    const sizes = new Set(api.asked.map(({ searchParams }) => searchParams.get('perPage')));
    expect([...sizes]).toEqual([null, '30', '25']);
  });

  test('is read in smaller pages where one is too large to be read', async () => {
    const api = pagedApi(() => ids, ids.length);
    const http: FakeApi['http'] = async (request) => {
      const { searchParams } = new URL(request.url);
      const size = Number(searchParams.get('perPage') ?? searchParams.get('count'));
      if (size > 10) throw new TransportError(TOO_LARGE, 'the answer has more than 16 bytes');
      return api.http(request);
    };
    const run = await runRead([stream], { asked: api.asked, http });
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run))).toEqual(ids);
  });

  test('is looked at behind a page that is as full as asked for, though the count says that it was the last', async () => {
    const few = ids.slice(0, SIZE + 1);
    const run = await runRead(
      [stream],
      pagedApi(() => few, SIZE),
    );
    expect(sorted(idsOf(run))).toEqual(few);
  });
});
