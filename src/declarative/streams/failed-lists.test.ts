/** Lists of single parents that cannot be read. */
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../protocol/messages.js';
import { items, parentsOf } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { at, fakeApi, pageOf, runRead, sorted, START } from '../../test-support/read-run.fixture.js';
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';
import { HOUR_MS, MINUTE_MS } from '../durations.js';
import type { SendHttp } from '../requesters/http.js';
import { NO_ANSWER, STALLED, TransportError } from '../requesters/transport-error.js';

const ids = (run: ReadRun): number[] => run.records('items').map(({ id }) => Number(id));

describe('a parent whose list the API refuses', () => {
  const parents = parentsOf(50);
  const refuses = (ids: readonly number[], status: number, clock: FakeClock): FakeApi =>
    fakeApi((url) => {
      clock.advance(MINUTE_MS);
      if (url.pathname === '/orders') return pageOf(url, parents);
      const id = Number(url.pathname.split('/')[2]);
      return ids.includes(id)
        ? { status, body: {} }
        : pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
    });
  const read = (api: FakeApi, clock: FakeClock, state?: JsonObject) =>
    runRead([items], api, {
      context: { clock },
      numWorkers: 2,
      states: new Map(state === undefined ? [] : [['items', state]]),
    });
  const without = (ids: readonly number[]) =>
    sorted(parents.map(({ id }) => id).filter((id) => !ids.includes(id)));
  const listsOf = (api: FakeApi) => api.asked.filter(({ pathname }) => pathname !== '/orders').length;

  test.each([
    [403, [20], 'system_error'],
    [412, [5, 20, 49, 48, 47, 46], 'system_error'],
    [400, [20], 'system_error'],
    [500, [20], 'transient_error'],
    [403, Array.from({ length: 25 }, (_, i) => 10 + i), 'system_error'],
    [500, [20, 21], 'transient_error'],
    [500, [10, 20, 30, 40], 'transient_error'],
  ])('with %i does not hold up those of the others', async (status, refused, failureType) => {
    const clock = new FakeClock();
    const run = await read(refuses(refused, status, clock), clock);
    expect(sorted(ids(run))).toEqual(without(refused));
    expect(run.course('items').at(-1)).toBe('INCOMPLETE');
    expect(run.errors).toHaveLength(1);
    expect(run.errors[0]).toMatchObject({ failure_type: failureType });
    expect(run.errors[0]?.message).toMatch(
      new RegExp(
        `^${refused.length} of 50 lists could not be read, first /orders/\\d+/items; the others were`,
      ),
    );
  });

  test('is asked for alone by the next sync, and if that is in vain, with all by the one after it', async () => {
    const clock = new FakeClock();
    const first = await read(refuses([20], 412, clock), clock);
    const again = refuses([20], 412, clock);
    const second = await read(again, clock, first.states('items').at(-1));
    // And for the oldest, since others may be as old.
    expect(listsOf(again)).toBe(2);
    const mended = refuses([], 412, clock);
    const third = await read(mended, clock, second.states('items').at(-1));
    expect(sorted(ids(third))).toEqual(without([]));
    expect(third.course('items').at(-1)).toBe('COMPLETE');
  });

  test('with others at which the API fails, too many to go on, does not keep the syncs from new parents', async () => {
    const clock = new FakeClock();
    const first = await read(refuses([20, 30, 40], 500, clock), clock);
    expect(first.states('items').at(-1)).toHaveProperty('parents_done');
    const second = await read(refuses([20, 30, 40], 500, clock), clock, first.states('items').at(-1));
    expect(second.states('items').at(-1)).not.toHaveProperty('parents_done');
    const third = await read(refuses([20, 30, 40], 500, clock), clock, second.states('items').at(-1));
    expect(sorted(ids(third))).toEqual(without([20, 30, 40]));
  });

  test('is told of as it is where all are refused, however few there are', async () => {
    const clock = new FakeClock();
    const few = parentsOf(3);
    const api = fakeApi((url) => (url.pathname === '/orders' ? pageOf(url, few) : { status: 403, body: {} }));
    const run = await read(api, clock);
    expect(run.errors).toEqual([
      expect.objectContaining({ failure_type: 'config_error', message: expect.stringContaining('HTTP 403') }),
    ]);
  });

  test('with 401, which is about the key, ends the stream', async () => {
    const clock = new FakeClock();
    const asked = new Set<string>();
    const api = fakeApi((url) => {
      if (url.pathname === '/orders') return pageOf(url, parents);
      asked.add(url.pathname);
      return asked.size > 10 ? { status: 401, body: {} } : pageOf(url, [{ id: 1, updatedAt: at(START) }]);
    });
    const run = await read(api, clock);
    expect(run.course('items')).toContain('INCOMPLETE');
    expect(asked.size).toBeLessThanOrEqual(16);
  });

  test('is told of as it is where all are refused, and not all are asked for', async () => {
    const clock = new FakeClock();
    const all = parents.map(({ id }) => id);
    const api = refuses(all, 403, clock);
    const run = await read(api, clock);
    expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'config_error' })]);
    expect(listsOf(api)).toBeLessThan(35);
  });
});

