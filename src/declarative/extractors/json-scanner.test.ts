import { describe, expect, test } from '@jest/globals';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import type { FieldPath } from '../components.js';
import { JsonLimitError, MalformedJsonError } from './json-errors.js';
import { recordScanner } from './json-scanner.js';
import type { Scan } from './json-scanner.js';

const CAPTURE: readonly FieldPath[] = [['createdAt'], ['id'], ['customer', 'id'], ['customer']];

function scan(text: string, path: FieldPath = ['data']): Scan {
  return recordScanner(path, CAPTURE)(Buffer.from(text));
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

describe('recordScanner', () => {
  test.each([
    ...[
      '',
      ' ',
      '\n\t ',
      '\ufeff[]',
      '[] []',
      '[]]',
      'nul',
      'tru',
      'truE',
      'undefined',
      'NaN',
      'Infinity',
      "'a'",
    ],
    ...['01', '-', '-01', '+1', '1.', '.5', '1.e3', '1e', '1e+', '0x10', '1_0', '--1', '- 1', '1.2.3'],
    ...[
      '"',
      '"\\',
      '"\\"',
      '"\\x"',
      '"\\u00zz"',
      '"\\u00"',
      '"\\u"',
      '"a\tb"',
      '"a\nb"',
      '"a\u0000b"',
      '"\u001f"',
    ],
    ...[
      '[1,]',
      '[,1]',
      '[,]',
      '[1 2]',
      '[1',
      '[1,',
      ']',
      '{"a":1,}',
      '{,}',
      '{"a"}',
      '{"a":}',
      '{"a" 1}',
      '{a:1}',
    ],
    ...['{"a":1', '{1:2}', '{"a":1]', '[1}', '{"a":1 "b":2}', '{"a"::1}', '[1]/**/', '[1]\u00a0', '[1]\v'],
  ])('refuses %j, alone, as a list, as an element and as a value', (text) => {
    for (const whole of [text, `{"data":${text}}`, `{"data":[${text} ,1]}`, `{"data":[{"id":${text}}]}`]) {
      const allowed = accepts(() => JSON.parse(whole));
      expect([whole, accepts(() => scan(whole))]).toEqual([whole, allowed]);
    }
    expect(() => scan(text)).toThrow(MalformedJsonError);
  });

  test('says at which byte the JSON stops', () => {
    expect(() => scan('{"data":[{"é":tru}]}')).toThrow(/not true at byte 18/);
    expect(() => scan('{"data":[')).toThrow(/the end instead of a value at byte 9/);
  });

  test.each([
    '"a\\\\"',
    '"\\\\\\""',
    '"\\u00E9\\uDe00"',
    '"\u007f\u2028"',
    '-0',
    '-0.0e-0',
    '0e00',
    '10E+05',
  ])('accepts %s', (text) => {
    const whole = `{"data":[ ${text} ,{"id":${text}}]}`;
    const { ranges, captured } = scan(whole);
    expect(Buffer.from(whole).toString('utf8', ranges[0], ranges[1])).toBe(text);
    expect(
      rawOf(captured)
        .map((raw) => raw ?? '-')
        .join(' '),
    ).toBe(`- - - - - ${text} - -`);
  });

  test('takes the last of two lists under one key, and the last of two values of a record', () => {
    const text = '{"data":[{"id":1},7],"data":[{"id":2,"id":3},{"createdAt":null}]}';
    const { recordCount, captured, allObjects } = scan(text);
    expect(recordCount).toBe(2);
    expect(allObjects).toBe(true);
    expect(rawOf(captured).filter((value) => value !== undefined)).toEqual(['3', 'null']);
  });

  test('takes a list inside of the list for one element', () => {
    const text = '{"data":[[{"id":1},{"id":2}],[]]}';
    const { recordCount, ranges, captured, allObjects } = scan(text);
    expect(recordCount).toBe(2);
    expect(text.slice(ranges[0], ranges[1])).toBe('[{"id":1},{"id":2}]');
    expect(rawOf(captured).every((value) => value === undefined)).toBe(true);
    expect(allObjects).toBe(false);
  });

  test('captures nothing from lists and from deeper objects of the same key', () => {
    const text = '{"data":[{"customer":[{"id":1}],"other":{"id":2,"createdAt":"x"}}]}';
    expect(rawOf(scan(text).captured)).toEqual([undefined, undefined, undefined, '[{"id":1}]']);
  });

  test('captures a value in each place in which it is wanted', () => {
    const scanner = recordScanner([], [['a'], ['b', 'c'], ['a'], ['b']]);
    const { captured } = scanner(Buffer.from('[{"a":1,"b":{"c":2}}]'));
    expect(rawOf(captured)).toEqual(['1', '2', '1', '{"c":2}']);
  });

  test('is not misled by keys that contain, escape or resemble the wanted ones', () => {
    const text = '{"\\"data\\"":[1],"dat":[1],"data ":[1],"data\\u0000":[1],"x":{"data":[2]},"data":[]}';
    expect(scan(text)).toMatchObject({ found: 'list', ranges: [] });
    const escaped = recordScanner([], [['a"b']])(Buffer.from('[{"a\\"b":1,"ab":2}]'));
    expect(rawOf(escaped.captured)).toEqual(['1']);
  });

  test.each([
    ['{}', 'nothing'],
    ['[]', 'nothing'],
    ['5', 'nothing'],
    ['{"data":{}}', 'object'],
    ['{"data":null}', 'scalar'],
    ['{"data":"[]"}', 'scalar'],
  ])('says of %s that there is %s', (text, found) => {
    const { captured, ...rest } = scan(text);
    expect(captured.length).toBe(0);
    expect(rest).toEqual({
      found,
      recordCount: 0,
      ranges: [],
      allObjects: true,
      envelope: JSON.parse(text) as unknown,
    });
  });

  test.each([
    ['lists', '['.repeat(100_000)],
    ['closed lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects on the path', '{"data":'.repeat(100_000)],
    ['objects on the capture path', `{"data":[${'{"customer":'.repeat(100_000)}`],
    ['lists in the list', `{"data":${'['.repeat(100_000)}`],
  ])('refuses 100,000 levels of %s without running out of stack', (_, text) => {
    for (const path of [[], ['data'], ['data', 'x']]) {
      expect(() => scan(text, path)).toThrow(JsonLimitError);
    }
  });

  test.each([
    ['records', `{"data":[${'{},'.repeat(100_000)}{}]}`, 'more than 100000 records'],
    [
      'text around the records',
      `{"data":[],"meta":"${' '.repeat(1024 * 1024)}"}`,
      'more than 1048576 bytes around the records',
    ],
    ['text instead of records', `{"meta":"${' '.repeat(1024 * 1024)}"}`, 'more than 1048576 bytes'],
  ])('refuses more %s than any page has', (_, text, says) => {
    expect(() => scan(text, ['data'])).toThrow(JsonLimitError);
    expect(() => scan(text, ['data'])).toThrow(says);
  });

  test('reads 1,000 levels of nesting', () => {
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    expect(scan(`{"deep":${deep},"data":[{"a":${deep}}]}`).ranges.length).toBe(2);
  });

  test('finds the end of a string wherever it stands, and with an escape at any place of it', () => {
    for (let length = 0; length <= 40; length++) {
      const plain = 'é'.repeat(length % 3) + 'x'.repeat(length);
      for (let escape = 0; escape <= plain.length; escape++) {
        const value = `"${plain.slice(0, escape)}\\"${plain.slice(escape)}"`;
        const { captured } = scan(`{"data":[{"id":${value},"createdAt":"${plain}"}]}`);
        expect(rawOf(captured).slice(0, 2)).toEqual([`"${plain}"`, value]);
        expect(() => scan(`{"data":[{"id":${value.slice(0, -1)}`)).toThrow('the end inside a string');
        expect(() => scan(`{"data":[{"id":"${plain.slice(0, escape)}\u0001${plain}"}]}`)).toThrow(
          'a control character in a string',
        );
      }
    }
  });

  test('knows nothing of the page before: one that is cut ends where it was cut', () => {
    const whole = '{"data":[{"id":1,"createdAt":"2026-01-01"},{"id":2}]}';
    for (let end = 0; end < whole.length; end++) {
      scan(whole);
      expect(() => scan(whole.slice(0, end))).toThrow(/the end (instead of|inside) .* at byte/);
    }
    const { captured } = scan('{"data":[{},{"id":3}]}');
    expect(rawOf(captured)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      '3',
      undefined,
      undefined,
    ]);
  });

  test('reads a page of many megabytes, or of very many records, and others after it', () => {
    const long = 'x'.repeat(9_000_000);
    const many = `{"data":[${'{"id":1},'.repeat(99_999)}{"id":"last"}]}`;
    for (const text of [`{"data":[{"id":"${long}"},{"id":2}]}`, many, '{"data":[{"id":2}]}']) {
      const records = (JSON.parse(text) as { data: { id: unknown }[] }).data;
      const { captured } = scan(text);
      expect(captured.length).toBe(records.length * CAPTURE.length);
      expect(JSON.parse(rawOf(captured).at(1 - CAPTURE.length) ?? '')).toBe(records.at(-1)?.id);
    }
  });

  test.each([
    ['[x]', 'not a value'],
    ['{1}', 'not a key'],
    ['{"a" 1}', 'not a colon'],
    ['[1 2]', 'not a comma or a closing bracket'],
    ['"\\x"', 'not an escape'],
    ['"\\u00g0"', 'not a hex digit'],
    ['trie', 'not true'],
    ['falsy', 'not false'],
    ['nil', 'not null'],
    ['"\n"', 'a control character in a string'],
    ['1 2', 'text behind the end'],
    ['[', 'the end instead of a value'],
    ['{', 'the end instead of a key'],
    ['"a', 'the end inside a string'],
  ])('says of %j what is wrong', (text, says) => {
    expect(() => scan(text)).toThrow(MalformedJsonError);
    expect(() => scan(text)).toThrow(`${says} at byte`);
  });

  test('refuses a list that is cut, at whatever address its records would be noted', () => {
    for (let before = 0; before < 256; before++) {
      for (const behind of ['', ' ', '       ']) {
        expect(() => scan(`${' '.repeat(before)}[{}${behind}`, [])).toThrow(MalformedJsonError);
      }
    }
  });

  test('takes nothing from below a value that was replaced by another one', () => {
    const text = '{"data":[{"customer":{"id":1},"customer":5}]}';
    expect(rawOf(scan(text).captured)).toEqual([undefined, undefined, undefined, '5']);
  });

  test('reads 2,000 levels of nesting, and no more', () => {
    const nested = (levels: number) => `{"deep":${'['.repeat(levels)}${']'.repeat(levels)},"data":[]}`;
    expect(scan(nested(2000)).found).toBe('list');
    expect(() => scan(nested(2001))).toThrow('more than 2000 levels of nesting');
  });

  test('tries a page again that is broken or cut behind the most records that it may have', () => {
    const most = `{"data":[${'{},'.repeat(100_000)}`;
    for (const cut of ['{"id":tru}]}', '{"id":1', ']}', '']) {
      expect(() => scan(most + cut)).toThrow(MalformedJsonError);
    }
  });

  test('finds room for entries that are larger than the page', () => {
    // Behind a very large page others begin with little memory.
    scan(`["${'x'.repeat(9_000_000)}"]`, []);
    const many = Array.from({ length: 12_500 }, (_, i) => [`k${i % 10}`]);
    const { captured } = recordScanner([], many)(Buffer.from('[{"k0":1},{"k9":2},{}]'));
    expect(captured.length).toBe(3 * many.length);
    expect(rawOf(captured).filter((value) => value === '1').length).toBe(1250);
  });
});
