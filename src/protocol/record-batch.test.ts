import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeRecords } from './record-batch.js';
import type { RecordBatch } from './record-batch.js';

type Options = Omit<RecordBatch, 'bytes' | 'ranges'>;

/** A page of these texts, and where they stand in it. */
function batchOf(texts: readonly string[], options: Options = {}): RecordBatch {
  const ranges: number[] = [];
  let page = '{"data":[';
  for (const text of texts) {
    const start = Buffer.byteLength(page);
    ranges.push(start, start + Buffer.byteLength(text));
    page += `${text} ,`;
  }
  return { bytes: Buffer.from(`${page}"é"]}`), ranges, ...options };
}

function encode(texts: readonly string[], options?: Options, stream = 's'): string {
  return encodeRecords({ name: stream }, 1_700_000_000_123, batchOf(texts, options)).toString('utf8');
}

/** The lines' text behind `"data":`. */
function dataOf(output: string): string[] {
  const lines = output.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    const match =
      /^\{"type":"RECORD","record":\{"stream":"s","emitted_at":1700000000123,"data":(.*)\}\}$/s.exec(line);
    return match?.[1] ?? `not a record: ${line}`;
  });
}

const json = fc.jsonValue({ maxDepth: 3 });
const object = fc.dictionary(fc.string(), json, { noNullPrototype: true });

describe('encodeRecords', () => {
  test('writes a RECORD line for each record, with the stream and the time in ms', () => {
    expect(encode(['{"id":1}', '{"id":2}'])).toBe(
      '{"type":"RECORD","record":{"stream":"s","emitted_at":1700000000123,"data":{"id":1}}}\n' +
        '{"type":"RECORD","record":{"stream":"s","emitted_at":1700000000123,"data":{"id":2}}}\n',
    );
  });

  test('writes nothing for no records', () => {
    expect(encode([])).toBe('');
  });

  test('escapes the name of the stream', () => {
    const line = encode(['{}'], {}, 'a "b"\n');
    expect(JSON.parse(line)).toMatchObject({ record: { stream: 'a "b"\n', data: {} } });
  });

  test('keeps what parsing and printing would change: large integers, 1.0, order, escapes, duplicates', () => {
    const texts = [
      '{"id":12345678901234567890,"amount":1.0,"e":1E3,"z":1,"a":2}',
      '{"2":1,"1":2,"u":"\\u00e9\\/\\ud83d","é":"é😀","k":1,"k":2}',
      '{ "a" : [ ] ,\t"b":"\u2028" }',
    ];
    expect(dataOf(encode(texts))).toEqual(texts);
  });

  test('keeps the bytes of compact records, and leaves others of the page out', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 8 }), fc.array(fc.boolean()), (values, wanted) => {
        const texts = values.map((value) => JSON.stringify(value));
        const { bytes, ranges } = batchOf(texts);
        const kept = ranges.filter((_, i) => wanted[Math.floor(i / 2)] !== false);
        const output = encodeRecords({ name: 's' }, 1_700_000_000_123, { bytes, ranges: kept }).toString(
          'utf8',
        );
        expect(dataOf(output)).toEqual(texts.filter((_, i) => wanted[i] !== false));
      }),
    );
  });

  test('puts pretty-printed records on one line that parses to the same value', () => {
    const indents = fc.constantFrom('  ', '\t', '\n', '\r\n ');
    fc.assert(
      fc.property(fc.array(object, { minLength: 1 }), indents, fc.boolean(), (values, indent, adds) => {
        const texts = values.map((value) =>
          JSON.stringify(value, undefined, 2).replace(/\n */g, `\n${indent}`),
        );
        const data = dataOf(encode(texts, adds ? { addedFields: '"added":{"n":1}' } : {}));
        expect(data.join('')).not.toMatch(/[\r\n]/);
        const wanted = values.map((value) => (adds ? { ...value, added: { n: 1 } } : value));
        const parsed = data.map((text) => JSON.parse(text) as unknown);
        expect(isDeepStrictEqual(parsed, JSON.parse(JSON.stringify(wanted)))).toBe(true);
      }),
    );
  });

  test('does not touch the page', () => {
    const batch = batchOf(['{\n"a":1\r\n}'], { addedFields: '"b":2' });
    const before = Buffer.from(batch.bytes);
    encodeRecords({ name: 's' }, 0, batch);
    expect(batch.bytes.equals(before)).toBe(true);
  });

  test.each([
    ['{}', '{"p":7}'],
    ['{ }', '{ "p":7}'],
    ['{\n\t}', '{ \t"p":7}'],
    ['{"a":1}', '{"a":1,"p":7}'],
    ['{"a":1 }', '{"a":1 ,"p":7}'],
    ['{"a":{}}', '{"a":{},"p":7}'],
    ['{"a":"{"}', '{"a":"{","p":7}'],
    ['{"a":[]\n}', '{"a":[] ,"p":7}'],
  ])('adds a field to %j', (text, wanted) => {
    expect(dataOf(encode([text], { addedFields: '"p":7' }))).toEqual([wanted]);
  });

  test('adds fields of any length to many records', () => {
    const addedFields = `"a":${JSON.stringify('é'.repeat(5000))},"b":12345678901234567890`;
    const texts = Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? '{}' : `{"id":${i}}`));
    const data = dataOf(encode(texts, { addedFields }));
    expect(data).toEqual(
      texts.map((text) => (text === '{}' ? `{${addedFields}}` : `${text.slice(0, -1)},${addedFields}}`)),
    );
  });

  test('keeps a record on one line although the added fields have line breaks', () => {
    const addedFields = '"p":[\n{"type":"STATE"}\r\n]';
    expect(dataOf(encode(['{"a":1}'], { addedFields }))).toEqual(['{"a":1,"p":[ {"type":"STATE"}  ]}']);
  });

  test('adds nothing for empty added fields', () => {
    expect(dataOf(encode(['{"a":1 }'], { addedFields: '' }))).toEqual(['{"a":1 }']);
  });

  test('makes plain values the only field of an object', () => {
    const texts = ['"a.example"', '5', '1.0', 'null', '"\\u00e9"'];
    expect(dataOf(encode(texts, { wrapAs: 'do"main' }))).toEqual(
      texts.map((text) => `{"do\\"main":${text}}`),
    );
  });
});