describe('a parent at whose list the API', () => {
  test.each([
    ['breaks the connection', 'ECONNRESET'],
    ['takes no connection', 'ECONNREFUSED'],
    ['does not answer', NO_ANSWER],
    ['does not end its answer', STALLED],
  ])('%s does not hold up the lists of the others', async (_, code) => {
    const parents = parentsOf(10);
    const api = fakeApi((url) =>
      url.pathname === '/orders' ? pageOf(url, parents) : pageOf(url, [{ id: 1, updatedAt: at(START) }]),
    );
    const http: SendHttp = (request) =>
      request.url.includes('/orders/9/')
        ? Promise.reject(new TransportError(code, 'it broke'))
        : api.http(request);
    const run = await runRead([items], { ...api, http }, { numWorkers: 1 });
    expect(run.records('items')).toHaveLength(9);
    expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'transient_error' })]);
  });
});

describe('parents whose ids no path can hold', () => {
  const odd = ['".."', '""', '{"a":1}', '[]', '"\\ud800"'];

  test('do not hold up the lists of the others', async () => {
    const parents = parentsOf(20).map((parent, i) => {
      const text = JSON.stringify(parent);
      return i % 4 === 1 ? text.replace(/"id":\d+/, `"id":${odd[(i - 1) / 4]}`) : text;
    });
    const run = await runRead(
      [items],
      fakeApi((url) => {
        if (url.pathname === '/orders')
          return { body: `{"data":[${parents.join()}],"meta":{"pageCount":1}}` };
        const id = Number(url.pathname.split('/')[2]);
        return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
      }),
      { numWorkers: 20 },
    );
    expect(ids(run)).toHaveLength(15);
    expect(run.course('items').at(-1)).toBe('INCOMPLETE');
    expect(run.errors).toEqual([
      expect.objectContaining({
        failure_type: 'system_error',
        message: expect.stringMatching(/^5 of 20 lists could not be read, .* cannot be asked for\.$/),
      }),
    ]);
  });
});

describe('several parents at whose lists the API always fails', () => {
  const broken = [44, 45, 46, 47];
  /** The lists of the broken ones fail when all others of their page have long been read. */
  const failing = (parents: readonly { readonly id: number }[], asked: number[]) => {
    const api = fakeApi((url) => {
      if (url.pathname === '/orders') return pageOf(url, parents);
      const id = Number(url.pathname.split('/')[2]);
      return pageOf(url, [{ id, updatedAt: at(START + id * HOUR_MS) }]);
    });
    const http: SendHttp = async (request) => {
      const id = Number(new URL(request.url).pathname.split('/')[2]);
      if (!Number.isNaN(id)) asked.push(id);
      if (!broken.includes(id)) return api.http(request);
      await new Promise((go) => setImmediate(go));
      throw new TransportError('ECONNRESET', 'it broke');
    };
    return { ...api, http };
  };

  test('do not hold up those of the pages behind theirs', async () => {
    const parents = parentsOf(50);
    const run = await runRead([items], failing(parents, []), { numWorkers: 20 });
    expect(sorted(ids(run))).toEqual(
      sorted(parents.map(({ id }) => id).filter((id) => !broken.includes(id))),
    );
    expect(run.course('items').at(-1)).toBe('INCOMPLETE');
  });

  test('do not hold up new ones for good', async () => {
    const clock = new FakeClock();
    const parents = parentsOf(50);
    let state: JsonObject | undefined;
    const came = new Set<number>();
    for (let sync = 0; sync < 4; sync++) {
      for (let i = 0; i < 30; i++) clock.advance(MINUTE_MS);
      const added = 1000 + sync;
      parents.unshift({ id: added, createdAt: at(clock.now() - 20 * MINUTE_MS) });
      const run = await runRead([items], failing(parents, []), {
        context: { clock },
        numWorkers: 20,
        states: new Map(state === undefined ? [] : [['items', state]]),
      });
      for (const id of ids(run)) came.add(id);
      state = run.states('items').at(-1) ?? state;
    }
    // The last one may be left to the next sync.
    expect([1000, 1001, 1002].filter((id) => !came.has(id))).toEqual([]);
  });
});
