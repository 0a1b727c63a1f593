/** How answers are judged, as a manifest's error handler. */
import type { JsonObject } from '../../protocol/messages.js';
import type { BackoffStrategy, FieldPath, HttpRequester, HttpResponseFilter } from '../components.js';
import { allOf, literal, template, valueIn } from './jinja.js';
import { requireNothingLeft } from './notes.js';
import type { Notes } from './notes.js';

/** A condition under which an answer that looks like a success is refused, rather than records be lost silently. */
export interface Guard {
  readonly action: 'FAIL' | 'RETRY';
  /** A template expression on `response` and `headers`. */
  readonly predicate: string;
  /** Sentence for the user. */
  readonly message: string;
  /** What to write into the manifest in place of what does not fit, as the beginning of a sentence. */
  readonly remedy?: string;
}

/**
 * Refusals as the runtime treats them by itself. They stand before all predicates that are meant for
 * successes, because a predicate does not see the status.
 */
const REFUSALS: JsonObject = {
  type: 'HttpResponseFilter',
  action: 'FAIL',
  http_codes: [400, 401, 403, 404, 405],
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Where the API's own words stand in an error; records cannot be mistaken for them. */
function errorTextContains(text: string, records: FieldPath): string {
  const [first] = records;
  const words = `(response.get('message') or response.get('error') or '')`;
  return allOf([
    'response is mapping',
    ...(first === undefined ? [] : [`${literal(first)} not in response`]),
    `${literal(text.toLowerCase())} in (${words} | string | lower)`,
  ]);
}

/** The runtime hands over an empty object in place of a body that it cannot parse. */
const NOT_JSON = [
  'response == {}',
  "'json' not in ((headers.get('Content-Type') or '') | lower)",
  "headers.get('Content-Length') != '0'",
];

interface ManifestFilter {
  readonly filter: JsonObject;
  /** It holds for successful answers only. */
  readonly isForSuccess: boolean;
}

/** In a manifest the conditions of a filter are alternatives; where all must hold, they become one predicate. */
function responseFilter(definition: HttpResponseFilter, records: FieldPath, notes: Notes): ManifestFilter {
  const {
    type,
    action,
    http_codes,
    error_message_contains,
    failure_type,
    error_message,
    extensions,
    ...rest
  } = definition;
  requireNothingLeft(rest);
  const { content_type, not_json, body_value, concerns_all_streams, ...more } = extensions ?? {};
  requireNothingLeft(more);
  if (concerns_all_streams === true) {
    notes.add('A key that is refused is reported for each stream, not once.');
  }

  const predicates = [
    ...(content_type === undefined
      ? []
      : [`((headers.get('Content-Type') or '') | lower).startswith(${literal(content_type)})`]),
    ...(not_json === undefined ? [] : NOT_JSON),
    ...(body_value === undefined
      ? []
      : ['response is mapping', `${valueIn('response', body_value.path)} == ${literal(body_value.equals)}`]),
    ...(error_message_contains === undefined || http_codes === undefined
      ? []
      : [errorTextContains(error_message_contains, records)]),
  ];
  const conditions: JsonObject =
    predicates.length > 0
      ? { predicate: template(allOf(predicates)) }
      : {
          ...(http_codes === undefined ? {} : { http_codes: [...http_codes] }),
          ...(error_message_contains === undefined ? {} : { error_message_contains }),
        };
  return {
    filter: {
      type,
      action,
      ...conditions,
      // The runtime takes a failure type for this action only.
      ...(failure_type === undefined || action !== 'FAIL' ? {} : { failure_type }),
      ...(error_message === undefined ? {} : { error_message }),
    },
    isForSuccess: predicates.length > 0 && (http_codes ?? []).every(isSuccess) && http_codes !== undefined,
  };
}

function backoffStrategy(strategy: BackoffStrategy, notes: Notes): JsonObject {
  switch (strategy.type) {
    case 'WaitTimeFromHeader': {
      const { type, header, max_waiting_time_in_seconds, extensions, ...rest } = strategy;
      requireNothingLeft(rest);
      const { of_rate_limit, ...more } = extensions ?? {};
      requireNothingLeft(more);
      if (of_rate_limit === true) {
        notes.add(
          `A failure is waited for as long as ${header} says, also where it is not the rate limit's.`,
        );
      }
      return {
        type,
        header,
        ...(max_waiting_time_in_seconds === undefined ? {} : { max_waiting_time_in_seconds }),
      };
    }
    case 'ExponentialBackoffStrategy': {
      const { type, factor, ...rest } = strategy;
      requireNothingLeft(rest);
      return { type, factor };
    }
  }
}

function guardFilter({ action, predicate, message, remedy }: Guard): JsonObject {
  return {
    type: 'HttpResponseFilter',
    action,
    predicate: template(predicate),
    ...(action === 'FAIL' ? { failure_type: 'system_error' } : {}),
    error_message:
      remedy === undefined
        ? message
        : `${message} ${remedy} in the manifest, and take out the response filter that says this.`,
  };
}

/** Not found may mean that the other path is right, so it is not ignored as it is for a parent that vanished. */
function unknownPath(alternative: string): JsonObject {
  return {
    type: 'HttpResponseFilter',
    action: 'FAIL',
    http_codes: [404],
    failure_type: 'system_error',
    error_message: `The API does not know this list. If it is so for every parent, end the stream's url with ${alternative} in the manifest.`,
  };
}

/**
 * @param records path of the records in an answer
 * @param guards of the stream, by what its pages look like
 */
export function errorHandler(
  requester: HttpRequester,
  records: FieldPath,
  guards: readonly Guard[],
  notes: Notes,
): JsonObject {
  const { type, max_retries, response_filters, backoff_strategies, ...rest } = requester.error_handler;
  requireNothingLeft(rest);
  const filters = response_filters.map((filter) => responseFilter(filter, records, notes));
  const alternative = requester.extensions.alternative_path?.replace(/^.*\}\}/, '');
  return {
    type,
    ...(max_retries === undefined ? {} : { max_retries }),
    response_filters: [
      ...(alternative === undefined ? [] : [unknownPath(alternative)]),
      ...filters.filter(({ isForSuccess }) => !isForSuccess).map(({ filter }) => filter),
      REFUSALS,
      ...filters.filter(({ isForSuccess }) => isForSuccess).map(({ filter }) => filter),
      ...guards.map(guardFilter),
    ],
    backoff_strategies: backoff_strategies.map((strategy) => backoffStrategy(strategy, notes)),
  };
}
