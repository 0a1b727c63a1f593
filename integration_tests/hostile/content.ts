/** Valid HTTP, strange JSON: what belongs to a record goes through byte for byte, all else does no harm. */
import { describe, expect, it } from '@jest/globals';
import { reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectComplete, expectFailed } from './expectations.js';
import type { Stage } from './stage.js';
import { record, TARGETS } from './targets.js';

const DEPTH = 100_000; // levels
/** Characters of a message that is no record. */
const MAX_LINE = 10_000;
const MILLION = 'm'.repeat(1_000_000);
/** So that seven retries take seconds. */
const SOON = { 'retry-after': '1' };

const { page } = TARGETS.paystack;
const nested = (open: string, close: string): string => open.repeat(DEPTH) + '1' + close.repeat(DEPTH);
const LISTS = nested('[', ']');
const OBJECTS = nested('{"err":', '}');

function nestingTests(stage: Stage): void {
  const final = /Paystack refused the request \(HTTP 400\)|may not read this list/;
  const cases: {
    stream: string;
    title: string;
    attack: Attack;
    type: 'transient_error' | 'system_error' | 'config_error';
    says: RegExp;
  }[] = [
    {
      stream: 'transactions',
      title: 'in a record',
      attack: reply(200, page([record(1, `,"deep":${LISTS}`)])),
      type: 'system_error',
      says: /levels of nesting/,
    },
    {
      stream: 'customers',
      title: 'beside the records',
      attack: reply(200, page([record(1)], `"meta":${OBJECTS}`)),
      type: 'system_error',
      says: /levels of nesting/,
    },
    {
      stream: 'disputes',
      title: 'instead of the records',
      attack: reply(200, LISTS),
      type: 'system_error',
      says: /levels of nesting/,
    },
    {
      stream: 'refunds',
      title: 'in lists, in a refusal',
      attack: reply(400, LISTS),
      type: 'system_error',
      says: final,
    },
    {
      stream: 'transfers',
      title: 'in objects, in a refusal',
      attack: reply(400, OBJECTS),
      type: 'system_error',
      says: final,
    },
    {
      stream: 'invoices',
      title: 'in a refusal of the list',
      attack: reply(403, `{"errors":${LISTS}}`),
      type: 'config_error',
      says: final,
    },
    {
      stream: 'orders',
      title: 'in a failure',
      attack: reply(500, OBJECTS, SOON),
      type: 'transient_error',
      says: /HTTP 500/,
    },
  ];
  describe('100,000 levels of nesting', () => {
    const outcome = stage.add({
      title: '100,000 levels of nesting (paystack)',
      provider: 'paystack',
      attacks: Object.fromEntries(cases.map(({ stream, attack }) => [stream, attack])),
    });

    it.each(cases)('$title: the stream fails with a sentence', async ({ stream, type, says }) => {
      expectFailed(await outcome(), stream, type, says);
    });
  });

  describe('100,000 levels of nesting, where a list may have nothing around it', () => {
    const outcome = stage.add({
      title: '100,000 levels of nesting (pagarme)',
      provider: 'pagarme',
      attacks: {
        orders: reply(200, LISTS),
        charges: reply(400, LISTS),
        customers: reply(422, `{"message":"The request is invalid.","errors":${OBJECTS}}`, SOON),
      },
    });

    it('the streams fail with a sentence', async () => {
      const run = await outcome();
      expectFailed(run, 'orders', 'system_error', /levels of nesting/);
      expect(run.askedFor('orders')).toHaveLength(1);
      expectFailed(run, 'charges', 'system_error', /HTTP 400/);
      expectFailed(run, 'customers', 'system_error', /HTTP 422.*The request is invalid/);
    });
  });
}

/** What parsing and printing would change, and what would change the parser. */
const STRANGE = [
  record(1, ',"__proto__":{"isAdmin":true,"toString":null},"constructor":{"prototype":{"x":1}}'),
  record(
    2,
    ',"huge":[1e400,-1e400,1e-400,-0,1E+2,0.10,123456789012345678901234567890,1.7976931348623157e309]',
  ),
  record(3, ',"e":"\\u0000\\u001b[31m\\ud800\\u2028\\/","f":"\u2028\u0085\u009b"'),
  record(4, `,"long":"${MILLION}"`),
  record(5, `,"${MILLION}":1`),
  '{"id":1e400,"createdAt":1e400}',
  '{"id":{"id":6},"createdAt":{"__proto__":null}}',
  `{"id":7,"createdAt":"${MILLION}"}`,
  '{"id":8,"id":9,"createdAt":"275760-09-13T00:00:00.001Z","createdAt":"0000-00-00"}',
];

