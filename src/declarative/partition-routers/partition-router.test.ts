import { describe, expect, test } from '@jest/globals';
import type { DeclarativeStream, ParentStreamConfig } from '../components.js';
import { recordSelector } from '../extractors/record-selector.js';
import { NO_PARTITION } from '../stream-slice.js';
import { parentPartition } from './partition-router.js';

const STREAM: DeclarativeStream = {
  type: 'DeclarativeStream',
  name: 'parents',
  primary_key: ['id'],
  retriever: {
    type: 'SimpleRetriever',
    requester: {
      type: 'HttpRequester',
      url_base: 'https://api.example.com',
      path: '/parents',
      http_method: 'GET',
      authenticator: { type: 'BearerAuthenticator', api_token: { type: 'ConfigReference', path: ['key'] } },
      error_handler: { type: 'DefaultErrorHandler', response_filters: [], backoff_strategies: [] },
      extensions: { url_base_variable: 'EXAMPLE_URL' },
    },
    record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    paginator: { type: 'NoPagination' },
  },
  schema_loader: { type: 'JsonFileSchemaLoader', file_path: 'parents.json' },
};
const PARENT: ParentStreamConfig = {
  type: 'ParentStreamConfig',
  stream: STREAM,
  parent_key: 'id',
  partition_field: 'parent_id',
  incremental_dependency: true,
};

describe('the partition of a parent', () => {
  const select = recordSelector(STREAM.retriever.record_selector, [
    ['createdAt'],
    ['created_at'],
    [PARENT.parent_key],
  ]);

  function partitions(body: string) {
    const page = select(Buffer.from(body));
    return Array.from({ length: page.recordCount }, (_, i) =>
      parentPartition(PARENT, NO_PARTITION, page, i * 3, 2, [0, 1]),
    );
  }

  test('is its key, not rounded, and its cursor', () => {
    const found = partitions('[{"id":12345678901234567890,"createdAt":"2024-01-01"},{"id":"x/1"}]');
    expect(found).toEqual([
      { values: new Map([['parent_id', '12345678901234567890']]), parentCursor: '"2024-01-01"' },
      { values: new Map([['parent_id', '"x/1"']]) },
    ]);
  });

  test('takes the cursor from the first place that has one', () => {
    const found = partitions(
      '[{"id":1,"createdAt":null,"created_at":"b"},{"id":2,"createdAt":"a","created_at":"b"}]',
    );
    expect(found.map((one) => one?.parentCursor)).toEqual(['"b"', '"a"']);
  });

  test('takes the first one that is a date', () => {
    const [found] = partitions('[{"id":1,"createdAt":"","created_at":"2024-01-01"}]');
    expect(found?.parentCursor).toBe('"2024-01-01"');
  });

  test('has no cursor that is not a text', () => {
    const found = partitions('[{"id":1,"createdAt":[\n1\n],"created_at":"b"},{"id":2,"createdAt":{"a":1}}]');
    expect(found.map((one) => one?.parentCursor)).toEqual(['"b"', undefined]);
  });

  test('is missing for a parent without a key', () => {
    expect(partitions('[{"createdAt":"a"},{"id":null}]')).toEqual([undefined, undefined]);
  });
});
