import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseConfiguredCatalog } from './catalog.js';
import { TracedError } from './errors.js';
import type { JsonValue } from './messages.js';

function entry(changes: Record<string, JsonValue> = {}): JsonValue {
  return {
    stream: { name: 'orders', json_schema: {}, supported_sync_modes: ['full_refresh'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
    ...changes,
  };
}

function errorOf(value: JsonValue): TracedError {
  try {
    parseConfiguredCatalog(value);
  } catch (error) {
    if (error instanceof TracedError) return error;
    throw error;
  }
  throw new Error('the catalog was accepted');
}

describe('a configured catalog', () => {
  test('is reduced to the names and modes', () => {
    expect(parseConfiguredCatalog({ streams: [entry()] })).toEqual({
      streams: [
        { stream: { name: 'orders' }, sync_mode: 'incremental', destination_sync_mode: 'append_dedup' },
      ],
    });
  });

  test('keeps a namespace, and takes an empty or null one for none', () => {
    const names = ['a', 'b', 'c'];
    const spaces = ['n', '', null];
    const streams = names.map((name, i) => entry({ stream: { name, namespace: spaces[i] ?? null } }));
    expect(parseConfiguredCatalog({ streams }).streams.map(({ stream }) => stream)).toEqual([
      { name: 'a', namespace: 'n' },
      { name: 'b' },
      { name: 'c' },
    ]);
  });

  test('may hold nulls, keys of newer protocols, no destination mode, and the platform’s own mode', () => {
    const streams = [
      entry({ cursor_field: null, primary_key: null, generation_id: 3, sync_id: 4, brand_new: { a: 1 } }),
      entry({ stream: { name: 'second' }, destination_sync_mode: null }),
      entry({ stream: { name: 'third' }, destination_sync_mode: 'overwrite_dedup' }),
    ];
    const modes = parseConfiguredCatalog({ streams, extra: null }).streams.map(
      (one) => one.destination_sync_mode,
    );
    expect(modes).toEqual(['append_dedup', 'append', 'overwrite_dedup']);
  });

  test('may select no stream', () => {
    expect(parseConfiguredCatalog({ streams: [] })).toEqual({ streams: [] });
  });

  test.each<[string, JsonValue, RegExp]>([
    ['null', null, /JSON object with an array "streams"/],
    ['an array', [entry()], /JSON object with an array "streams"/],
    [
      'a catalog as discover prints it',
      { type: 'CATALOG', catalog: { streams: [] } },
      /printed by `discover`/,
    ],
    ['streams that are no list', { streams: {} }, /array "streams"/],
    ['a null stream', { streams: [entry(), null] }, /streams\[1\]\.stream is missing/],
    ['the bare streams of discover', { streams: [{ name: 'orders' }] }, /streams\[0\]\.stream is missing/],
    ['no name', { streams: [entry({ stream: {} })] }, /streams\[0\]\.stream\.name is missing/],
    ['a name that is no text', { streams: [entry({ stream: { name: 5 } })] }, /name is missing/],
    [
      'sync mode INVALID',
      { streams: [entry({ sync_mode: 'INVALID' })] },
      /"orders".*full_refresh, incremental/,
    ],
    ['no sync mode', { streams: [entry({ sync_mode: null })] }, /sync_mode must be one of/],
    [
      'destination mode INVALID',
      { streams: [entry({ destination_sync_mode: 'INVALID' })] },
      /"orders".*destination_sync_mode must be one of append/,
    ],
    ['the same stream twice', { streams: [entry(), entry()] }, /names the stream "orders" twice/],
  ])('is refused with a sentence: %s', (_, value, sentence) => {
    const error = errorOf(value);
    expect(error.message).toMatch(sentence);
    expect(error.message).toMatch(/\.$/);
    expect(error.failureType).toBe('config_error');
  });

  test('the modes are judged before the stream’s name is looked up', () => {
    const stream = {
      name: '__AIRBYTE__stream_that_does_not_exist',
      json_schema: {},
      supported_sync_modes: [],
    };
    expect(
      errorOf({ streams: [{ stream, sync_mode: 'INVALID', destination_sync_mode: 'INVALID' }] }).failureType,
    ).toBe('config_error');
  });

  test('whatever the JSON, nothing but a TracedError is thrown', () => {
    const catalog = fc.record(
      { streams: fc.array(fc.record({ stream: fc.jsonValue(), sync_mode: fc.jsonValue() })) },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), catalog), (value) => {
        try {
          parseConfiguredCatalog(value);
        } catch (error) {
          expect(error).toBeInstanceOf(TracedError);
        }
      }),
    );
  });
});
