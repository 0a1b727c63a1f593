/** Paystack's lists of which the vendor's sources disagree on how they are paged: each form is read to its end, once. */
import { describe, expect, test } from '@jest/globals';
import type { DeclarativeStream } from './declarative/components.js';
import { applePayDomains } from './providers/paystack/streams/apple-pay-domains.js';
import { banks } from './providers/paystack/streams/banks.js';
import { terminals } from './providers/paystack/streams/terminals.js';
import { fakeApi, runRead } from './test-support/read-run.fixture.js';

type Meta = Readonly<Record<string, number>> | undefined;

/** So many are there; the API sends up to `size` of them at a time, or all. */
async function read(stream: DeclarativeStream, count: number, size: number, meta: Meta) {
  const api = fakeApi(({ searchParams }) => {
    const first = (Number(searchParams.get('page') ?? 1) - 1) * size;
    const some = Array.from({ length: count }, (_, i) => i).slice(first, first + size);
    const data =
      stream.name === 'apple_pay_domains'
        ? { domainNames: some.map((i) => `${i}.example`) }
        : some.map((id) => ({ id }));
    const page = Number(searchParams.get('page') ?? 1);
    return { body: { status: true, data, ...(meta === undefined ? {} : { meta: { ...meta, page } }) } };
  });
  const run = await runRead([stream], api, { syncMode: 'full_refresh' });
  return { records: run.records(stream.name).length, requests: api.asked.length, errors: run.errors };
}

describe.each([
  ['apple_pay_domains', applePayDomains],
  ['banks', banks],
  ['terminals', terminals],
] as const)('%s', (_, stream) => {
  test.each([
    [250, 100],
    [250, 50],
    [20, 100],
  ])('by page: %i in pages of %i', async (count, size) => {
    const meta = { total: count, perPage: size, pageCount: Math.ceil(count / size) };
    expect(await read(stream, count, size, meta)).toMatchObject({ records: count, errors: [] });
    expect(await read(stream, count, size, { total: count })).toMatchObject({ records: count, errors: [] });
  });
});

test.each([
  ['apple_pay_domains', applePayDomains],
  ['banks', banks],
] as const)('%s that come all at once are read once', async (_, stream) => {
  const all = fakeApi(() => ({
    body: {
      status: true,
      data:
        stream.name === 'banks'
          ? Array.from({ length: 150 }, (__, id) => ({ id }))
          : { domainNames: Array.from({ length: 150 }, (__, i) => `${i}.example`) },
    },
  }));
  const run = await runRead([stream], all, { syncMode: 'full_refresh' });
  expect(run.records(stream.name)).toHaveLength(150);
  // An answer that says nothing of its list is not believed at once.
  expect(all.asked).toHaveLength(4);
});
