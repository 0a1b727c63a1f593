/** Lists that never end, and counts that cannot be. */
import { describe, expect, it } from '@jest/globals';
import { inTurn, reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectComplete, expectFailed } from './expectations.js';
import type { Stage } from './stage.js';
import { record, TARGETS } from './targets.js';

const { page } = TARGETS.paystack;
const same = (meta: string): Attack => reply(200, page([record(1), record(2)], `"meta":${meta}`));
/** A page, and then an empty one. */
const ending = (meta: string): Attack => inTurn(same(meta), reply(200, page([], `"meta":${meta}`)));

/** Another token for each page, from a few that come round. */
const circle: Attack = (response, asked) =>
  reply(200, page([record(asked.attempt)], `"meta":{"next":"token${asked.attempt % 5}"}`))(response, asked);

const TWICE = /sent the same page (token )?twice/;

function repeatingTests(stage: Stage): void {
  const failing = [
    { stream: 'customers', title: 'pageCount 1e9', attack: same('{"pageCount":1e9}') },
    { stream: 'disputes', title: 'pageCount "1e9"', attack: same('{"pageCount":"1e9"}') },
    { stream: 'refunds', title: 'pageCount 1e308', attack: same('{"pageCount":1e308}') },
    { stream: 'transfers', title: 'total 1e308', attack: same('{"total":1e308}') },
    {
      stream: 'invoices',
      title: 'pageCount 9007199254740993',
      attack: same('{"pageCount":9007199254740993}'),
    },
    { stream: 'virtual_terminals', title: 'the same token', attack: same('{"next":"x"}') },
    { stream: 'terminals', title: 'tokens that come round', attack: circle },
  ];
  describe('a page that comes again for ever', () => {
    const outcome = stage.add({
      title: 'a page that comes again for ever (paystack)',
      provider: 'paystack',
      attacks: {
        ...Object.fromEntries(failing.map(({ stream, attack }) => [stream, attack])),
        transactions: same('{}'),
        splits: same('null'),
      },
    });

    it.each(failing)('with $title: the stream fails as one that may work later', async ({ stream }) => {
      const run = await outcome();
      expectFailed(run, stream, 'transient_error', TWICE);
      expect(run.askedFor(stream).length).toBeLessThan(200);
    });

    it.each([
      // An empty "meta" is a word, too.
      ['transactions', 3],
      // Each of the first two pages is asked for again before it is believed.
      ['splits', 2 * 4 + 1],
    ])('with no word about pages (%s): it is taken for a list without pages', async (stream, requests) => {
      const run = await outcome();
      expectComplete(run, stream, 2);
      expect(run.askedFor(stream)).toHaveLength(requests);
    });
  });

  describe('a page that comes again for ever: pagarme', () => {
    const body = (paging: string): Attack =>
      reply(200, TARGETS.pagarme.page([record('a')], `"paging":${paging}`));
    const cases = [
      { stream: 'orders', title: 'a next one', attack: body('{"next":"x"}') },
      { stream: 'payables', title: 'the same forward_cursor', attack: body('{"forward_cursor":"x"}') },
      { stream: 'charges', title: 'total 1e308', attack: body('{"total":1e308}') },
    ];
    const outcome = stage.add({
      title: 'a page that comes again for ever (pagarme)',
      provider: 'pagarme',
      attacks: Object.fromEntries(cases.map(({ stream, attack }) => [stream, attack])),
    });

    it.each(cases)('with $title: the stream fails as one that may work later', async ({ stream }) => {
      expectFailed(await outcome(), stream, 'transient_error', TWICE);
    });
  });
}

function countTests(stage: Stage): void {
  const metas = [
    '{"pageCount":-5}',
    '{"pageCount":"NaN"}',
    '{"pageCount":"Infinity"}',
    '{"pageCount":1e999}',
    '{"pageCount":""}',
    '{"pageCount":{}}',
    '{"pageCount":[2]}',
    '{"pageCount":true,"total":-1e308}',
    '{"pageCount":"\\u0000"}',
    '[]',
    '"pageCount"',
    '1e308',
  ];
  const streams = [
    'transactions',
    'customers',
    'disputes',
    'refunds',
    'transfers',
    'invoices',
    'orders',
    'settlements',
    'products',
    'pages',
    'splits',
    'subaccounts',
  ];
  const cases = metas.map((meta, i) => ({ meta, stream: streams[i] ?? '' }));
  describe('counts that cannot be', () => {
    const outcome = stage.add({
      title: 'counts that cannot be (paystack)',
      provider: 'paystack',
      attacks: Object.fromEntries(cases.map(({ meta, stream }) => [stream, ending(meta)])),
    });

    it.each(cases)('$meta: the list is read to its empty page', async ({ stream }) => {
      const run = await outcome();
      expectComplete(run, stream, 2);
      expect(run.askedFor(stream).at(-1)?.query.get('page')).toBe('2');
      expect(run.code).toBe(0);
    });
  });
}

function endlessTests(stage: Stage): void {
  /** ms between two pages, so that the test costs little. */
  const PACE = 5;
  const PAGES = 200;
  let timer: NodeJS.Timeout | undefined;
  describe('new records for ever', () => {
    const outcome = stage.add({
      title: 'new records for ever (paystack)',
      provider: 'paystack',
      attacks: {
        plans: (response, asked) => {
          const records = Array.from({ length: 100 }, (_, i) =>
            record(asked.attempt * 100 + i, `,"text":"${'x'.repeat(500)}"`),
          );
          setTimeout(() => reply(200, page(records, '"meta":{"pageCount":1e308}'))(response, asked), PACE);
        },
      },
      beside: ['customers'],
      watch: (child, server) => {
        timer = setInterval(() => {
          if (server.askedFor('/plan').length >= PAGES) child.kill('SIGTERM');
        }, 50);
        child.once('exit', () => clearInterval(timer));
      },
    });

    it('the read goes on until it is asked to end', async () => {
      const run = await outcome();
      expect(run.signal).toBe('SIGTERM');
      expect(run.read.recordsOf('plans').length).toBeGreaterThan((PAGES - 10) * 100);
      expect(run.read.errors).toEqual([]);
    });
  });
}

export function listTests(stage: Stage): void {
  repeatingTests(stage);
  countTests(stage);
  endlessTests(stage);
}
