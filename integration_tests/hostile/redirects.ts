/** Where the key may go: to the API's own address, in its header, and nowhere else. */
import { describe, expect, it } from '@jest/globals';
import type { OutgoingHttpHeaders } from 'node:http';
import { reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectComplete, expectFailed } from './expectations.js';
import type { Stage } from './stage.js';
import { record, TARGETS } from './targets.js';

/** Streams whose lists the two providers read alike, one for each kind of redirect. */
const PAYSTACK_STREAMS = ['transactions', 'customers', 'disputes', 'refunds', 'transfers', 'splits'];
const PAGARME_STREAMS = ['orders', 'charges', 'customers', 'invoices', 'subscriptions', 'hooks'];
const STATUSES = [301, 302, 303, 307, 308, 300];

export function redirectTests(stage: Stage): void {
  const redirect =
    (status: number): Attack =>
    (response, asked) => {
      const location = `${stage.elsewhere()}${asked.path}`;
      reply(status, `<a href="${location}">moved</a>`, { location })(response, asked);
    };
  const elsewhere =
    (headers: (url: string) => OutgoingHttpHeaders, body: (url: string) => string): Attack =>
    (response, asked) => {
      const url = stage.elsewhere();
      reply(200, body(url), headers(url))(response, asked);
    };

  describe.each([
    { provider: 'paystack' as const, streams: PAYSTACK_STREAMS },
    { provider: 'pagarme' as const, streams: PAGARME_STREAMS },
  ])('redirects to another host: $provider', ({ provider, streams }) => {
    const attacks = streams.map((stream, i) => [stream, redirect(STATUSES[i] ?? 302)] as const);
    const outcome = stage.add({
      title: `redirects (${provider})`,
      provider,
      attacks: Object.fromEntries(attacks),
    });

    it.each(streams.map((stream, i) => ({ stream, status: STATUSES[i] ?? 302 })))(
      'HTTP $status: the stream fails at once, for it is not followed',
      async ({ stream, status }) => {
        const run = await outcome();
        expectFailed(run, stream, 'system_error', new RegExp(`redirect \\(HTTP ${status}\\)`));
        expect(run.askedFor(stream)).toHaveLength(1);
      },
    );
  });

  describe('a redirect of a list whose path may end with a slash or not', () => {
    const outcome = stage.add({
      title: 'redirects of a path with a slash (pagarme)',
      provider: 'pagarme',
      attacks: {
        subscriptions: reply(200, TARGETS.pagarme.page(['sub_1', 'sub_2', 'sub_3'].map((id) => record(id)))),
        subscription_discounts: redirect(308),
      },
    });

    it('is tried with the slash at the same host, and then given up', async () => {
      const run = await outcome();
      expectFailed(run, 'subscription_discounts', 'system_error', /list of none of the 3 parents/);
      // Three times each at both paths, since one such answer may be a fault.
      expect(run.asked.filter(({ path }) => path.includes('/discounts')).length).toBe(18);
    });
  });

  describe('pointers to another host: paystack', () => {
    const { page } = TARGETS.paystack;
    const pointing =
      (around: (url: string) => string, headers: (url: string) => OutgoingHttpHeaders = () => ({})): Attack =>
      (response, asked) => {
        const isFirst = asked.attempt === 1;
        elsewhere(isFirst ? headers : () => ({}), (url) =>
          page([record(asked.attempt)], isFirst ? around(url) : '"meta":{"next":null}'),
        )(response, asked);
      };
    const everyHeader = (url: string): OutgoingHttpHeaders => ({
      location: `${url}/location`,
      'content-location': `${url}/content-location`,
      link: `<${url}/link>; rel="next"`,
      refresh: `0; url=${url}/refresh`,
      'alt-svc': `h2="${url.slice(7)}"`,
      'set-cookie': ['a=b; Domain=example.com'],
    });
    const outcome = stage.add({
      title: 'pointers (paystack)',
      provider: 'paystack',
      attacks: {
        transactions: pointing((url) => `"meta":{"next":"${url}/next?a=b#c"}`),
        virtual_terminals: pointing((url) => `"meta":{"next":"${url}/next"}`),
        customers: pointing(() => '"meta":{"pageCount":2}', everyHeader),
        settlements: reply(
          200,
          page(
            ['http://127.0.0.1:9/x', '//127.0.0.1:9/x', '../../transfer', '?x=', '#x', '%2e%2e/y'].map((id) =>
              record(id),
            ),
          ),
        ),
      },
      beside: ['settlement_transactions', 'plans'],
    });

    it.each(['transactions', 'virtual_terminals'])(
      'a URL in meta.next (%s) is a token like any other, sent to the API itself',
      async (stream) => {
        const run = await outcome();
        expectComplete(run, stream, 2);
        expect(run.askedFor(stream).map(({ query }) => query.get('next'))).toEqual([
          null,
          expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/next/),
        ]);
      },
    );

    it('headers that point there (Location, Link, Refresh, Alt-Svc) mean nothing', async () => {
      const run = await outcome();
      expectComplete(run, 'customers', 2);
      expect(run.askedFor('customers').map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
    });

    it('ids of parents that look like paths and URLs stay one segment of the path', async () => {
      const run = await outcome();
      const paths = run.asked.map(({ path }) => path).filter((path) => /^\/settlement\//.test(path));
      expect(paths).toHaveLength(6);
      for (const path of paths) expect(path).toMatch(/^\/settlement\/[^/]+\/transactions$/);
      expectComplete(run, 'settlements', 6);
    });
  });

  describe('ids of parents that mean "the folder above"', () => {
    const outcome = stage.add({
      title: 'ids that climb (paystack)',
      provider: 'paystack',
      attacks: {
        settlements: reply(200, TARGETS.paystack.page(['..', '.', 3].map((id) => record(id)))),
        settlement_transactions: reply(200, TARGETS.paystack.page([])),
      },
    });

    it('lead to no other list', async () => {
      const { asked } = await outcome();
      const expected = /^\/(settlement|plan|settlement\/[^/]+\/transactions)$/;
      expect(asked.map(({ path }) => path).filter((path) => !expected.test(path))).toEqual([]);
    });
  });

  describe('pointers to another host: pagarme', () => {
    const { page } = TARGETS.pagarme;
    const pages =
      (around: (url: string) => string, headers: (url: string) => OutgoingHttpHeaders = () => ({})): Attack =>
      (response, asked) =>
        asked.attempt === 1
          ? elsewhere(headers, (url) => page([record(`id_${asked.attempt}`)], around(url)))(response, asked)
          : reply(200, page([record(`id_${asked.attempt}`)], '"paging":{"next":null}'))(response, asked);
    const outcome = stage.add({
      title: 'pointers (pagarme)',
      provider: 'pagarme',
      attacks: {
        orders: pages((url) => `"paging":{"total":2,"next":"${url}/orders?page=2"}`),
        payables: pages((url) => `"paging":{"forward_cursor":"${url}/payables"}`),
        transfers: pages(
          () => '"paging":{}',
          (url) => ({ 'x-cursor-nextpage': `${url}/transfers`, link: `<${url}>; rel=next` }),
        ),
      },
    });

    it('paging.next only says that there is another page', async () => {
      const run = await outcome();
      expectComplete(run, 'orders', 2);
      expect(run.askedFor('orders').map(({ query }) => query.get('page'))).toEqual(['1', '2']);
    });

    it.each([
      { stream: 'payables', parameter: 'forward_cursor' },
      { stream: 'transfers', parameter: 'cursor' },
    ])('a URL as the token of $stream is sent to the API itself', async ({ stream, parameter }) => {
      const run = await outcome();
      expectComplete(run, stream, 2);
      expect(run.askedFor(stream).map(({ query }) => query.get(parameter))).toEqual([
        null,
        expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\//),
      ]);
    });
  });
}
