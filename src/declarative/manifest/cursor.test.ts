import { describe, expect, test } from '@jest/globals';
import { createdBetween } from '../../test-support/definitions.fixture.js';
import { requestParameter } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { cursor } from './cursor.js';
import type { CursorScope } from './cursor.js';
import { Notes } from './notes.js';

function exported(definition: DatetimeBasedCursor, scope: CursorScope = 'own', notes = new Notes()) {
  return cursor(definition, { stream: 'things', scope, earliest_date: '2015-01-01T00:00:00Z', notes });
}

/** What keeps a record before the end date of the config. */
function beforeEnd(field: string): string {
  return `(not config.get('end_date') or timestamp(record.get('${field}')) < timestamp(config.get('end_date')))`;
}

const wholeList: DatetimeBasedCursor = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'updatedAt',
  datetime_format: '%Y-%m-%dT%H:%M:%SZ',
};

describe('a list with a date filter', () => {
  test('is read in slices, with the lookback window and the start of the config', () => {
    const { incremental_sync } = exported(createdBetween);
    expect(incremental_sync).toMatchObject({
      cursor_field: 'createdAt',
      datetime_format: '%Y-%m-%dT%H:%M:%S.%_msZ',
      start_datetime: {
        datetime:
          "{{ format_datetime((config.get('start_date') or '2015-01-01T00:00:00Z'), '%Y-%m-%dT%H:%M:%SZ') }}",
      },
      lookback_window:
        "P{{ (config.get('lookback_window_days') if config.get('lookback_window_days') is not none else 30) }}D",
      step: 'P1M',
      cursor_granularity: 'PT1S',
    });
    expect(incremental_sync).not.toHaveProperty('start_time_option');
  });

  test('ends now, or at the end date of the config', () => {
    expect(exported(createdBetween).incremental_sync).toMatchObject({
      end_datetime: {
        type: 'MinMaxDatetime',
        datetime: "{{ now_utc().strftime('%Y-%m-%dT%H:%M:%SZ') }}",
        max_datetime:
          "{{ format_datetime(config.get('end_date'), '%Y-%m-%dT%H:%M:%SZ') if config.get('end_date') else '' }}",
      },
    });
  });

  test('is asked for a day more on both sides', () => {
    expect(exported(createdBetween).parameters).toEqual({
      from: "{{ format_datetime(str_to_datetime(stream_interval['start_time']) - duration('P1D'), '%Y-%m-%dT%H:%M:%S.000Z') }}",
      to: "{{ format_datetime(str_to_datetime(stream_interval['end_time']) + duration('PT1S') + duration('P1D'), '%Y-%m-%dT%H:%M:%S.000Z') }}",
    });
  });

  test('keeps the records of the slice, up to its last moment, and those without a date', () => {
    expect(exported(createdBetween).record_filter).toBe(
      `not record.get('createdAt') or (timestamp(record.get('createdAt')) >= timestamp(stream_interval['start_time']) and timestamp(record.get('createdAt')) < timestamp(stream_interval['end_time']) + 1 and ${beforeEnd('createdAt')})`,
    );
  });

  test('by days, which its records may carry ahead', () => {
    const { incremental_sync, parameters, record_filter } = exported({
      ...createdBetween,
      datetime_format: '%Y-%m-%d',
      step: 'P14D',
      cursor_granularity: 'P1D',
      extensions: { look_ahead: 'P45D', limited_range: true },
    });
    expect(parameters['from']).toContain("'%Y-%m-%d'");
    expect(record_filter).toContain("timestamp(stream_interval['end_time']) + 86400");
    expect(incremental_sync).toMatchObject({
      step: 'P14D',
      end_datetime: { datetime: "{{ (now_utc() + duration('P45D')).strftime('%Y-%m-%dT%H:%M:%SZ') }}" },
      // The runtime's mark is the newest record, so it may lie ahead.
      lookback_window: expect.stringContaining('+ 45 }}D'),
    });
  });

  test('and one of changes are two partitions with one mark', () => {
    const { incremental_sync, parameters, partition_router, record_filter } = exported({
      ...createdBetween,
      extensions: {
        changed_since: {
          start_time_option: requestParameter('updated_since'),
          end_time_option: requestParameter('updated_until'),
        },
      },
    });
    expect(partition_router).toEqual({
      type: 'ListPartitionRouter',
      cursor_field: 'list',
      values: ['created', 'changed'],
    });
    expect(Object.keys(parameters)).toEqual([
      "{{ 'from' if stream_partition['list'] == 'created' else 'updated_since' }}",
      "{{ 'to' if stream_partition['list'] == 'created' else 'updated_until' }}",
    ]);
    expect(record_filter).toMatch(
      / if stream_partition\['list'\] == 'created' else \(timestamp\(\(config\.get\('start_date'\).* <= timestamp\(record\.get\('createdAt'\)\) < /,
    );
    expect(incremental_sync).toMatchObject({ global_substream_cursor: true });
    expect(incremental_sync).not.toHaveProperty('step');
    // Records change after the end date too.
    expect(incremental_sync).not.toHaveProperty('end_datetime');
    expect(record_filter).toMatch(/ and \(not config\.get\('end_date'\) or [^)]*\)\) < .*\)$/);
  });
});

