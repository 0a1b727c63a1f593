import { describe, expect, test } from '@jest/globals';
import { readSpec } from './package-files.js';
import { TracedError } from './protocol/errors.js';
import type { JsonObject, JsonValue } from './protocol/messages.js';
import { paystack } from './providers/paystack/provider.js';
import { resolveConfig } from './resolved-config.js';
import type { ResolvedConfig } from './resolved-config.js';

const NOW = Date.parse('2024-06-15T12:00:00Z');
const KEY = 'sk_test_s3cret';

function resolve(changes: JsonObject = {}, secret_key: JsonValue = KEY): Promise<ResolvedConfig> {
  return resolveConfig(
    { provider: { name: 'paystack', secret_key }, ...changes },
    readSpec(),
    [paystack],
    NOW,
  );
}

async function sentence(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof TracedError)) throw error;
    expect(error.failureType).toBe('config_error');
    expect(error.message).toMatch(/^Config validation error: /);
    expect(error.message).not.toContain('s3cret');
    return error.message;
  }
  throw new Error('the config was accepted');
}

describe('the key', () => {
  test.each([
    ['sk_test_s3cret', 'test'],
    ['sk_live_s3cret', 'live'],
  ])('%s is of mode %s', async (key, mode) => {
    expect((await resolve({}, key)).keyMode).toBe(mode);
  });

  test.each([
    ['pk_live_s3cret', /public key/],
    ['pk_test_s3cret', /public key/],
    ['rk_live_s3cret', /no restricted keys/],
    ['ak_s3cret', /key of Pagar\.me/],
    ['sk_s3cret', /not a secret key of Paystack/],
    ['sk_live_', /not a secret key of Paystack/],
    ['sk_live_s3cret!', /not a secret key of Paystack/],
    ['SK_LIVE_s3cret', /not a secret key of Paystack/],
    ['Bearer sk_live_s3cret', /"Bearer" in it. Paste the key alone/],
    ['"sk_live_s3cret"', /quotes/],
    ['****', /not a secret key of Paystack/],
    ['', /not a secret key of Paystack/],
    [' sk_live_s3cret', /white space/],
    ['sk_live_s3cret\n', /white space/],
    ['\tpk_live_s3cret', /white space/],
  ])('%j is refused, with the reason', async (key, reason) => {
    expect(await sentence(() => resolve({}, key))).toMatch(reason);
  });

  test('white space within it is refused', async () => {
    expect(await sentence(() => resolve({}, 'sk_live_s3cret\nsk_live_s3cret'))).toMatch(/white space/);
  });

  test.each<JsonValue>([null, 5, ['sk_test_s3cret'], { key: 'sk_test_s3cret' }])(
    'a key that is no text is refused: %p',
    async (key) => {
      expect(await sentence(() => resolve({}, key))).toContain('provider.secret_key must be text, in quotes');
    },
  );

  test('is judged before all else, so that the sentence about it is the first', async () => {
    expect(await sentence(() => resolve({ num_workers: 0 }, 'pk_s3cret'))).toMatch(/public key/);
  });
});

describe('what is left out', () => {
  test('has the defaults of the spec and of the provider', async () => {
    expect(await resolve()).toMatchObject({
      provider: paystack,
      startDate: '2015-01-01T00:00:00Z',
      lookbackDays: 30,
      numWorkers: 40,
      requestsPerMinute: undefined,
    });
  });

  test('more requests at a time with a live key, whose limits are higher', async () => {
    expect((await resolve({}, 'sk_live_abc123')).numWorkers).toBe(50);
  });

  test('spec.json names both numbers', async () => {
    const spec = readSpec().connectionSpecification['properties'] as Record<string, { description?: string }>;
    expect(spec['num_workers']?.description).toContain('50 with a live key, 40 with a test key');
  });

  test('the default lookback is the one that spec.json names', async () => {
    const spec = readSpec().connectionSpecification['properties'] as Record<string, { default?: number }>;
    expect((await resolve()).lookbackDays).toBe(spec['lookback_window_days']?.default);
  });

  test('null counts as left out', async () => {
    const nulls = {
      start_date: null,
      end_date: null,
      lookback_window_days: null,
      num_workers: null,
      requests_per_minute: null,
    };
    expect(await resolve(nulls)).toEqual(await resolve());
  });

  test('a lookback of 0 does not', async () => {
    expect((await resolve({ lookback_window_days: 0 })).lookbackDays).toBe(0);
  });

  test('what is given is taken', async () => {
    const given = {
      start_date: '2024-01-01T00:00:00Z',
      lookback_window_days: 7,
      num_workers: 100,
      requests_per_minute: 42,
    };
    expect(await resolve(given)).toMatchObject({
      startDate: '2024-01-01T00:00:00Z',
      lookbackDays: 7,
      numWorkers: 100,
      requestsPerMinute: 42,
    });
  });
});

describe('the start date', () => {
  test('may be this very moment', async () => {
    expect((await resolve({ start_date: '2024-06-15T12:00:00Z' })).startDate).toBe('2024-06-15T12:00:00Z');
  });

  test.each(['2024-06-15T12:00:01Z', '2124-01-01T00:00:00Z'])(
    '%s lies in the future and is refused',
    async (date) => {
      expect(await sentence(() => resolve({ start_date: date }))).toContain('start_date lies in the future');
    },
  );
});

describe('the end date', () => {
  const start_date = '2024-01-01T00:00:00Z';

  test('is none unless it is given, and may lie ahead', async () => {
    expect((await resolve()).endDate).toBeUndefined();
    expect((await resolve({ end_date: '2124-01-01T00:00:00Z' })).endDate).toBe('2124-01-01T00:00:00Z');
    expect(await resolve({ start_date, end_date: '2024-01-01T00:00:01Z' })).toMatchObject({
      startDate: start_date,
      endDate: '2024-01-01T00:00:01Z',
    });
  });

  test.each(['2024-01-01T00:00:00Z', '2023-12-31T23:59:59Z'])(
    '%s is not later than the start date, and is refused',
    async (end_date) => {
      expect(await sentence(() => resolve({ start_date, end_date }))).toBe(
        'Config validation error: end_date must be later than start_date. Records dated from start_date up to, but not including, end_date are read.',
      );
    },
  );

  test('before the vendor began is refused', async () => {
    expect(await sentence(() => resolve({ end_date: '2014-12-31T00:00:00Z' }))).toContain(
      'end_date must be later than 2015-01-01T00:00:00Z, from when on Paystack has records',
    );
  });

  test('of another form is refused, as a start date is', async () => {
    expect(await sentence(() => resolve({ end_date: '2024-01-01' }))).toContain(
      'end_date does not have the form YYYY-MM-DDTHH:mm:ssZ',
    );
  });
});

describe('the provider', () => {
  test.each<[string, JsonObject]>([
    ['left out', {}],
    ['null', { provider: null }],
  ])('%s is said to be missing', async (_, raw) => {
    expect(await sentence(() => resolveConfig(raw, readSpec(), [paystack], NOW))).toContain(
      'provider is missing',
    );
  });

  test('that is in the spec but not in this version is refused', async () => {
    const raw = { provider: { name: 'paystack', secret_key: KEY } };
    expect(await sentence(() => resolveConfig(raw, readSpec(), [], NOW))).toContain(
      'not one that this version knows',
    );
  });
});
