/** Answers that hold their records in another shape than one list under one path. */
import { describe, expect, test } from '@jest/globals';
import { rawOf } from '../../test-support/captured-values.fixture.js';
import type { DpathExtractor, FieldPath } from '../components.js';
import { recordSelector } from './record-selector.js';
import type { SelectedPage } from './record-selector.js';

function select(
  body: string,
  field_path: FieldPath,
  extensions: NonNullable<DpathExtractor['extensions']>,
): SelectedPage {
  const extractor: DpathExtractor = { type: 'DpathExtractor', field_path, extensions };
  return recordSelector({ type: 'RecordSelector', extractor }, [['id'], ['at']])(Buffer.from(body));
}

function records({ bytes, recordCount, ranges }: SelectedPage): string[] {
  return Array.from({ length: recordCount }, (_, i) =>
    bytes.toString('utf8', ranges[2 * i], ranges[2 * i + 1]),
  );
}

describe('a list at the root or under a path', () => {
  const either = (body: string, path: FieldPath = ['data']) => select(body, path, { or_root_list: true });

  test.each([
    ['the path', '{"data":[{"id":1,"at":"a"},{"id":2}],"paging":{"next":null}}'],
    ['the root', '[{"id":1,"at":"a"},{"id":2}]'],
    ['the root behind white space', ' \r\n\t[ {"id":1,"at":"a"} , {"id":2} ] '],
    ['the root behind a byte order mark', '\ufeff[{"id":1,"at":"a"},{"id":2}]'],
  ])('is found at %s', (_, body) => {
    const page = either(body);
    expect(page.problem).toBeUndefined();
    expect(records(page)).toEqual(['{"id":1,"at":"a"}', '{"id":2}']);
    expect(rawOf(page.captured)).toEqual(['1', '"a"', '2', undefined]);
  });

  test('says what stands around the records, which is nothing at the root', () => {
    expect(either('{"data":[{"id":1}],"paging":{"next":"x"}}').envelope).toEqual({
      data: [],
      paging: { next: 'x' },
    });
    expect(either('[{"id":1}]').envelope).toEqual([]);
  });

  test('may come in either shape from one answer to the next', () => {
    const extractor = {
      type: 'DpathExtractor',
      field_path: ['data'],
      extensions: { or_root_list: true },
    } as const;
    const read = recordSelector({ type: 'RecordSelector', extractor }, [['id']]);
    const bodies = ['[{"id":1}]', '{"data":[{"id":2}]}', '[{"id":3}]'];
    expect(bodies.map((body) => rawOf(read(Buffer.from(body)).captured))).toEqual([['1'], ['2'], ['3']]);
  });

  test('may be empty in both places', () => {
    for (const body of ['[]', '{"data":[]}']) {
      expect(either(body)).toMatchObject({ ranges: [], problem: undefined });
    }
  });

  test.each([
    ['{"items":[]}', 'the answer has no "data"'],
    ['{"data":{"id":1}}', '"data" is not a list'],
    ['"[]"', 'the answer has no "data"'],
    ['[1]', 'the answer holds something that is not an object'],
    ['[[{"id":1}]]', 'the answer holds something that is not an object'],
    ['{"data":[1]}', '"data" holds something that is not an object'],
  ])('of %s has a problem', (body, problem) => {
    expect(either(body).problem).toBe(problem);
  });

  test('is not looked for at the root unless the definition says so', () => {
    expect(select('[{"id":1}]', ['data'], {}).problem).toBe('the answer has no "data"');
  });
});

describe('a single object', () => {
  const single = (body: string, path: FieldPath = []) =>
    select(body, path, { single_object: { with_field: 'id' } });

  test.each<[string, FieldPath]>([
    [' {"id":12345678901234567890,"at":"a","list":[{"id":5}]} ', []],
    ['{"data":{"balance":{"id":12345678901234567890,"at":"a","list":[{"id":5}]}}}', ['data', 'balance']],
  ])('is the only record, byte for byte: %s at %j', (body, path) => {
    const page = single(body, path);
    expect(page.problem).toBeUndefined();
    expect(records(page)).toEqual(['{"id":12345678901234567890,"at":"a","list":[{"id":5}]}']);
    expect(rawOf(page.captured)).toEqual(['12345678901234567890', '"a"']);
  });

  test('is not any object: it has the field that the definition names', () => {
    expect(single('{"message":"soon"}').problem).toBe('the answer has no "id"');
    expect(single('{"data":{}}', ['data']).problem).toBe('"data" has no "id"');
  });

  test('keeps nothing of one answer for the next', () => {
    const extractor = {
      type: 'DpathExtractor',
      field_path: [],
      extensions: { single_object: { with_field: 'id' } },
    } as const;
    const read = recordSelector({ type: 'RecordSelector', extractor }, [['id']]);
    expect(rawOf(read(Buffer.from('{"id":1}')).captured)).toEqual(['1']);
    expect(rawOf(read(Buffer.from('{"x":2}')).captured)).toEqual([undefined]);
  });

  test.each<[string, FieldPath, string]>([
    ['[{"id":1}]', [], 'the answer is not an object'],
    ['null', [], 'the answer is not an object'],
    ['{"data":[{"id":1}]}', ['data'], '"data" is not an object'],
    ['{"data":"x"}', ['data'], '"data" is not an object'],
    ['{"id":1}', ['data'], 'the answer has no "data"'],
  ])('is missed in %s at %j', (body, path, problem) => {
    expect(single(body, path).problem).toBe(problem);
  });
});
