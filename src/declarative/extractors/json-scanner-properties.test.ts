import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import type { FieldPath } from '../components.js';
import { MalformedJsonError } from './json-errors.js';
import { recordScanner } from './json-scanner.js';
import type { Scan } from './json-scanner.js';

const CAPTURE: readonly FieldPath[] = [['createdAt'], ['id'], ['customer', 'id'], ['customer']];
const WANTED = ['createdAt', 'id', 'customer', 'data', 'x'];

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const number = fc.oneof(
  fc.constantFrom('0', '-0', '1.0', '1E3', '1e+3', '-12.50e-7', '9007199254740993', '123456789012345678901'),
  fc.integer().map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => JSON.stringify(value)),
);
const piece = fc.constantFrom(
  '\\\\',
  '\\"',
  '\\/',
  '\\n',
  '\\u00e9',
  '\\uD83D\\uDE00',
  '\\ud83d',
  '…',
  '😀',
  'q',
);
const string = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value)),
  fc.array(piece).map((pieces) => `"${pieces.join('')}"`),
);
const scalar = fc.oneof(number, string, fc.constantFrom('true', 'false', 'null'));

function objectText(members: readonly (readonly [string, string])[], gap: string): string {
  return `{${gap}${members.map(([key, value]) => `${key}${gap}:${gap}${value}`).join(`${gap},${gap}`)}${gap}}`;
}

function arrayText(items: readonly string[], gap: string): string {
  return `[${gap}${items.join(`${gap},${gap}`)}${gap}]`;
}

function object(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const key = fc.oneof(fc.constantFrom('"createdAt"', '"id"', '"customer"', '"a"'), string);
  const members = fc.uniqueArray(fc.tuple(key, value), {
    maxLength: 5,
    selector: ([text]) => JSON.parse(text) as string,
  });
  return fc.tuple(members, space).map(([all, gap]) => objectText(all, gap));
}

const { value: anyValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.tuple(fc.array(tie('value'), { maxLength: 4 }), space).map(([items, gap]) => arrayText(items, gap)),
    object(tie('value')),
  ),
}));
const sibling = fc.tuple(
  string.filter((key) => !WANTED.includes(JSON.parse(key) as string)),
  anyValue,
);
const siblings = fc.uniqueArray(sibling, { maxLength: 3, selector: ([key]) => JSON.parse(key) as string });

/** A document with a list of elements at a path, and what the list's elements are in the text. */
const document = fc
  .record({
    path: fc.constantFrom<FieldPath>([], ['data'], ['data', 'x']),
    items: fc.array(fc.oneof({ weight: 4, arbitrary: object(anyValue) }, anyValue), { maxLength: 6 }),
    around: fc.tuple(siblings, siblings),
    gap: space,
  })
  .map(({ path, items, around: [before, after], gap }) => {
    const wrap = (inner: string) =>
      path.reduceRight((text, key) => objectText([...before, [`"${key}"`, text], ...after], gap), inner);
    const whole = (list: string) => `${gap}${wrap(list)}${gap}`;
    return { path, items, text: whole(arrayText(items, gap)), emptied: whole('[]') };
  });

function scan(bytes: Buffer, path: FieldPath): Scan {
  return recordScanner(path, CAPTURE)(bytes);
}

function at(value: unknown, path: FieldPath): unknown {
  let node = value;
  for (const key of path) {
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
    node = (Object.getOwnPropertyDescriptor(node, key) ?? {}).value;
  }
  return node;
}

function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof MalformedJsonError || error instanceof SyntaxError) return false;
    throw error;
  }
}

describe('recordScanner, held against JSON.parse', () => {
  test('finds each element where it stands, byte for byte, with the values to capture', () => {
    fc.assert(
      fc.property(document, ({ path, items, text, emptied }) => {
        const bytes = Buffer.from(text);
        const { found, recordCount, ranges, captured, allObjects, envelope } = scan(bytes, path);
        const parsed = items.map((item) => JSON.parse(item) as unknown);
        expect(found).toBe('list');
        expect([recordCount, ranges.length]).toEqual([items.length, items.length * 2]);
        expect(items.map((_, i) => bytes.toString('utf8', ranges[2 * i], ranges[2 * i + 1]))).toEqual(items);
        expect(allObjects).toBe(parsed.every((one) => /^\{/.test(JSON.stringify(one))));
        const values = rawOf(captured).map((raw) =>
          raw === undefined ? undefined : (JSON.parse(raw) as unknown),
        );
        const wanted = parsed.flatMap((one) => CAPTURE.map((one_path) => at(one, one_path)));
        expect(isDeepStrictEqual(values, wanted)).toBe(true);
        expect(isDeepStrictEqual(envelope, JSON.parse(emptied))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test('refuses a document that is cut, at every byte', () => {
    for (const { path, text } of fc.sample(document, { numRuns: 25, seed: 7 })) {
      const bytes = Buffer.from(text.trimEnd());
      const cuts = Array.from(bytes, (_, end) => end);
      expect(cuts.filter((end) => accepts(() => scan(bytes.subarray(0, end), path)))).toEqual([]);
    }
  });

  test('accepts a document with a changed byte exactly when JSON.parse does', () => {
    const byte = fc.oneof(
      fc.constantFrom(...Buffer.from('{}[]",:\\ \n0123456789.eE+-tfnu')),
      fc.integer({ min: 0, max: 255 }),
    );
    const change = fc.record({
      place: fc.nat(),
      drop: fc.nat({ max: 2 }),
      insert: fc.array(byte, { maxLength: 2 }),
    });
    fc.assert(
      fc.property(document, fc.array(change, { minLength: 1, maxLength: 3 }), ({ path, text }, changes) => {
        let bytes = Buffer.from(text);
        for (const { place, drop, insert } of changes) {
          const start = place % bytes.length;
          bytes = Buffer.concat([
            bytes.subarray(0, start),
            Buffer.from(insert),
            bytes.subarray(start + drop),
          ]);
          fc.pre(bytes.length > 0);
        }
        fc.pre(isUtf8(bytes));
        expect(accepts(() => scan(bytes, path))).toBe(accepts(() => JSON.parse(bytes.toString())));
      }),
      { numRuns: 3000 },
    );
  });
});
