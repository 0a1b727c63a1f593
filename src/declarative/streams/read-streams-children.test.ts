import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import {
  byCountedPage,
  childStreamOf,
  createdBetween,
  streamOf,
} from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  listBetween,
  pageOf,
  runRead,
  sorted,
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { Dated, FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import type { DeclarativeStream, SubstreamPartitionRouter } from '../components.js';
import { HOUR_MS } from '../durations.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });

describe('a child stream', () => {
  const items = childStreamOf('items', orders);
  const parents = spread(15);

  test('is read for each parent, and its records carry the parent’s key and date', async () => {
    const big = '12345678901234567890';
    const run = await runRead(
      [items],
      fakeApi((url) =>
        url.pathname === '/orders'
          ? { body: `{"data":[{"id":${big},"createdAt":"2024-05-01T00:00:00.000Z"}],"meta":{"pageCount":1}}` }
          : pageOf(url, [{ id: 7 }]),
      ),
    );
    const record = `{"id":7,"parent_id":${big},"parent_createdAt":"2024-05-01T00:00:00.000Z"}`;
    expect(run.lines.filter((line) => line.endsWith(`"data":${record}}}`))).toHaveLength(1);
    const mark = '2024-05-01T00:00:00.000Z';
    // The parents' state is what Airbyte's low-code runtime asks for.
    expect(run.states('items')).toEqual([
      { start_date: at(START), parent_createdAt: mark, parent_state: { orders: { createdAt: mark } } },
    ]);
    expect(run.course('items')).toEqual(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']);
  });

  test('whose parent has no date says so of the parent, not of as many records', async () => {
    const run = await runRead(
      [items],
      fakeApi((url) =>
        url.pathname === '/orders' ? pageOf(url, [{ id: 1 }]) : pageOf(url, [{ id: 7 }, { id: 8 }]),
      ),
    );
    expect(run.records('items')).toHaveLength(2);
    expect(run.logs).toContain(
      'WARN items: the records of 1 parent were kept without a readable parent_createdAt',
    );
  });

  test('adds no field that the API sends itself with the same value, so that none stands twice', async () => {
    const run = await runRead(
      [items],
      fakeApi((url) =>
        url.pathname === '/orders'
          ? pageOf(url, parents.slice(0, 1))
          : {
              body: `{"data":[{"id":7,"parent_id":${parents[0]?.id}},{"id":8}],"meta":{"pageCount":1}}`,
            },
      ),
    );
    const [parent] = parents;
    const date = `"parent_createdAt":${JSON.stringify(parent?.createdAt)}`;
    const data = [`{"id":7,"parent_id":${parent?.id},${date}}`, `{"id":8,"parent_id":${parent?.id},${date}}`];
    const written = run.lines.filter((line) => line.includes('"RECORD"'));
    expect(written.map((line) => line.slice(line.indexOf('"data":') + 7, -2))).toEqual(data);
  });

  test('reads every page of every parent', async () => {
    const run = await runRead(
      [items],
      fakeApi((url) =>
        url.pathname === '/orders'
          ? pageOf(url, [...parents].reverse())
          : pageOf(
              url,
              Array.from({ length: 25 }, (_, id) => ({ id })),
            ),
      ),
    );
    expect(run.records('items')).toHaveLength(parents.length * 25);
    expect(new Set(run.records('items').map((record) => JSON.stringify(record))).size).toBe(
      parents.length * 25,
    );
  });

  test('skips a parent that has gone, with a warning', async () => {
    const run = await runRead(
      [items],
      fakeApi((url) => {
        if (url.pathname === '/orders') return pageOf(url, [...parents].reverse());
        return url.pathname === '/orders/3/items' ? { status: 404, body: {} } : pageOf(url, [{ id: 7 }]);
      }),
    );
    expect(run.thrown).toBeUndefined();
    expect(sorted(run.records('items').map(({ parent_id }) => parent_id))).toEqual(
      parents.map(({ id }) => id).filter((id) => id !== 3),
    );
    expect(
      run.logs.filter((line) => line.startsWith('WARN') && line.includes('/orders/3/items')),
    ).toHaveLength(1);
    expect(run.course('items').at(-1)).toBe('COMPLETE');
  });

  test.each([1, 2])(
    'asks again for the list of a parent that is said to have gone %i times',
    async (times) => {
      const answers = new Map<string, number>();
      const run = await runRead(
        [items],
        fakeApi((url) => {
          if (url.pathname === '/orders') return pageOf(url, [...parents].reverse());
          const answer = (answers.get(url.pathname) ?? 0) + 1;
          answers.set(url.pathname, answer);
          return answer <= times ? { status: 404, body: {} } : pageOf(url, [{ id: 7 }]);
        }),
      );
      expect(run.records('items')).toHaveLength(parents.length);
      expect(run.logs.filter((line) => line.startsWith('WARN'))).toEqual([]);
      expect(run.course('items').at(-1)).toBe('COMPLETE');
    },
  );

  test('is not there at all where no parent has a list of it, and with one or two of them nobody knows', async () => {
    const read = (count: number) =>
      runRead(
        [items],
        fakeApi((url) =>
          url.pathname === '/orders' ? pageOf(url, parents.slice(0, count)) : { status: 404, body: {} },
        ),
      );
    for (const count of [1, 2]) expect((await read(count)).course('items').at(-1)).toBe('COMPLETE');
    const run = await read(3);
    expect(run.course('items').at(-1)).toBe('INCOMPLETE');
    expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'system_error' })]);
  });

  test('is not begun anew because the list of one parent is long', async () => {
    const long = Array.from({ length: 600 }, (_, id) => ({ id }));
    const byDate = {
      ...items,
      incremental_sync: {
        ...createdBetween,
        cursor_field: 'parent_createdAt',
        extensions: { cursor_field_aliases: ['createdAt'] },
      },
    };
    const run = await runRead(
      [byDate],
      fakeApi((url) =>
        url.pathname === '/orders'
          ? listBetween(url, [...parents])
          : pageOf(url, url.pathname === '/orders/3/items' ? long : long.slice(0, 1)),
      ),
    );
    expect(run.records('items')).toHaveLength(600 + parents.length - 1);
  });

  test('whose key is that of its parent and its own has its repeated pages told by its own', async () => {
    const byBoth = { ...items, primary_key: ['parent_id', 'id'] };
    const own = Array.from({ length: 25 }, (_, id) => ({ id }));
    let isWrong = true;
    const run = await runRead(
      [byBoth],
      fakeApi((url) => {
        if (url.pathname === '/orders') return pageOf(url, [...parents].reverse());
        if (url.pathname === '/orders/3/items' && url.searchParams.get('page') === '2' && isWrong) {
          isWrong = false;
          url.searchParams.set('page', '1');
        }
        return pageOf(url, own);
      }),
    );
    expect(run.records('items')).toHaveLength(25 * parents.length);
    const keys = run.records('items').map(({ parent_id, id }) => JSON.stringify([parent_id, id]));
    expect(new Set(keys).size).toBe(25 * parents.length);
  });

  test('does not ask again for ever where most parents have no list', async () => {
    const many = Array.from({ length: 400 }, (_, id) => ({ id: id + 1, createdAt: at(START + id * 1000) }));
    const api = fakeApi((url) => {
      if (url.pathname === '/orders') return pageOf(url, [...many].reverse());
      return url.pathname === '/orders/400/items' ? pageOf(url, [{ id: 7 }]) : { status: 404, body: {} };
    });
    const run = await runRead([items], api);
    expect(run.records('items')).toHaveLength(1);
    const lists = api.asked.filter(({ pathname }) => pathname !== '/orders');
    expect(lists.length).toBeLessThan(many.length + 60);
  });

  test('whose request fails for one parent is incomplete, and its state does not pass that parent', async () => {
    const run = await runRead(
      [items],
      fakeApi((url) => {
        if (url.pathname === '/orders') return pageOf(url, [...parents].reverse());
        return url.pathname === '/orders/3/items' ? { status: 500, body: {} } : pageOf(url, [{ id: 7 }]);
      }),
    );
    expect(run.course('items').at(-1)).toBe('INCOMPLETE');
    expect(run.states('items').at(-1)).toEqual({
      start_date: at(START),
      parent_createdAt: at(START),
      parent_state: { orders: { createdAt: at(START) } },
    });
  });

  test('of parents older than the state nothing is read again', async () => {
    const state = { parent_createdAt: parents[9]?.createdAt ?? '' };
    const api = fakeApi((url) =>
      url.pathname === '/orders' ? pageOf(url, [...parents].reverse()) : pageOf(url, [{ id: 7 }]),
    );
    const run = await runRead([items], api, { states: new Map([['items', state]]) });
    expect(sorted(run.records('items').map(({ parent_id }) => parent_id))).toEqual([9, 10, 11, 12, 13, 14]);
  });
});

