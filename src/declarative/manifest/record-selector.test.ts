import { describe, expect, test } from '@jest/globals';
import type { DpathExtractor, FieldPath } from '../components.js';
import { Notes } from './notes.js';
import { recordSelector } from './record-selector.js';

function exported(field_path: FieldPath, extensions?: DpathExtractor['extensions'], isPlainList = false) {
  const extractor: DpathExtractor = {
    type: 'DpathExtractor',
    field_path,
    ...(extensions === undefined ? {} : { extensions }),
  };
  return recordSelector({ type: 'RecordSelector', extractor }, isPlainList, 'things', new Notes());
}

describe('records', () => {
  test('under a path; without a list there the answer is asked for again', () => {
    const { extractor, guards, list } = exported(['data']);
    expect(extractor).toEqual({ type: 'DpathExtractor', field_path: ['data'] });
    expect(list).toBe("((response is mapping and response.get('data')) or [])");
    expect(guards).toEqual([
      {
        action: 'RETRY',
        predicate:
          "response is not mapping or 'data' not in response or not (response.get('data') is sequence and response.get('data') is not string and response.get('data') is not mapping)",
        message: 'The API\'s answer cannot be used: it has no list "data".',
      },
    ]);
  });

  test('under a path whose value may be null', () => {
    expect(exported(['data'], { or_null: true }).guards[0]?.predicate).toContain(
      "not (response.get('data') is none or response.get('data') is sequence",
    );
  });

  test('in one of two forms, the other of which makes the stream fail', () => {
    const envelope = exported(['data'], { or_root_list: true });
    expect(envelope.extractor).toMatchObject({ field_path: ['data'] });
    expect(envelope.guards[0]).toMatchObject({
      action: 'FAIL',
      predicate: 'response is sequence and response is not string and response is not mapping',
    });
    const plain = exported(['data'], { or_root_list: true }, true);
    expect(plain.extractor).toMatchObject({ field_path: [] });
    expect(plain.guards[0]).toMatchObject({
      action: 'FAIL',
      predicate: expect.stringContaining("response is mapping and response.get('data') is sequence"),
      remedy: "Write [data] for the stream's field_path",
    });
  });

  test('that are texts become objects', () => {
    const { extractor, transformations } = exported(['data', 'names'], { wrap_as: 'name' });
    expect(extractor).toEqual({
      type: 'DpathExtractor',
      field_path: ['data'],
      record_expander: {
        type: 'RecordExpander',
        expand_records_from_field: ['names'],
        remain_original_record: true,
      },
    });
    expect(transformations).toEqual([
      {
        type: 'AddFields',
        fields: [
          {
            type: 'AddedFieldDefinition',
            path: ['name'],
            value: "{{ record['value'] }}",
            value_type: 'string',
          },
        ],
      },
      { type: 'RemoveFields', field_pointers: [['value'], ['original_record']] },
    ]);
  });

  test('that are the whole answer', () => {
    const { extractor, guards } = exported([], { single_object: { with_field: 'amount' } });
    expect(extractor).toEqual({ type: 'DpathExtractor', field_path: [] });
    expect(guards).toMatchObject([
      { action: 'RETRY', predicate: "response is not mapping or 'amount' not in response" },
    ]);
  });
});
