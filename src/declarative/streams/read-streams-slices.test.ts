/** How a stream with a cursor is cut into slices: nothing may be lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../protocol/messages.js';
import { byCountedPage, createdBetween, streamOf } from '../../test-support/definitions.fixture.js';
import {
  at,
  fakeApi,
  idsOf,
  listBetween,
  NOW,
  pageOf,
  runRead,
  sorted,
  spread,
  START,
} from '../../test-support/read-run.fixture.js';
import type { Dated, ReadRun } from '../../test-support/read-run.fixture.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.js';

const orders = streamOf('orders', { incremental_sync: createdBetween });
/** No two STATEs of a stream that are equal. */
function expectNoRepeatedState(run: ReadRun, stream: string): void {
  const states = run.states(stream).map((state) => JSON.stringify(state));
  expect(states.filter((state, i) => state === states[i - 1])).toEqual([]);
}

interface Closed {
  readonly start: string;
  readonly end: string;
}

function closedSlices(state: JsonObject): Closed[] {
  return (state['closed_slices'] ?? []) as unknown as Closed[];
}

describe('a large range', () => {
  const all = spread(1000);
  const api = () => fakeApi((url) => listBetween(url, all));

  test('is cut into slices, and every record comes once', async () => {
    const run = await runRead([orders], api());
    expect(run.thrown).toBeUndefined();
    expect(sorted(idsOf(run))).toEqual(all.map(({ id }) => id));
    const bySlice = run.logs.flatMap(
      (line) => /^INFO orders: slice .* closed, (\d+) records?$/.exec(line)?.[1] ?? [],
    );
    expect(bySlice.length).toBeGreaterThan(2);
    expect(bySlice.reduce((sum, count) => sum + Number(count), 0)).toBe(all.length);
    expect(run.states('orders').at(-1)).toEqual({ start_date: at(START), createdAt: all.at(-1)?.createdAt });
    expectNoRepeatedState(run, 'orders');
  });

  test('each STATE is true: the records of all ranges that it calls closed stand before it', async () => {
    const run = await runRead([orders], api());
    const seen = new Set<unknown>();
    let states = 0;
    for (const message of run.messages) {
      if (message.type === 'RECORD') seen.add(message.record.data['id']);
      if (message.type !== 'STATE') continue;
      states++;
      const { stream_state } = message.state.stream;
      const mark = stream_state['createdAt'] as string;
      const claimed = all.filter(({ createdAt }) =>
        createdAt <= mark && createdAt > at(START)
          ? true
          : closedSlices(stream_state).some(({ start, end }) => createdAt >= start && createdAt < end),
      );
      expect(claimed.filter(({ id }) => !seen.has(id))).toEqual([]);
    }
    expect(states).toBeGreaterThan(1);
  });

  test('of few records costs as many requests as they have pages, however many years it has', async () => {
    const few = Array.from({ length: 200 }, (_, id) => ({
      id,
      createdAt: at(Date.parse('2014-07-01T00:00:00.000Z') + id * 18 * DAY_MS),
    }));
    const one = fakeApi((url) => listBetween(url, few));
    const run = await runRead([orders], one, { startDate: '2014-01-01T00:00:00.000Z' });
    expect(sorted(idsOf(run))).toEqual(few.map(({ id }) => id));
    // And the one behind the last, which is full.
    expect(one.asked).toHaveLength(20 + 1);
  });

  test.each([
    // Six of them because answers that say nothing of their list are not believed at once.
    [5, 8],
    [9, 8],
    [60, 50],
  ])('of %i records that nobody counts, in ten years, costs at most %i requests', async (count, requests) => {
    const startDate = '2014-06-15T12:00:00.000Z';
    const since = Date.parse(startDate);
    const few = Array.from({ length: count }, (_, id) => ({
      id,
      createdAt: at(since + ((NOW - since) / count) * id),
    }));
    const uncounted = fakeApi((url) => {
      const { body } = listBetween(url, few) as { body: { data: unknown } };
      return { body: { data: body.data } };
    });
    const run = await runRead([orders], uncounted, { startDate });
    expect(sorted([...new Set(idsOf(run))])).toEqual(few.map(({ id }) => id));
    expect(uncounted.asked.length).toBeLessThanOrEqual(requests);
  });

  test('is closed slice by slice, so that a crash costs little', async () => {
    const many = spread(4000);
    const { retriever } = orders;
    const counted = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
    const run = await runRead(
      [counted],
      fakeApi((url) => listBetween(url, many)),
    );
    const sizes = run.logs.flatMap((line) => /slice .* closed, ([\d,]+) records?$/.exec(line)?.[1] ?? []);
    const largest = Math.max(...sizes.map((size) => Number(size.replaceAll(',', ''))));
    let open = 0;
    for (const message of run.messages) {
      if (message.type === 'STATE') open = 0;
      if (message.type === 'RECORD') open++;
      // Of two slices at most, and the first page of each other one.
      expect(open).toBeLessThan(2.5 * largest);
    }
    expect(sizes.length).toBeGreaterThan(6);
    expect(sorted(idsOf(run))).toEqual(many.map(({ id }) => id));
  });

  test('a sync that goes on from any of its states loses nothing', async () => {
    const run = await runRead([orders], api());
    for (const state of run.states('orders')) {
      const position = run.messages.findIndex(
        (one) =>
          one.type === 'STATE' && JSON.stringify(one.state.stream.stream_state) === JSON.stringify(state),
      );
      const before = run.messages
        .slice(0, position)
        .flatMap((one) => (one.type === 'RECORD' ? [one.record.data['id']] : []));
      const next = await runRead([orders], api(), { states: new Map([['orders', state]]) });
      expect(next.thrown).toBeUndefined();
      expect(sorted([...new Set([...before, ...idsOf(next)])])).toEqual(all.map(({ id }) => id));
    }
  });

  test('of which one part fails is incomplete, and the next sync reads what is missing', async () => {
    const broken = fakeApi((url) => {
      const from = url.searchParams.get('from') ?? '';
      const isPart = from > '2024-02-15' && from < '2024-04-15' && url.searchParams.get('page') !== '1';
      return isPart ? { status: 500, body: {} } : listBetween(url, all);
    });
    const first = await runRead([orders], broken);
    expect(first.course('orders').at(-1)).toBe('INCOMPLETE');
    expect(first.course('orders').at(-2)).not.toBe('RECORD');
    const state = first.states('orders').at(-1) ?? {};
    const second = await runRead([orders], api(), { states: new Map([['orders', state]]) });
    expect(sorted([...new Set([...idsOf(first), ...idsOf(second)])])).toEqual(all.map(({ id }) => id));
    expect(idsOf(second).length).toBeLessThan(all.length);
  });

  test.each([401, 403, 404, 410])(
    'is read whole although the first page of a part is answered with %i once',
    async (status) => {
      let asked = 0;
      const run = await runRead(
        [orders],
        fakeApi((url) => {
          const isOfPart =
            url.searchParams.get('page') === '1' && (url.searchParams.get('from') ?? '') > '2024-02';
          return isOfPart && ++asked === 1 ? { status, body: {} } : listBetween(url, all);
        }),
      );
      expect(asked).toBeGreaterThan(1);
      expect(run.errors).toEqual([]);
      expect(sorted(idsOf(run))).toEqual(all.map(({ id }) => id));
      expect(run.course('orders').at(-1)).toBe('COMPLETE');
    },
  );

  test('is read whole although one of its parts is said to be empty, and that again', async () => {
    const counted = { ...orders, retriever: { ...orders.retriever, paginator: byCountedPage } };
    let said = 0;
    let part: string | undefined;
    const run = await runRead(
      [counted],
      fakeApi((url) => {
        const isOfPart = (url.searchParams.get('from') ?? '') > '2024-02';
        if (isOfPart) part ??= url.search;
        return url.search === part && said++ < 3 ? pageOf(url, []) : listBetween(url, all);
      }),
    );
    expect(said).toBeGreaterThan(2);
    expect(sorted([...new Set(idsOf(run))])).toEqual(all.map(({ id }) => id));
    expect(run.logs.filter((line) => /WARN .* holds \d+ records, its parts \d+\)$/.test(line))).toHaveLength(
      1,
    );
    expect(run.states('orders').at(-1)).toEqual({ start_date: at(START), createdAt: all.at(-1)?.createdAt });
  });

  test.each([1, 4])(
    'of which parts always hold fewer records than the whole is read, and that is said (%i at a time)',
    async (numWorkers) => {
      const counted = { ...orders, retriever: { ...orders.retriever, paginator: byCountedPage } };
      // Most are of the last days, so that the part that is told of last is cut itself.
      const newest = spread(1500).map(({ id }) => ({
        id: id + 10_000,
        createdAt: at(NOW - DAY_MS * 10 + id * 500_000),
      }));
      const many = [...all, ...newest];
      const isWhole = (url: URL): boolean =>
        (url.searchParams.get('from') ?? '') < '2024-01-02' &&
        (url.searchParams.get('to') ?? '') > '2024-06-15';
      const run = await runRead(
        [counted],
        // As if the parts knew nothing of every tenth one.
        fakeApi((url) => listBetween(url, isWhole(url) ? many : many.filter(({ id }) => id % 10 > 0))),
        { numWorkers },
      );
      expect(idsOf(run).length).toBeGreaterThan(0);
      expect(run.course('orders').at(-1)).toBe('COMPLETE');
      expect(
        run.logs.filter((line) => line.includes('holds') && line.endsWith('some may be missing')),
      ).toHaveLength(1);
    },
  );

  test('a finished full refresh that is asked for again with its own state reads its last ten minutes only', async () => {
    const first = await runRead([orders], api(), { syncMode: 'full_refresh' });
    const state = first.states('orders').at(-1) ?? {};
    expect(closedSlices(state)).toMatchObject([{ start: at(START), end: at(NOW - 10 * MINUTE_MS) }]);
    const again = api();
    const second = await runRead([orders], again, {
      syncMode: 'full_refresh',
      states: new Map([['orders', state]]),
    });
    expect(idsOf(second)).toEqual([]);
    expect(new Set(again.asked.map((url) => url.searchParams.get('from')))).toEqual(
      new Set(['2024-06-15T11:49:59.000Z']),
    );
  });
});

