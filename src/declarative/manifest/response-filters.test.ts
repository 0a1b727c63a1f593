import { describe, expect, test } from '@jest/globals';
import { requesterOf } from '../../test-support/definitions.fixture.js';
import type { HttpResponseFilter } from '../components.js';
import { Notes } from './notes.js';
import { errorHandler } from './response-filters.js';

function filtersOf(filters: readonly HttpResponseFilter[], notes = new Notes()): unknown[] {
  const requester = requesterOf('/things', {
    error_handler: {
      type: 'DefaultErrorHandler',
      max_retries: 5,
      response_filters: filters,
      backoff_strategies: [],
    },
  });
  const handler = errorHandler(requester, ['data'], [], notes) as { response_filters: unknown[] };
  return handler.response_filters;
}

const refusals = { type: 'HttpResponseFilter', action: 'FAIL', http_codes: [400, 401, 403, 404, 405] };

describe('a response filter', () => {
  test('of statuses stays as it is', () => {
    const filter: HttpResponseFilter = {
      type: 'HttpResponseFilter',
      action: 'FAIL',
      http_codes: [401],
      failure_type: 'config_error',
      error_message: 'The key is wrong.',
    };
    expect(filtersOf([filter])).toEqual([filter, refusals]);
  });

  test('of the content type becomes a predicate, because the conditions of a manifest are alternatives', () => {
    const [filter] = filtersOf([
      {
        type: 'HttpResponseFilter',
        action: 'RETRY',
        http_codes: [200, 403],
        failure_type: 'transient_error',
        extensions: { content_type: 'text/html' },
      },
    ]);
    // The runtime takes a failure type for FAIL only.
    expect(filter).toEqual({
      type: 'HttpResponseFilter',
      action: 'RETRY',
      predicate: "{{ ((headers.get('Content-Type') or '') | lower).startswith('text/html') }}",
    });
  });

  test('of a body that is not JSON becomes a predicate on what the runtime makes of such a body', () => {
    const [filter] = filtersOf([
      {
        type: 'HttpResponseFilter',
        action: 'RETRY',
        http_codes: [403],
        extensions: { not_json: true },
      },
    ]);
    expect(filter).toEqual({
      type: 'HttpResponseFilter',
      action: 'RETRY',
      predicate:
        "{{ response == {} and ('json' not in ((headers.get('Content-Type') or '') | lower)) and headers.get('Content-Length') != '0' }}",
    });
  });

  test('of a value in a successful answer stands behind the refusals, because a predicate sees no status', () => {
    expect(
      filtersOf([
        {
          type: 'HttpResponseFilter',
          action: 'RETRY',
          http_codes: [200],
          extensions: { body_value: { path: ['meta', 'ok'], equals: false } },
        },
        { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [410] },
      ]),
    ).toEqual([
      { type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [410] },
      refusals,
      {
        type: 'HttpResponseFilter',
        action: 'RETRY',
        predicate: "{{ response is mapping and ((response.get('meta') or {}).get('ok') == false) }}",
      },
    ]);
  });

  test('of a text in an error never looks into records', () => {
    const [filter] = filtersOf([
      {
        type: 'HttpResponseFilter',
        action: 'IGNORE',
        http_codes: [400],
        error_message_contains: 'Not found',
      },
    ]);
    expect(filter).toEqual({
      type: 'HttpResponseFilter',
      action: 'IGNORE',
      predicate:
        "{{ response is mapping and 'data' not in response and ('not found' in ((response.get('message') or response.get('error') or '') | string | lower)) }}",
    });
  });

  test('of a text alone stays as it is', () => {
    const filter: HttpResponseFilter = {
      type: 'HttpResponseFilter',
      action: 'FAIL',
      error_message_contains: 'IP address',
    };
    expect(filtersOf([filter])).toEqual([filter, refusals]);
  });

  test('that concerns all streams is told in a note', () => {
    const notes = new Notes();
    filtersOf(
      [
        {
          type: 'HttpResponseFilter',
          action: 'FAIL',
          http_codes: [401],
          extensions: { concerns_all_streams: true },
        },
      ],
      notes,
    );
    expect(notes.list()).toEqual([
      { text: 'A key that is refused is reported for each stream, not once.', streams: [] },
    ]);
  });
});

test('an unknown path fails where another one may be right, although a vanished parent is ignored', () => {
  const requester = requesterOf('/parents/{{ stream_partition.parent_id }}/things', {
    error_handler: {
      type: 'DefaultErrorHandler',
      response_filters: [{ type: 'HttpResponseFilter', action: 'IGNORE', http_codes: [404] }],
      backoff_strategies: [],
    },
    extensions: {
      url_base_variable: 'VENDOR_API_URL',
      alternative_path: '/parents/{{ stream_partition.parent_id }}/items',
    },
  });
  const { response_filters } = errorHandler(requester, ['data'], [], new Notes()) as {
    response_filters: unknown[];
  };
  expect(response_filters[0]).toMatchObject({
    action: 'FAIL',
    http_codes: [404],
    error_message: expect.stringContaining("end the stream's url with /items"),
  });
});

test('waits and guards', () => {
  const requester = requesterOf('/things', {
    error_handler: {
      type: 'DefaultErrorHandler',
      response_filters: [],
      backoff_strategies: [
        { type: 'WaitTimeFromHeader', header: 'retry-after', max_waiting_time_in_seconds: 900 },
        { type: 'ExponentialBackoffStrategy', factor: 0.5 },
      ],
    },
  });
  const guard = {
    action: 'FAIL',
    predicate: 'response is mapping',
    message: 'It is an object.',
    remedy: 'Write []',
  } as const;
  expect(errorHandler(requester, ['data'], [guard], new Notes())).toEqual({
    type: 'DefaultErrorHandler',
    response_filters: [
      refusals,
      {
        type: 'HttpResponseFilter',
        action: 'FAIL',
        predicate: '{{ response is mapping }}',
        failure_type: 'system_error',
        error_message:
          'It is an object. Write [] in the manifest, and take out the response filter that says this.',
      },
    ],
    backoff_strategies: requester.error_handler.backoff_strategies,
  });
});
