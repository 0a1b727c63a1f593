import { expect, test } from '@jest/globals';
import type { AddedValue, AddFields } from '../components.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';
import { addedFields as fieldsOf, toMembers } from './add-fields.js';

const NOW = Date.parse('2024-06-15T12:00:00.5Z');
const PARTITION: StreamPartition = {
  values: new Map([['parent_id', '12345678901234567890']]),
  parentCursor: '"2024-01-01T00:00:00Z"',
};

const addedFields = (...args: Parameters<typeof fieldsOf>): string => toMembers(fieldsOf(...args));

function adding(...fields: [string, AddedValue][]): AddFields {
  return {
    type: 'AddFields',
    fields: fields.map(([name, value]) => ({ type: 'AddedFieldDefinition', path: [name], value })),
  };
}

test('adds the partition, the cursor of the parent and the time, as raw JSON members', () => {
  const transformations = [
    adding(
      ['parent_id', { type: 'stream_partition', field: 'parent_id' }],
      ['at "x"', { type: 'parent_cursor' }],
    ),
    adding(['read_at', { type: 'now_utc' }]),
  ];
  expect(addedFields(transformations, PARTITION, NOW)).toBe(
    '"parent_id":12345678901234567890,"at \\"x\\"":"2024-01-01T00:00:00Z","read_at":"2024-06-15T12:00:00.500Z"',
  );
});

test('adds null for what the partition does not have', () => {
  const transformations = [
    adding(['a', { type: 'stream_partition', field: 'parent_id' }], ['b', { type: 'parent_cursor' }]),
  ];
  expect(addedFields(transformations, NO_PARTITION, NOW)).toBe('"a":null,"b":null');
});

test('is empty for a stream that adds nothing', () => {
  expect(addedFields(undefined, PARTITION, NOW)).toBe('');
  expect(addedFields([], PARTITION, NOW)).toBe('');
  expect(addedFields([adding()], PARTITION, NOW)).toBe('');
});
