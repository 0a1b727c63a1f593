import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** What a program has written; the sums are the same for the same records in any order. */
export interface OutputDigest {
  /** Of all messages. */
  readonly bytes: number;
  readonly records: number;
  /** Of the records' data, byte for byte. */
  readonly data: string;
  /** Of the transactions' references, which every reader leaves as they are. */
  readonly references: string;
}

const LINE_FEED = 0x0a;
const RECORD = Buffer.from('"type":"RECORD"');
const DATA = Buffer.from('"data":');
/** The API escapes the slash in some. */
const REFERENCE = /"reference": ?"ref\\?\/(\w+)"/;
const MODULUS = 2n ** 64n;

function hash(bytes: Buffer | string): bigint {
  return createHash('sha1').update(bytes).digest().readBigUInt64BE();
}

/** Reads the output of a program to its end. */
export async function digestOutput(output: Readable): Promise<OutputDigest> {
  let bytes = 0;
  let records = 0;
  let data = 0n;
  let references = 0n;

  function line(content: Buffer): void {
    const start = content.indexOf(DATA);
    // Some write the type behind the data.
    if (start === -1 || !(content.subarray(0, start).includes(RECORD) || content.includes(RECORD))) return;
    records++;
    data += hash(content.subarray(start + DATA.length));
    const [, reference] = REFERENCE.exec(content.toString('latin1', start)) ?? [];
    if (reference === undefined) throw new Error(`a record without a reference: ${content.toString()}`);
    references += hash(reference);
  }

  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of output as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const content = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = content.indexOf(LINE_FEED); end !== -1; end = content.indexOf(LINE_FEED, start)) {
      line(content.subarray(start, end));
      start = end + 1;
    }
    rest = content.subarray(start);
  }
  if (rest.length > 0) throw new Error('the output ends in the middle of a line');
  return {
    bytes,
    records,
    data: (data % MODULUS).toString(16),
    references: (references % MODULUS).toString(16),
  };
}