describe('the bounds of requests', () => {
  test.each<[string, (url: URL, record: Dated) => boolean]>([
    ['inclusive', (url, { createdAt }) => createdAt >= from(url) && createdAt <= to(url)],
    ['exclusive', (url, { createdAt }) => createdAt > from(url) && createdAt < to(url)],
    [
      'cut to the day',
      (url, { createdAt }) =>
        createdAt.slice(0, 10) >= from(url).slice(0, 10) && createdAt.slice(0, 10) <= to(url).slice(0, 10),
    ],
    [
      'cut to the day of another time zone',
      (url, { createdAt }) => {
        const local = at(Date.parse(createdAt) + HOUR_MS).slice(0, 10);
        return local >= from(url).slice(0, 10) && local < to(url).slice(0, 10);
      },
    ],
    [
      'of which the end alone is cut, to the day of another time zone',
      (url, { createdAt }) => {
        const local = (time: string): string => at(Date.parse(time) - 3 * HOUR_MS).slice(0, 10);
        return createdAt >= from(url) && local(createdAt) < local(to(url));
      },
    ],
  ])('may be %s: no record is lost', async (kind, isBetween) => {
    // On the very bounds of slices too: whole days.
    const day = DAY_MS;
    const all = Array.from({ length: 1500 }, (_unused, id) => ({
      id,
      createdAt: at(START + (1 + Math.floor(id / 10)) * day + (id % 2) * 1000 - (id % 3) * 1_800_000),
    }));
    const api = fakeApi((url) => pageOf(url, all.filter((one) => isBetween(url, one)).reverse()));
    const run = await runRead([orders], api);
    const read = sorted(idsOf(run));
    expect([...new Set(read)]).toEqual(all.map(({ id }) => id));
    // Where the API is found to cut bounds, reading begins anew.
    if (!kind.startsWith('cut')) expect(read).toHaveLength(all.length);
  });

  test('that are cut to the day are known as such to the sync that goes on', async () => {
    // Slices of less than a week, which reach no further than they must.
    const since = Date.parse('2024-05-27T00:00:00.000Z');
    const all = Array.from({ length: 1500 }, (_, id) => ({
      id,
      createdAt: `${at(since + ((NOW - since) / 1500) * id).slice(0, 10)}T00:00:00.000Z`,
    }));
    const dayOf = (time: string): string => time.slice(0, 10);
    const isBetween = (url: URL, { createdAt }: Dated): boolean =>
      dayOf(createdAt) >= dayOf(from(url)) && dayOf(createdAt) <= dayOf(to(url));
    const api = () => fakeApi((url) => pageOf(url, all.filter((one) => isBetween(url, one)).reverse()));
    const startDate = at(since);
    const found = 'filters by whole days';

    const whole = await runRead([orders], api(), { startDate });
    expect(whole.logs.join(' ')).toContain(found);
    const states = whole.states('orders').filter((state) => state['date_filter'] === 'days');
    expect(states.length).toBeGreaterThan(1);
    expect(whole.states('orders').at(-1)).not.toHaveProperty('date_filter');

    const last = states.at(-1) ?? {};
    const rest = await runRead([orders], api(), { startDate, states: new Map([['orders', last]]) });
    expect(rest.logs.join(' ')).not.toContain(found);
    expect(idsOf(rest).length).toBeLessThan(all.length);
    const isClosed = ({ createdAt }: Dated): boolean =>
      closedSlices(last).some(({ start, end }) => createdAt >= start && createdAt < end);
    const open = all.filter((one) => !isClosed(one));
    expect(open.length).toBeGreaterThan(0);
    expect(open.filter(({ id }) => !idsOf(rest).includes(id))).toEqual([]);
  });

  function from(url: URL): string {
    return url.searchParams.get('from') ?? '';
  }
  function to(url: URL): string {
    return url.searchParams.get('to') ?? '';
  }
});

