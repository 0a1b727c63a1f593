/** Answers that break HTTP itself. They may be accidents, so they are asked for again before a stream fails. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { raw, reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectFailed, expectUnreadable } from './expectations.js';
import type { Stage } from './stage.js';
import { record, TARGETS } from './targets.js';

/** ms, far below the two times 20 s after which a connection check takes silence for a fault. */
const AT_ONCE = 30_000;
const MEBIBYTE = 1024 * 1024;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const BODY = TARGETS.paystack.page();
/** A record that no list has: whoever emits it has taken it from where no answer was due. */
const SMUGGLED = 666_666;
const SMUGGLED_BODY = TARGETS.paystack.page([record(SMUGGLED)]);

function withLength(length: number | string, body: string): string {
  return `${HEAD}Content-Length: ${length}\r\n\r\n${body}`;
}

interface Fault {
  readonly title: string;
  readonly attack: Attack;
  /** What the message must name. */
  readonly says: RegExp;
}

/** By stream. */
const FAULTS: Readonly<Record<string, Fault>> = {
  transactions: {
    title: 'a header of 1 MB',
    attack: reply(200, BODY, { 'x-large': 'a'.repeat(MEBIBYTE) }),
    says: /more headers than are read \(HPE_HEADER_OVERFLOW\)/,
  },
  customers: {
    title: 'headers of 1 MB, many small ones',
    attack: raw(HEAD, 'x-small: aaaaaaaaaaaaaaaa\r\n'.repeat(40_000), `\r\n${BODY}`),
    says: /HPE_HEADER_OVERFLOW/,
  },
  disputes: {
    title: 'a content-length that is larger than the body',
    attack: raw(withLength(BODY.length + 10_000, BODY)),
    says: /ECONNRESET|ERR_BAD_RESPONSE|aborted/,
  },
  refunds: {
    title: 'a content-length that is smaller than the body',
    attack: raw(withLength(BODY.length - 10, BODY)),
    // Which one depends on how much of it comes in one packet.
    says: /not valid JSON|HPE_INVALID_CONSTANT/,
  },
  transfers: {
    title: 'a content-length that is no number',
    attack: raw(withLength('-5', BODY)),
    says: /HPE_INVALID_CONTENT_LENGTH/,
  },
  invoices: {
    title: 'two different lengths',
    attack: raw(`${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 10\r\n\r\n5\r\n{"a":\r\n0\r\n\r\n`),
    says: /HPE_/,
  },
  orders: {
    title: 'another protocol than HTTP',
    attack: raw('SSH-2.0-OpenSSH_9.6\r\n'),
    says: /HPE_INVALID_CONSTANT/,
  },
  transfer_recipients: {
    title: 'nothing at all',
    attack: raw(),
    says: /ECONNRESET/,
  },
  subscriptions: {
    title: '10,000 interim answers and no final one',
    attack: raw('HTTP/1.1 100 Continue\r\n\r\n'.repeat(10_000)),
    says: /ECONNRESET/,
  },
  products: {
    title: 'a chunk whose size is no number',
    attack: raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n${BODY}`),
    says: /HPE_INVALID_CHUNK_SIZE/,
  },
  pages: {
    title: 'chunks without an end',
    attack: raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n`),
    says: /ECONNRESET|ERR_BAD_RESPONSE|aborted/,
  },
  splits: {
    title: 'gzip that is none',
    attack: reply(200, BODY, { 'content-encoding': 'gzip' }),
    says: /Z_DATA_ERROR/,
  },
  subaccounts: {
    title: 'gzip that is cut',
    attack: reply(200, gzipSync(BODY).subarray(0, 40), { 'content-encoding': 'gzip' }),
    says: /Z_BUF_ERROR/,
  },
  storefronts: {
    title: 'a compression that nobody asked for',
    attack: reply(200, BODY, { 'content-encoding': 'zstd' }),
    says: /compressed in a way that was not asked for \(ERR_ENCODING\)/,
  },
  dedicated_accounts: {
    title: 'a compression with the name of the key',
    attack: reply(200, BODY, { 'content-encoding': TARGETS.paystack.secretKey }),
    says: /ERR_ENCODING/,
  },
  bulk_charges: {
    title: 'success without a body',
    attack: reply(204, ''),
    says: /not valid JSON/,
  },
};

/** Two answers where one is due, in one packet, and the connection stays open. */
const twoAnswers: Attack = ({ socket }) => {
  socket?.write(withLength(BODY.length, BODY) + withLength(SMUGGLED_BODY.length, SMUGGLED_BODY));
};

/** Streams whose lists give two answers. */
const DOUBLE = ['terminals', 'virtual_terminals', 'banks', 'countries'];

export function wireTests(stage: Stage): void {
  describe('answers that break HTTP', () => {
    const outcome = stage.add({
      title: 'broken HTTP (paystack)',
      provider: 'paystack',
      attacks: Object.fromEntries([
        ...Object.entries(FAULTS).map(([stream, { attack }]) => [stream, attack] as const),
        ...DOUBLE.map((stream) => [stream, twoAnswers] as const),
      ]),
    });

    it("two answers to one request: the second one is nobody's", async () => {
      const { read } = await outcome();
      expect(read.records.filter(({ data }) => data['id'] === SMUGGLED)).toEqual([]);
      expect(DOUBLE.map((stream) => read.recordsOf(stream).length)).toEqual([2, 2, 2, 2]);
    });

    it.each(Object.entries(FAULTS).map(([stream, fault]) => ({ stream, ...fault })))(
      '$title: the stream fails as one that may work later, after seven retries',
      async ({ stream, says }) => {
        const run = await outcome();
        expectFailed(run, stream, 'transient_error', says);
        expect(run.askedFor(stream)).toHaveLength(8);
      },
    );
  });

  describe('a switch of the protocol, in a connection check', () => {
    const outcome = stage.add({
      title: 'a switch of the protocol (paystack)',
      provider: 'paystack',
      command: 'check',
      attacks: {
        customers: raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n'),
      },
    });

    it('is an answer that cannot be used, which is noticed at once', async () => {
      const run = await outcome();
      expectUnreadable(run, 'customers');
      expect(run.milliseconds).toBeLessThan(AT_ONCE);
    });
  });
}
