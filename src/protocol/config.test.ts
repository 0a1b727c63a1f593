import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readSpec } from '../package-files.js';
import { readConfigFile, validateConfig } from './config.js';
import { TracedError } from './errors.js';
import type { ConnectorSpecification, JsonObject } from './messages.js';

const KEY = 'sk_test_s3cret';

function config(changes: JsonObject = {}): JsonObject {
  return { provider: { name: 'paystack', secret_key: KEY }, ...changes };
}

const TWO_PROVIDERS: ConnectorSpecification = {
  connectionSpecification: {
    type: 'object',
    required: ['provider'],
    properties: {
      provider: {
        type: 'object',
        oneOf: ['one', 'two'].map((name) => ({
          type: 'object',
          required: ['name', `key_of_${name}`],
          properties: { name: { type: 'string', const: name }, [`key_of_${name}`]: { type: 'string' } },
        })),
      },
      tags: { type: 'array', items: { type: 'string' } },
      size: { type: 'string', enum: ['s', 'm'] },
    },
  },
};

/** The sentence about a config; undefined if it is valid. */
async function sentence(value: JsonObject, spec = readSpec()): Promise<string | undefined> {
  try {
    await validateConfig(spec, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof TracedError)) throw error;
    expect(error.failureType).toBe('config_error');
    expect(error.message).toMatch(/^Config validation error: .*\.$/);
    expect(error.message).not.toContain('s3cret');
    expect(error.message).not.toContain('#/');
    return error.message.slice('Config validation error: '.length, -1);
  }
}

