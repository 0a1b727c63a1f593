/** What several vendors share. */
import type { DefaultErrorHandler, HttpResponseFilter } from './requester.js';

/** Refusals that may be the edge's; its rate limit (429) is a rate limit. */
const REFUSALS = [400, 401, 403, 404, 405, 406, 409, 410, 412, 422, 451];

/**
 * For APIs that answer with JSON only and stand behind a network edge (Cloudflare and the like), whose own refusals
 * are HTML or a line of text, or JSON that says so:
 * https://developers.cloudflare.com/changelog/post/2026-03-11-json-rfc9457-responses-for-1xxx-errors/
 * They say nothing about the key or the list, and may pass.
 * @param error_message sentence for the user
 */
export function edgeBlocks(error_message: string): readonly HttpResponseFilter[] {
  const blocked = {
    type: 'HttpResponseFilter',
    action: 'RETRY',
    failure_type: 'transient_error',
    error_message,
  } as const;
  return [
    {
      ...blocked,
      http_codes: [200],
      extensions: { content_type: 'text/html', not_json: true, concerns_all_streams: true },
    },
    {
      ...blocked,
      // By 412 and 422 an API may refuse a parameter, in whatever form.
      http_codes: REFUSALS.filter((code) => code !== 412 && code !== 422),
      extensions: { not_json: true, concerns_all_streams: true },
    },
    {
      ...blocked,
      http_codes: REFUSALS,
      extensions: { body_value: { path: ['cloudflare_error'], equals: true }, concerns_all_streams: true },
    },
  ];
}

/**
 * Waits as long as the API says, which it may say in either header, else twice as long each time, from half a second
 * on: an API that is gone for a minute does not fail a sync.
 */
export function patientErrorHandler(response_filters: readonly HttpResponseFilter[]): DefaultErrorHandler {
  return {
    type: 'DefaultErrorHandler',
    max_retries: 7,
    response_filters,
    backoff_strategies: [
      {
        type: 'WaitTimeFromHeader',
        header: 'x-ratelimit-reset',
        max_waiting_time_in_seconds: 900,
        extensions: { of_rate_limit: true },
      },
      { type: 'WaitTimeFromHeader', header: 'retry-after', max_waiting_time_in_seconds: 900 },
      { type: 'ExponentialBackoffStrategy', factor: 0.5 },
    ],
  };
}

/** Of a config that names no `lookback_window_days`; as in spec.json. */
export const DEFAULT_LOOKBACK_DAYS = 30;
/** ISO 8601 durations that hold where a cursor names none. */
export const DEFAULT_STEP = 'P1M';
export const DEFAULT_CURSOR_GRANULARITY = 'PT1S';
