import { describe, expect, test } from '@jest/globals';
import { childStreamOf, streamOf } from '../../test-support/definitions.fixture.js';
import type {
  DeclarativeStream,
  HTTPAPIBudget,
  MovingWindowCallRatePolicy,
  Provider,
} from '../components.js';
import { apiBudget } from './api-budget.js';
import { Notes } from './notes.js';

const things = streamOf('things');
const parts = childStreamOf('parts', things);

function providerOf(
  budget: Partial<HTTPAPIBudget>,
  streams: readonly DeclarativeStream[] = [things, parts],
): Provider {
  return {
    name: 'vendor',
    title: 'Vendor',
    earliest_date: '2015-01-01T00:00:00Z',
    key_rules: [
      { pattern: /^sk_test_/, mode: 'test' },
      { pattern: /^sk_/, mode: 'live' },
    ],
    source: {
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['things'] },
      concurrency_level: {
        type: 'ConcurrencyLevel',
        default_concurrency: { live: 10, test: 10 },
        max_concurrency: 100,
      },
      api_budget: { type: 'HTTPAPIBudget', policies: [], ...budget },
      streams,
    },
  };
}

function policy(
  limit: MovingWindowCallRatePolicy['rates'][0]['limit'],
  extensions: MovingWindowCallRatePolicy['extensions'],
  url_path_pattern?: string,
  interval = 'PT1M',
): MovingWindowCallRatePolicy {
  return {
    type: 'MovingWindowCallRatePolicy',
    rates: [{ type: 'Rate', limit, interval }],
    matchers: [
      { type: 'HttpRequestRegexMatcher', ...(url_path_pattern === undefined ? {} : { url_path_pattern }) },
    ],
    ...(extensions === undefined ? {} : { extensions }),
  };
}

function limitsOf(budget: Partial<HTTPAPIBudget>, notes = new Notes()): Record<string, string> {
  const { policies } = apiBudget(providerOf(budget), notes) as {
    policies: { rates: [{ limit: string }]; matchers: { url_path_pattern: string }[] }[];
  };
  return Object.fromEntries(
    policies.flatMap(({ rates: [{ limit }], matchers }) =>
      matchers.map(({ url_path_pattern }) => [url_path_pattern, limit]),
    ),
  );
}

const THINGS = '^/things/?$';
const PARTS = '^/things/[^/]+/parts/?$';

describe('a limit', () => {
  test('of each endpoint is one policy for each path', () => {
    const limits = limitsOf({ policies: [policy({ live: 600, test: 100 }, { per_endpoint: true })] });
    expect(Object.keys(limits)).toEqual([THINGS, PARTS]);
    expect(limits[PARTS]).toBe(
      "{{ config.get('requests_per_minute') or (100 if (config.get('secret_key') or '') | regex_search('(^sk_test_)') else 600) }}",
    );
  });

  test('of paths that share it is one policy for all of them', () => {
    const { policies } = apiBudget(providerOf({ policies: [policy(60, undefined)] }), new Notes()) as {
      policies: unknown[];
    };
    expect(policies).toEqual([
      {
        type: 'MovingWindowCallRatePolicy',
        rates: [{ type: 'Rate', limit: "{{ config.get('requests_per_minute') or 60 }}", interval: 'PT1M' }],
        matchers: [
          { type: 'HttpRequestRegexMatcher', url_path_pattern: THINGS },
          { type: 'HttpRequestRegexMatcher', url_path_pattern: PARTS },
        ],
      },
    ]);
  });

  test('of test keys stands in each policy, because the runtime takes the first that fits', () => {
    const notes = new Notes();
    const limits = limitsOf(
      {
        policies: [
          policy(10, { key_mode: 'test' }, undefined, 'PT1S'),
          policy(150, { key_mode: 'live' }, '^/things/'),
          policy(200, { key_mode: 'live', per_endpoint: true }),
        ],
      },
      notes,
    );
    expect(limits[THINGS]).toContain('(600 if ');
    expect(limits[THINGS]).toContain(' else 200)');
    expect(limits[PARTS]).toContain(' else 150)');
    expect(notes.list()).toMatchObject([{ text: expect.stringContaining('With a test key') }]);
  });

  test('that nobody states is told in a note', () => {
    const notes = new Notes();
    expect(limitsOf({ policies: [policy(60, undefined, '^/things$')] }, notes)).toEqual({
      [THINGS]: "{{ config.get('requests_per_minute') or 60 }}",
    });
    expect(notes.list()).toMatchObject([{ streams: ['parts'] }]);
  });
});

test('the header that says how many calls are left', () => {
  const notes = new Notes();
  const budget = apiBudget(
    providerOf({
      ratelimit_remaining_header: 'x-left',
      ratelimit_reset_header: 'x-reset',
      extensions: { ratelimit_limit_header: 'x-limit' },
    }),
    notes,
  );
  // The runtime reads a date from the other one, where this vendor sends seconds.
  expect(budget).toMatchObject({ ratelimit_remaining_header: 'x-left' });
  expect(budget).not.toHaveProperty('ratelimit_reset_header');
  expect(notes.list().map(({ text }) => text.split(' ').find((word) => word.includes('x-')))).toEqual([
    'x-reset',
    '(x-limit)',
    // Neither stream has a policy.
    undefined,
  ]);
});