describe('validateConfig', () => {
  test.each<[string, JsonObject]>([
    ['the smallest config', config()],
    [
      'all fields',
      config({
        start_date: '2024-01-01T00:00:00Z',
        lookback_window_days: 0,
        num_workers: 100,
        requests_per_minute: 1,
      }),
    ],
    ['a start with a fraction of a second', config({ start_date: '2024-01-01T00:00:00.123Z' })],
    ['unknown fields', config({ _limit: 5, __injected: { a: 1 } })],
    ['unknown fields of the provider', { provider: { name: 'paystack', secret_key: KEY, more: null } }],
  ])('accepts %s', async (_, value) => {
    expect(await sentence(value)).toBeUndefined();
  });

  test.each<[string, JsonObject, string]>([
    ['no provider', {}, 'provider is missing'],
    ['a provider that is text', { provider: 'paystack' }, 'provider must be an object with fields in braces'],
    ['a provider that is a list', { provider: [] }, 'provider must be an object with fields in braces'],
    [
      'an unknown provider',
      { provider: { name: 'acme', secret_key: KEY } },
      'provider.name must be one of "paystack", "pagarme"',
    ],
    [
      'a provider without a name',
      { provider: { secret_key: KEY } },
      'provider.name must be one of "paystack", "pagarme"',
    ],
    ['no key', { provider: { name: 'paystack' } }, 'provider.secret_key is missing'],
    [
      'a key under a name that is misspelt',
      { provider: { name: 'paystack', secret_kye: KEY } },
      'provider.secret_key is missing. There is no field provider.secret_kye',
    ],
    [
      'the flat config of other connectors',
      { secret_key: KEY, start_date: '2024-01-01T00:00:00Z' },
      'provider is missing. The field secret_key belongs inside provider',
    ],
    [
      'a key that is a number',
      { provider: { name: 'paystack', secret_key: 5 } },
      'provider.secret_key must be text, in quotes',
    ],
    [
      'a null key',
      { provider: { name: 'paystack', secret_key: null } },
      'provider.secret_key must be text, in quotes',
    ],
    [
      'an empty key',
      { provider: { name: 'paystack', secret_key: '' } },
      'provider.secret_key does not have the form sk_live_… or sk_test_…',
    ],
    [
      'a key of another form',
      { provider: { name: 'paystack', secret_key: 'pk_s3cret' } },
      'provider.secret_key does not have the form sk_live_… or sk_test_…',
    ],
    ['a lookback below 0', config({ lookback_window_days: -1 }), 'lookback_window_days must be at least 0'],
    [
      'a lookback beyond 3650',
      config({ lookback_window_days: 3651 }),
      'lookback_window_days must be at most 3650',
    ],
    [
      'a lookback that is text',
      config({ lookback_window_days: '30' }),
      'lookback_window_days must be a whole number, without quotes',
    ],
    [
      'a lookback of part of a day',
      config({ lookback_window_days: 1.5 }),
      'lookback_window_days must be a whole number, without quotes',
    ],
    ['no worker', config({ num_workers: 0 }), 'num_workers must be at least 1'],
    ['too many workers', config({ num_workers: 101 }), 'num_workers must be at most 100'],
    ['workers as a list', config({ num_workers: [5] }), 'num_workers must be a whole number, without quotes'],
    ['no request', config({ requests_per_minute: 0 }), 'requests_per_minute must be at least 1'],
    ['a start date that is a number', config({ start_date: 20240101 }), 'start_date must be text, in quotes'],
    [
      'a field with other words',
      config({ lookback_days: 90 }),
      'there is no field lookback_days; it is lookback_window_days',
    ],
    [
      'a field that is cut short',
      config({ lookback_window: 90 }),
      'there is no field lookback_window; it is lookback_window_days',
    ],
    [
      'a field without its underscore',
      config({ startDate: 'x' }),
      'there is no field startDate; it is start_date',
    ],
    [
      'a field that stands inside another one',
      { provider: { name: 'paystack', secret_key: KEY, start_date: '2024-01-01T00:00:00Z' } },
      'provider.start_date must stand beside provider, not in it',
    ],
  ])('says in one sentence: %s', async (_, value, expected) => {
    expect(await sentence(value)).toBe(expected);
  });

  test.each([
    '2024-01-01',
    '01/02/2024',
    '',
    'yesterday',
    '2024-01-01T00:00:00+01:00',
    '2024-01-01 00:00:00Z',
  ])('says which form a start date must have instead of %j', async (start_date) => {
    expect(await sentence(config({ start_date }))).toContain(
      'start_date does not have the form YYYY-MM-DDTHH:mm:ssZ, such as 2024-01-01T00:00:00Z',
    );
  });

  test('refuses a day that does not exist', async () => {
    expect(await sentence(config({ start_date: '2024-02-30T00:00:00Z' }))).toBe(
      'start_date is not a day and time of the calendar',
    );
  });

  test('says one thing only about a start date, however wrong it is', async () => {
    expect((await sentence(config({ start_date: 'yesterday' })))?.match(/start_date/g)).toHaveLength(1);
  });

  test('names several problems at once', async () => {
    const text = await sentence({
      provider: { name: 'paystack' },
      lookback_window_days: -1,
      num_workers: 'all',
    });
    expect(text?.split('; ').sort()).toEqual([
      'lookback_window_days must be at least 0',
      'num_workers must be a whole number, without quotes',
      'provider.secret_key is missing',
    ]);
  });

  test('of several providers only the one that is meant speaks', async () => {
    expect(await sentence({ provider: { name: 'two' } }, TWO_PROVIDERS)).toBe(
      'provider.key_of_two is missing',
    );
    expect(await sentence({ provider: { name: 'three' } }, TWO_PROVIDERS)).toBe(
      'provider.name must be one of "one", "two"',
    );
  });

  test('names the place within a list, and the values of an enum', async () => {
    const provider = { name: 'one', key_of_one: KEY };
    expect(await sentence({ provider, tags: ['a', 5] }, TWO_PROVIDERS)).toBe(
      'tags.1 must be text, in quotes',
    );
    expect(await sentence({ provider, size: 'xl' }, TWO_PROVIDERS)).toBe('size must be one of ["s","m"]');
  });

  test('whatever the config, nothing but a TracedError is thrown, and never a value of the config', async () => {
    const spec = readSpec();
    const provider = fc.oneof(
      fc.jsonValue(),
      fc.record({
        name: fc.constant('paystack'),
        secret_key: fc.oneof(fc.jsonValue(), fc.constant(`${KEY}!`)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), provider, async (rest, one) => {
        await sentence({ ...(rest as JsonObject), provider: one }, spec);
      }),
      { numRuns: 50 },
    );
  });
});

describe('readConfigFile', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function fileOf(text: string): string {
    const path = join(folder, 'config.json');
    writeFileSync(path, text);
    return path;
  }

  test('reads an object', () => {
    expect(readConfigFile(fileOf('{"a":1}'))).toEqual({ a: 1 });
  });

  test('a field is not known because every object has one of that name', async () => {
    expect(await sentence({ constructor: '1', toString: '2' })).toContain(
      'There is no field constructor. There is no field toString',
    );
  });

  test('takes a field that is left empty for one that is not there', () => {
    const text = '{"provider":{"name":"paystack","secret_key":""},"start_date":"","end_date":null,"days":0}';
    expect(readConfigFile(fileOf(text))).toEqual({ provider: { name: 'paystack' }, days: 0 });
  });

  test.each([
    ['null', 'null'],
    [`["${KEY}"]`, 'an array'],
    [`"${KEY}"`, 'a string'],
    ['5', 'a number'],
    ['true', 'a boolean'],
  ])('refuses %s', (text, kind) => {
    const read = () => readConfigFile(fileOf(text));
    expect(read).toThrow(`holds ${kind}; it must hold a JSON object`);
    expect(read).not.toThrow('s3cret');
  });
});