describe('a limit of what the API counts and shows', () => {
  const LIMIT = 1000;
  const readLimited = (many: readonly Dated[], page_size: number) => {
    const { pagination_strategy } = byCountedPage;
    const paginator = { ...byCountedPage, pagination_strategy: { ...pagination_strategy, page_size } };
    return runRead(
      [{ ...orders, retriever: { ...orders.retriever, paginator } }],
      fakeApi((url) => {
        const whole = new URL(url);
        whole.searchParams.set('page', '1');
        whole.searchParams.set('perPage', String(LIMIT));
        const { body } = listBetween(whole, many) as { body: { data: Dated[] } };
        const isBeyond = Number(url.searchParams.get('page')) > LIMIT / page_size;
        return isBeyond ? { status: 400, body: { message: 'too deep' } } : pageOf(url, body.data);
      }),
    );
  };

  test.each([10, 100])('is passed by cutting the range below it, in pages of %i', async (size) => {
    const many = spread(6000);
    const run = await readLimited(many, size);
    expect(run.errors).toEqual([]);
    expect(sorted(idsOf(run))).toEqual(many.map(({ id }) => id));
    expect(run.logs.at(-1)).toContain('verified: as many as the API counts');
  });

  test('is told of where nothing can be cut, and not called verified', async () => {
    const day = Date.parse('2024-03-05T00:00:00.000Z');
    const many = Array.from({ length: 1500 }, (_, id) => ({ id, createdAt: at(day + id * 1000) }));
    const run = await readLimited(many, 100);
    expect(run.logs).toContainEqual(
      'WARN orders: /orders: the API counts 1000 records, which may be the most that it counts and shows; if there are more, they are missing',
    );
    expect(run.logs.at(-1)).not.toContain('verified: as many as the API counts');
  });
});

