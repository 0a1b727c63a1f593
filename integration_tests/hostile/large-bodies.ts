/** Answers that would fill the memory of whoever takes all of them. */
import { brotliCompressSync, createBrotliCompress, constants, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { paystack } from '../../src/providers/paystack/provider.js';
import { endlessBody, reply } from '../hostile-server.js';
import type { Attack } from '../hostile-server.js';
import { expectFailed, expectUnreadable } from './expectations.js';
import type { Stage } from './stage.js';
import { TARGETS } from './targets.js';

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
/** Bytes of the largest body that the program takes. */
const LARGEST = 16 * MEBIBYTE;
/**
 * Bytes that Linux takes from the server on behalf of a program that is busy: up to 32 MiB where they arrive
 * (tcp_rmem), 4 MiB where they leave (tcp_wmem), and as much as that again in the server itself.
 */
const ON_ITS_WAY = 40 * MEBIBYTE;
/** What may be sent at each try, of 2 GiB. */
const MAX_SENT = LARGEST + ON_ITS_WAY;

const SPACES = Buffer.alloc(MEBIBYTE, ' ');
/** Bytes that 256 times in a row make 4 GiB. */
const BLOCK = Buffer.alloc(16 * MEBIBYTE, ' ');
const TIMES = 256;
/** Bytes after decompression; the program takes bodies of this size. */
const CRAMMED = LARGEST - MEBIBYTE;

/** 4 MB that expand to 4 GiB: a block that ends on a whole byte, and refers to nothing before it, again and again. */
function gzipBomb(): Buffer {
  const block = deflateRawSync(BLOCK, { finishFlush: constants.Z_FULL_FLUSH });
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
  return Buffer.concat([head, ...Array<Buffer>(TIMES).fill(block)]);
}

/** 4 kB that expand to 4 GiB, made in the same way. */
async function brotliBomb(): Promise<Buffer> {
  const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
  const parts: Buffer[] = [];
  for (let i = 0; i < 2; i++) {
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    stream.on('data', collect);
    stream.write(BLOCK);
    await new Promise<void>((resolve) => stream.flush(constants.BROTLI_OPERATION_FLUSH, resolve));
    stream.off('data', collect);
    parts.push(Buffer.concat(chunks));
  }
  stream.destroy();
  const [first = Buffer.alloc(0), next = first] = parts;
  return Buffer.concat([first, ...Array<Buffer>(TIMES).fill(next)]);
}

/** Makes the bomb when it is asked for the first time. */
function bomb(encoding: 'gzip' | 'br', status: number, make: () => Buffer | Promise<Buffer>): Attack {
  let made: Promise<Buffer> | undefined;
  return (response, asked) => {
    made ??= Promise.resolve(make());
    void made.then((bytes) =>
      reply(status, bytes, { 'content-encoding': encoding, 'retry-after': '1' })(response, asked),
    );
  };
}

/** A few bytes that expand to less than the program refuses, but make work for whoever parses them. */
function crammed(status: number, before: string, unit: string, after: string): Attack {
  return bomb('br', status, () => {
    const body = Buffer.from(`${before}${unit.repeat(CRAMMED / unit.length)}${after}`);
    return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } });
  });
}

/** The lists that need no other one, and whose pages are as those of `TARGETS`. */
const LISTS = paystack.source.streams
  .filter(
    ({ retriever: { partition_router, record_selector } }) =>
      partition_router === undefined && record_selector.extractor.field_path.join() === 'data',
  )
  .map(({ name }) => name);

/** A page of two records, where spaces may stand before the first. */
const [HEAD, TAIL] = TARGETS.paystack.page().split(/(?<="data":\[)/) as [string, string];

/** A page of two records, blown up with spaces. @param bytes of them */
function spaced(bytes: number): Attack {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(HEAD);
    let left = bytes;
    const more = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= MEBIBYTE;
        if (!response.write(SPACES)) {
          response.once('drain', more);
          return;
        }
      }
      response.end(TAIL);
    };
    more();
  };
}

