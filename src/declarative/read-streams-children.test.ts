import { describe, expect, test } from '@jest/globals';
import { childStreamOf, createdBetween, streamOf } from '../test-support/definitions.fixture.js';
import { at, fakeApi, pageOf, runRead, sorted, spread, START } from '../test-support/read-run.fixture.js';

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
      { parent_createdAt: mark, parent_state: { orders: { createdAt: mark } } },
    ]);
    expect(run.course('items')).toEqual(['STARTED', 'RUNNING', 'RECORD', 'STATE', 'COMPLETE']);
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
