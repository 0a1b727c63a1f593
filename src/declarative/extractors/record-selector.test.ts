import { describe, expect, test } from '@jest/globals';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import type { DpathExtractor, FieldPath, RecordSelector } from '../components.js';
import { MalformedJsonError } from './json-errors.js';
import { recordSelector, valueAt } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';

function selector(field_path: FieldPath, extensions?: DpathExtractor['extensions']): RecordSelector {
  const extractor = { type: 'DpathExtractor' as const, field_path };
  return {
    type: 'RecordSelector',
    extractor: extensions === undefined ? extractor : { ...extractor, extensions },
  };
}

function select(body: string | Buffer, field_path: FieldPath = ['data']): SelectedPage {
  return recordSelector(selector(field_path), [['id'], ['at']])(Buffer.from(body));
}

function records({ bytes, recordCount, ranges }: SelectedPage): string[] {
  return Array.from({ length: recordCount }, (_, i) =>
    bytes.toString('utf8', ranges[2 * i], ranges[2 * i + 1]),
  );
}

describe('recordSelector', () => {
  test('finds the records, the captured values and what stands around', () => {
    const page = select(
      '{"status":true,"data":[{"id":12345678901234567890,"at":"a"},{ "at":null }],"meta":{"n":1}}',
    );
    expect(records(page)).toEqual(['{"id":12345678901234567890,"at":"a"}', '{ "at":null }']);
    expect(rawOf(page.captured)).toEqual(['12345678901234567890', '"a"', undefined, 'null']);
    expect(page.envelope).toEqual({ status: true, data: [], meta: { n: 1 } });
    expect(page.problem).toBeUndefined();
    expect(page.repaired).toBe(false);
  });

  test('keeps nothing of one answer for the next', () => {
    const read = recordSelector(selector([]), [['id']]);
    expect(rawOf(read(Buffer.from('[{"id":1}]')).captured)).toEqual(['1']);
    const second = read(Buffer.from('[{"x":1},{"id":2}]'));
    expect(rawOf(second.captured)).toEqual([undefined, '2']);
    expect(records(second)).toEqual(['{"x":1}', '{"id":2}']);
  });

  test('has no problem with an empty list', () => {
    const page = select('{"data":[]}');
    expect(page).toMatchObject({ ranges: [], problem: undefined });
    expect(page.captured.length).toBe(0);
  });

  test('skips a byte order mark', () => {
    const page = select('\ufeff{"data":[{"id":1}]}');
    expect(records(page)).toEqual(['{"id":1}']);
    expect(page.repaired).toBe(false);
    expect(page.problem).toBeUndefined();
  });

  test('leaves U+FEFF inside of a record alone', () => {
    expect(records(select('[{"a":"\ufeff"}]', []))).toEqual(['{"a":"\ufeff"}']);
  });

  test('replaces bytes that are not UTF-8, says so, and still finds each record where it stands', () => {
    const body = Buffer.concat([
      Buffer.from('{"data":[{"id":1,"name":"Jos'),
      Buffer.from([0xe9]),
      Buffer.from('"},{"id":"é"}]}'),
    ]);
    const page = recordSelector(selector(['data']), [['id']])(body);
    expect(page.repaired).toBe(true);
    expect(records(page)).toEqual(['{"id":1,"name":"Jos\ufffd"}', '{"id":"é"}']);
    expect(rawOf(page.captured)).toEqual(['1', '"é"']);
  });

  test.each([
    [['data'], '{"status":true}', 'the answer has no "data"'],
    [['data'], '[]', 'the answer has no "data"'],
    [['data', 'list'], '{"data":[]}', 'the answer has no "data.list"'],
    [['data'], '{"data":{"id":1}}', '"data" is not a list'],
    [['data'], '{"data":null}', '"data" is not a list'],
    [['data'], '{"data":"[]"}', '"data" is not a list'],
    [[], '{"data":[]}', 'the answer is not a list'],
    [['data'], '{"data":[{"id":1},"two"]}', '"data" holds something that is not an object'],
    [['data'], '{"data":[[]]}', '"data" holds something that is not an object'],
    [[], '[null]', 'the answer holds something that is not an object'],
  ])('under %j says what is wrong with %s', (path, body, problem) => {
    expect(select(body, path).problem).toBe(problem);
  });

  test('takes plain values where they are to be wrapped', () => {
    const read = recordSelector(selector(['data', 'names'], { wrap_as: 'name' }), []);
    const page = read(Buffer.from('{"data":{"names":["a.example" , 5]}}'));
    expect(page.problem).toBeUndefined();
    expect(records(page)).toEqual(['"a.example"', '5']);
    expect(read(Buffer.from('{"data":{"names":"a"}}')).problem).toBe('"data.names" is not a list');
  });

  test('throws for what is not JSON, or was cut', () => {
    for (const body of ['', '<html>', '{"data":[{"id":1}', '\ufeff\ufeff[]']) {
      expect(() => select(body)).toThrow(MalformedJsonError);
    }
  });
});

describe('valueAt', () => {
  test('follows keys through objects, and through nothing else', () => {
    const value = { a: { b: [1], c: null } };
    expect(valueAt(value, [])).toBe(value);
    expect(valueAt(value, ['a', 'b'])).toEqual([1]);
    expect(valueAt(value, ['a', 'c'])).toBeNull();
    for (const path of [['x'], ['a', 'x'], ['a', 'b', '0'], ['a', 'c', 'd'], ['a', 'b', 'length']]) {
      expect(valueAt(value, path)).toBeUndefined();
    }
    expect(valueAt('text', ['length'])).toBeUndefined();
  });
});