/** Title → what one list answers. */
const CASES: Readonly<Record<string, Attack>> = {
  'a gzip bomb of 4 GiB': bomb('gzip', 200, gzipBomb),
  'a brotli bomb of 4 GiB': bomb('br', 200, brotliBomb),
  'a body of 2 GiB in chunks': endlessBody(200, 2 * GIBIBYTE),
  'a body of 2 GiB that says so, of a failure': endlessBody(500, 2 * GIBIBYTE, {
    'content-length': 2 * GIBIBYTE + 41,
  }),
  'millions of empty records': crammed(200, '{"status":true,"data":[', '{},', '{}]}'),
  'millions of empty lists beside the records': crammed(200, '{"data":[],"meta":[', '[],', '[]]}'),
  'millions of empty lists where records belong': crammed(200, '{"data":{"a":[', '[],', '[]]}}'),
  'millions of empty lists in a refusal': crammed(400, '[', '[],', '[]]'),
  'millions of levels of nesting in a refusal': crammed(400, '', '[', ''),
};

/** As many records as usual are asked for, then ten, then one. */
const MOST_ASKED = 3;

export function largeBodyTests(stage: Stage): void {
  // A connection check gives up after one retry, which costs a test less than the five of a read.
  describe.each(Object.entries(CASES))('%s, in a connection check', (title, attack) => {
    const outcome = stage.add({
      title,
      provider: 'paystack',
      command: 'check',
      attacks: { customers: attack },
    });

    it('the list cannot be read, the others can', async () => {
      expectUnreadable(await outcome(), 'customers');
    });

    it('the connection is given up early', async () => {
      const run = await outcome();
      const tries = run.askedFor('customers').length;
      expect(tries).toBeLessThan(3);
      expect(run.bytesSent).toBeLessThan(tries * MAX_SENT);
    });
  });

  describe('a brotli bomb in a read', () => {
    const outcome = stage.add({
      title: 'a brotli bomb in a read',
      provider: 'paystack',
      attacks: { transactions: bomb('br', 200, brotliBomb) },
    });

    it('the stream fails when pages of one record are as large', async () => {
      const run = await outcome();
      expectFailed(run, 'transactions', 'system_error', /larger than any page/);
      expect(run.askedFor('transactions')).toHaveLength(MOST_ASKED);
    });
  });

  // In every case, also in these, memory is bounded: hostile-api.test.ts.
  describe('all lists large at once', () => {
    const packed = crammed(200, HEAD, ' ', TAIL);
    const most = stage.add({
      title: 'all lists of the largest size that is read',
      provider: 'paystack',
      attacks: Object.fromEntries(LISTS.map((name, i) => [name, i % 2 === 0 ? spaced(CRAMMED) : packed])),
      beside: [],
    });

    it.each(LISTS)('%s is read', async (stream) => {
      const run = await most();
      expect(run.errorsOf(stream)).toEqual([]);
      expect(run.statusOf(stream)).toBe('COMPLETE');
    });

    const more = stage.add({
      title: 'all lists of 60 MiB',
      provider: 'paystack',
      attacks: Object.fromEntries(LISTS.map((name) => [name, spaced(60 * MEBIBYTE)])),
      beside: [],
    });

    it.each(LISTS)('%s is too large, which is noticed early', async (stream) => {
      const run = await more();
      expectFailed(run, stream, 'system_error', /larger than any page/);
      expect(run.askedFor(stream).length).toBeLessThanOrEqual(MOST_ASKED);
    });
  });

  describe('a body that says that it is too large', () => {
    const outcome = stage.add({
      title: 'a body that says that it is too large',
      provider: 'paystack',
      attacks: {
        transactions: endlessBody(200, 2 * GIBIBYTE, { 'content-length': 2 * GIBIBYTE + 41 }),
      },
    });

    it('is refused before it is read', async () => {
      const run = await outcome();
      expectFailed(run, 'transactions', 'system_error', /larger than any page/);
      expect(run.askedFor('transactions')).toHaveLength(MOST_ASKED);
      // What the system has buffered on the way.
      expect(run.bytesSent).toBeLessThan(MOST_ASKED * LARGEST);
    });
  });
}
