/** A key that the API has accepted, and refuses a moment later. */
import { describe, expect, test } from '@jest/globals';
import { items, parentsOf } from '../../test-support/child-lists.fixture.js';
import { FakeClock } from '../../test-support/fake-clock.fixture.js';
import { byCountedPage, streamOf } from '../../test-support/definitions.fixture.js';
import { at, fakeApi, idsOf, pageOf, runRead, sorted, START } from '../../test-support/read-run.fixture.js';
import type { FakeApi, ReadRun } from '../../test-support/read-run.fixture.js';

const parents = parentsOf(30);

/** @param isRefused by path and number of the request for it; 1 for the first */
function refusing(status: number, isRefused: (path: string, nth: number) => boolean): FakeApi {
  const requests = new Map<string, number>();
  return fakeApi((url) => {
    const { pathname } = url;
    const nth = (requests.get(pathname) ?? 0) + 1;
    requests.set(pathname, nth);
    if (isRefused(pathname, nth)) return { status, body: { message: 'refused' } };
    if (pathname === '/orders') return pageOf(url, parents);
    return pageOf(url, [{ id: pathname.split('/')[2], updatedAt: at(START) }]);
  });
}

const isChild = (path: string): boolean => path.endsWith('/items');
const read = (api: FakeApi): Promise<ReadRun> =>
  runRead([items], api, { context: { clock: new FakeClock() }, numWorkers: 2 });

describe.each([401, 403])('lists of parents, at which it is refused (HTTP %i)', (status) => {
  test('once, are asked for again', async () => {
    const api = refusing(status, (path, nth) => /\/(3|17|18)\/items/.test(path) && nth === 1);
    const run = await read(api);
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run, 'items'))).toEqual(sorted(parents.map(({ id }) => id)));
  });

  test('for good while others were read, are no fault of the config', async () => {
    const run = await read(refusing(status, (path) => isChild(path) && !path.includes('/29/')));
    expect(run.course('items').slice(-2)).toContain('INCOMPLETE');
    expect(run.errors.length).toBeGreaterThan(0);
    expect(run.errors.map(({ failure_type }) => failure_type)).not.toContain('config_error');
  });
});

describe('another stream, at whose first request it is refused', () => {
  const both = [streamOf('orders'), streamOf('plans')];

  test('once, is read', async () => {
    const api = refusing(401, (path, nth) => path === '/plans' && nth === 1);
    const run = await runRead(both, api, { numWorkers: 1 });
    expect(run.errors).toEqual([]);
    expect(run.course('plans').at(-1)).toBe('COMPLETE');
  });

  test('for good, lacks a permission that a person must give', async () => {
    const run = await runRead(
      both,
      refusing(401, (path) => path === '/plans'),
      { numWorkers: 1 },
    );
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
    expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'config_error' })]);
  });
});

test('one that was never accepted is not tried again', async () => {
  const api = refusing(401, () => true);
  const run = await runRead([streamOf('orders')], api);
  expect(api.asked).toHaveLength(1);
  expect(run.errors).toEqual([expect.objectContaining({ failure_type: 'config_error' })]);
});

test('pages behind the last one, at which it is refused, do not use up the doubts of first pages', async () => {
  const counted = { ...items, retriever: { ...items.retriever, paginator: byCountedPage } };
  const requests = new Map<string, number>();
  const api = fakeApi((url) => {
    const { pathname } = url;
    if (pathname === '/orders') return pageOf(url, parents);
    const nth = (requests.get(pathname) ?? 0) + 1;
    requests.set(pathname, nth);
    const isRefused = url.searchParams.get('page') !== '1' || (pathname.includes('/3/') && nth === 1);
    if (isRefused) return { status: 403, body: { message: 'refused' } };
    const children = Array.from({ length: 10 }, (_, i) => ({ id: `${pathname} ${i}`, updatedAt: at(START) }));
    return pageOf(url, children);
  });
  const run = await runRead([counted], api, { context: { clock: new FakeClock() }, numWorkers: 1 });
  expect(run.errors).toEqual([]);
});