describe('parents or children that are missing by the API’s own count', () => {
  const counted = (stream: DeclarativeStream): DeclarativeStream => ({
    ...stream,
    retriever: { ...stream.retriever, paginator: byCountedPage },
  });
  const stateOf = (run: ReadRun) => new Map([['items', run.states('items').at(-1) ?? {}]]);
  const isOfParent = (id: number) => (record: JsonObject) => record['parent_id'] === id;

  test('a parent: its children come with the next sync', async () => {
    const items = counted(childStreamOf('items', counted(orders)));
    const all = spread(50);
    const api = (hidden: number | undefined) =>
      fakeApi((url) => {
        if (url.pathname !== '/orders') return pageOf(url, [{ id: 1 }]);
        const { body } = listBetween(url, all) as { body: { data: Dated[] } };
        return { body: { ...body, data: body.data.filter(({ id }) => id !== hidden) } };
      });
    const first = await runRead([items], api(3));
    expect(first.logs.some((line) => /WARN items: \/orders: .* 1 may be missing/.test(line))).toBe(true);
    expect(first.states('items').at(-1)).toMatchObject({ parent_createdAt: at(START) });
    const second = await runRead([items], api(undefined), { states: stateOf(first) });
    expect(second.records('items').some(isOfParent(3))).toBe(true);
    expect(second.states('items').at(-1)).not.toHaveProperty('short');
  });

  describe('where the lists of all parents are read', () => {
    const byOrders = counted(childStreamOf('items', orders));
    const router = byOrders.retriever.partition_router as SubstreamPartitionRouter;
    const [config] = router.parent_stream_configs;
    const items: DeclarativeStream = {
      ...byOrders,
      retriever: {
        ...byOrders.retriever,
        partition_router: {
          ...router,
          parent_stream_configs: [
            {
              ...config,
              stream: counted(config.stream),
              incremental_dependency: false,
              extensions: { newest_first_by: 'createdAt' },
            },
          ],
        },
      },
      incremental_sync: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'updatedAt',
        datetime_format: '%Y-%m-%d',
      },
    };
    const parents = Array.from({ length: 50 }, (_, id) => ({
      id,
      createdAt: at(START + id * HOUR_MS),
    })).reverse();

    interface Faults {
      /** Lists of children after which the API fails. */
      readonly lists?: number;
      /** A parent that is counted, but not sent. */
      readonly hidden?: number;
      /** A parent of whose two children one is not sent. */
      readonly short?: number;
      readonly gone?: (id: number) => boolean;
    }

    function api({ lists = Infinity, hidden, short, gone = () => false }: Faults): FakeApi {
      let read = 0;
      return fakeApi((url) => {
        if (read >= lists) return { status: 500, body: {} };
        if (url.pathname === '/orders') {
          const { body } = pageOf(url, parents) as { body: { data: { id: number }[] } };
          return { body: { ...body, data: body.data.filter(({ id }) => id !== hidden) } };
        }
        read++;
        const id = Number(url.pathname.split('/')[2]);
        if (gone(id)) return { status: 404, body: {} };
        const updatedAt = at(START + id * HOUR_MS);
        const { body } = pageOf(
          url,
          [2 * id, 2 * id + 1].map((one) => ({ id: one, updatedAt })),
        ) as {
          body: { data: unknown[] };
        };
        return { body: { ...body, data: id === short ? body.data.slice(1) : body.data } };
      });
    }

    test('children: the parent counts as done only when they have come', async () => {
      const first = await runRead([items], api({ lists: 35, short: 47 }), { numWorkers: 2 });
      expect(first.course('items').at(-1)).toBe('INCOMPLETE');
      const second = await runRead([items], api({}), { numWorkers: 2, states: stateOf(first) });
      expect(second.records('items').some(({ id }) => id === 94)).toBe(true);
    });

    test('a parent: none counts as done, and the next sync reads it', async () => {
      const first = await runRead([items], api({ hidden: 47 }), { numWorkers: 2 });
      expect(first.states('items').at(-1)).toMatchObject({ updatedAt: at(START) });
      expect(first.states('items').at(-1)).not.toHaveProperty('parents_done');
      const second = await runRead([items], api({}), { numWorkers: 2, states: stateOf(first) });
      expect(second.records('items').filter(isOfParent(47))).toHaveLength(2);
      expect(second.states('items').at(-1)).toMatchObject({ updatedAt: parents[0]?.createdAt });
    });

    test('the rest of the parents, gone when a sync goes on, is no sign that the lists do not exist', async () => {
      const first = await runRead([items], api({ lists: 35 }), { numWorkers: 2 });
      expect(first.states('items').at(-1)).toHaveProperty('parents_done');
      const gone = (id: number) => id <= 30;
      const second = await runRead([items], api({ gone }), { numWorkers: 2, states: stateOf(first) });
      expect(second.errors).toEqual([]);
      expect(second.course('items').at(-1)).toBe('COMPLETE');
    });
  });
});