describe('a list without a date filter', () => {
  test('is read whole, in one slice, and filtered by any of its dates', () => {
    const { incremental_sync, parameters, record_filter, transformations } = exported({
      ...wholeList,
      extensions: { change_fields: [['deletedAt'], ['invoice', 'at']] },
    });
    expect(parameters).toEqual({});
    expect(incremental_sync).not.toHaveProperty('step');
    expect(record_filter).toBe(
      `not record.get('updatedAt') or ((max(timestamp(record.get('updatedAt')), (timestamp(record.get('deletedAt')) if record.get('deletedAt') else 0), (timestamp((record.get('invoice') or {}).get('at')) if (record.get('invoice') or {}).get('at') else 0)) >= timestamp(stream_interval['start_time'])) and (timestamp(record.get('updatedAt')) >= timestamp((config.get('start_date') or '2015-01-01T00:00:00Z'))) and ${beforeEnd('updatedAt')})`,
    );
    expect(transformations).toEqual([]);
  });

  test('whose date has other names gets it under that of the cursor', () => {
    const { transformations } = exported({ ...wholeList, extensions: { cursor_field_aliases: ['a', 'b'] } });
    expect(transformations).toEqual([
      {
        type: 'AddFields',
        condition: "{{ not record.get('updatedAt') and (record.get('a') or record.get('b')) }}",
        fields: [
          {
            type: 'AddedFieldDefinition',
            path: ['updatedAt'],
            value: "{{ record.get('a') or record.get('b') }}",
            value_type: 'string',
          },
        ],
      },
    ]);
  });

  test('that is newest first is left to the runtime, which must see where to stop', () => {
    const notes = new Notes();
    const { incremental_sync, record_filter } = exported({ ...wholeList, is_data_feed: true }, 'own', notes);
    expect(incremental_sync).toMatchObject({ is_data_feed: true });
    expect(record_filter).toBe(`not record.get('updatedAt') or ${beforeEnd('updatedAt')}`);
    // With it the runtime would take the first record, which is newer, for the end of the list.
    expect(incremental_sync).not.toHaveProperty('end_datetime');
    expect(notes.list()).toMatchObject([{ text: expect.stringContaining('not verified') }]);
  });

  test('that is newest first goes without its date filter, which the API may ignore', () => {
    const notes = new Notes();
    const feed = exported({ ...createdBetween, is_data_feed: true }, 'own', notes);
    const { cursor_field } = createdBetween;
    expect(feed).toEqual(exported({ ...wholeList, cursor_field, is_data_feed: true }, 'own', new Notes()));
    expect(feed.parameters).toEqual({});
    expect(notes.list()).toMatchObject([{}, { text: expect.stringContaining('one slice') }]);
  });
});

describe('the lists of parents', () => {
  test('have one mark together', () => {
    const { incremental_sync, record_filter } = exported(wholeList, 'of_all_parents');
    expect(incremental_sync).toMatchObject({ global_substream_cursor: true });
    expect(record_filter).toContain('timestamp(');
  });

  test('that go by the date of the parent are taken as they are', () => {
    expect(exported(createdBetween, 'by_parent')).toMatchObject({
      parameters: {},
      record_filter: undefined,
      transformations: [],
      incremental_sync: { global_substream_cursor: true },
    });
  });
});