function recordTests(stage: Stage): void {
  describe('strange records', () => {
    const around =
      '"__proto__":{"meta":{"pageCount":9}},"meta":{"__proto__":{"pageCount":9},"constructor":1,"pageCount":1}';
    const outcome = stage.add({
      title: 'strange records (paystack)',
      provider: 'paystack',
      attacks: {
        transactions: reply(200, page(STRANGE, around), { __proto__: 'x', constructor: 'y' }),
        plans: reply(
          200,
          page(
            STRANGE.map((text) => text.replace(/,/g, '\r\n,\r\n')),
            around,
          ),
        ),
      },
      beside: ['customers'],
    });

    it('leave as they came, and change nothing else', async () => {
      const run = await outcome();
      expectComplete(run, 'transactions', STRANGE.length);
      expect(run.read.recordsOf('transactions').map(({ raw }) => raw)).toEqual(STRANGE);
      expect(run.code).toBe(0);
    });

    it('that stand on several lines leave on one', async () => {
      const run = await outcome();
      expectComplete(run, 'plans', STRANGE.length);
      const raw = run.read.recordsOf('plans').map((one) => one.raw.replace(/ {2},\s{2}/g, ','));
      expect(raw).toEqual(STRANGE);
    });
  });
}

const FAKE = '{"type":"RECORD","record":{"stream":"plans","emitted_at":1,"data":{"id":"fake"}}}';

function messageTests(stage: Stage): void {
  const cases = [
    {
      stream: 'transactions',
      title: 'line breaks and a message of their own',
      message: `no\r\n${FAKE}\n${FAKE}\n`,
    },
    {
      stream: 'customers',
      title: 'escapes of a terminal',
      message: '\u001b[2J\u001b]0;title\u0007\u009b31m no \u0000\b\u007f',
    },
    {
      stream: 'disputes',
      title: 'line breaks of Unicode',
      message: 'no\u2028no\u2029no\u0085no\u000bno\u000c',
    },
    {
      stream: 'refunds',
      title: 'halves of characters',
      message: `no \ud800 ${'\ud83d\ude00'.repeat(200)} \udc00`,
    },
    { stream: 'transfers', title: 'a million characters', message: MILLION },
    { stream: 'invoices', title: '100,000 line breaks', message: `no${'\n'.repeat(100_000)}no` },
  ];
  describe("strange text in an API's message", () => {
    const outcome = stage.add({
      title: 'strange text (paystack)',
      provider: 'paystack',
      attacks: {
        ...Object.fromEntries(
          cases.map(({ stream, message }) => [stream, reply(400, JSON.stringify({ message }))]),
        ),
        orders: reply(400, Buffer.from('{"message":"no \xff\xfe\xc0 no"}', 'latin1')),
        settlements: reply(200, page([], `"meta":{"next":"${MILLION}","pageCount":"${MILLION}"}`), SOON),
      },
    });

    it.each(cases)('$title: it is quoted shortly, in one line', async ({ stream }) => {
      const run = await outcome();
      expectFailed(run, stream, 'system_error', /The API said/);
      for (const { message } of run.errorsOf(stream)) {
        expect(message.length).toBeLessThan(500);
        expect(message).not.toMatch(/[\r\n]/);
      }
    });

    it('bytes that are no text, too', async () => {
      expectFailed(await outcome(), 'orders', 'system_error', /The API said: "no .* no"/);
    });

    it('a token of a million characters is in no log', async () => {
      const { stdout, statusOf } = await outcome();
      expect(statusOf('settlements')).toBe('INCOMPLETE');
      const longest = Math.max(...stdout.split('\n').map((line) => line.length));
      expect(longest).toBeLessThan(MAX_LINE);
    });

    it('no record comes of it', async () => {
      const { read } = await outcome();
      expect(read.records.filter(({ data }) => data['id'] === 'fake')).toEqual([]);
    });
  });
}

export function contentTests(stage: Stage): void {
  nestingTests(stage);
  recordTests(stage);
  messageTests(stage);
}