test('counts of the whole list, whatever range is asked for, do not cut it into ever more parts', async () => {
  const all = spread(2010);
  const { retriever } = orders;
  const list = { ...orders, retriever: { ...retriever, paginator: byCountedPage } };
  const api = fakeApi((url) => {
    const { body } = listBetween(url, all) as { body: { data: Dated[] } };
    const size = Number(url.searchParams.get('perPage'));
    return { body: { ...body, meta: { pageCount: all.length / size, total: all.length } } };
  });
  const run = await runRead([list], api);
  expect(run.course('orders').at(-1)).toBe('COMPLETE');
  expect(sorted(idsOf(run))).toEqual(all.map(({ id }) => id));
  // 200 pages; the rest are those behind the ends of the parts.
  expect(api.asked.length).toBeLessThan(1000);
});

describe('a date filter that does not work', () => {
  test('is given up with a STATE behind the records, also where it says the same as the one before', async () => {
    // Two ranges are left: of one nothing comes, of the other one a record that is none of it.
    const state = {
      createdAt: at(START),
      closed_slices: [
        { start: at(START), end: '2024-02-01T00:00:00.000Z' },
        { start: '2024-03-01T00:00:00.000Z', end: '2024-05-01T00:00:00.000Z' },
      ],
    };
    const api = fakeApi((url) => {
      const from = url.searchParams.get('from');
      if (from === null)
        return pageOf(
          url,
          [1, 2, 3].map((id) => ({ id, createdAt: at(START) })),
        );
      if (from < '2024-02-15') return pageOf(url, []);
      return pageOf(url, [{ id: 9, createdAt: '2024-01-15T00:00:00.000Z' }]);
    });
    const run = await runRead([orders], api, { states: new Map([['orders', state]]), numWorkers: 1 });
    expect(run.course('orders')).toEqual([
      ...['STARTED', 'RUNNING', 'STATE', 'STATE', 'RECORD', 'STATE', 'COMPLETE'],
    ]);
    const [before, behind] = run.messages
      .flatMap((one) => (one.type === 'STATE' ? [one.state] : []))
      .slice(-2);
    expect(behind).toMatchObject({ sourceStats: { recordCount: 3 } });
    // Numbered: behind other records an equal one would confuse the platform's counting.
    expect(behind?.stream.stream_state).toEqual({ createdAt: at(START), heartbeat: 1 });
    expect(before?.stream.stream_state).toEqual({ createdAt: at(START) });
  });

  test('is noticed, and the whole list is read', async () => {
    const old = Array.from({ length: 30 }, (_, id) => ({
      id,
      createdAt: at(START - (30 - id) * DAY_MS * 30),
    }));
    const all = [...old, ...spread(300).map((one) => ({ ...one, id: one.id + 30 }))];
    const api = fakeApi((url) => pageOf(url, [...all].reverse()));
    const run = await runRead([orders], api);
    expect(run.thrown).toBeUndefined();
    expect(run.logs.filter((line) => line.includes('does not filter by createdAt'))).toHaveLength(1);
    expect(api.asked.at(-1)?.searchParams.has('from')).toBe(false);
    const wanted = all.filter(({ createdAt }) => createdAt >= at(START)).map(({ id }) => id);
    expect(sorted([...new Set(idsOf(run))])).toEqual(wanted);
    expect(run.states('orders').at(-1)).toEqual({ start_date: at(START), createdAt: all.at(-1)?.createdAt });
    expectNoRepeatedState(run, 'orders');
    expect(run.course('orders').at(-1)).toBe('COMPLETE');
  });

  test('costs a list that is never changed and newest first but for seconds a few pages in the next sync', async () => {
    const ledger = streamOf('orders', {
      incremental_sync: { ...createdBetween, is_data_feed: true, extensions: { prove_filter: true } },
    });
    // Every hour two within a second; the one that was written first has the later date.
    const all = Array.from({ length: 3000 }, (_, id) => {
      const ms = START + Math.floor(id / 2) * HOUR_MS + (id % 2 === 0 ? 900 : 0);
      return { id, createdAt: at(ms) };
    });
    let visible = all.slice(0, 2900);
    const api = fakeApi((url) => pageOf(url, [...visible].reverse()));
    const first = await runRead([ledger], api);
    expect(sorted(idsOf(first))).toEqual(visible.map(({ id }) => id));
    visible = all;
    const before = api.asked.length;
    const states = new Map([['orders', first.states('orders').at(-1) ?? {}]]);
    const second = await runRead([ledger], api, { states });
    expect(sorted(idsOf(second))).toEqual(expect.arrayContaining(all.slice(2900).map(({ id }) => id)));
    expect(api.asked.length - before).toBeLessThan(20);
  });
});

test('whatever the records, each comes exactly once and the state is the newest of them', async () => {
  const time = fc.integer({ min: START, max: NOW - 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(time, { maxLength: 400 }), async (times) => {
      const all = times.map((ms, id) => ({ id, createdAt: at(ms) }));
      const run = await runRead(
        [orders],
        fakeApi((url) => listBetween(url, all)),
      );
      expect(sorted(idsOf(run))).toEqual(all.map(({ id }) => id));
      const newest = at(Math.max(START, ...times));
      expect(run.states('orders').at(-1)).toEqual({ start_date: at(START), createdAt: newest });
      expectNoRepeatedState(run, 'orders');
    }),
    { numRuns: 25 },
  );
});
