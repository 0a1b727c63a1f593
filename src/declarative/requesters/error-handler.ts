import { TracedError } from '../../protocol/errors.js';
import type { FailureType, JsonValue } from '../../protocol/messages.js';
import type { DefaultErrorHandler, HttpResponseFilter, ResponseAction } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { Headers } from './http.js';

/** What to do with an answer. */
export interface ErrorResolution {
  readonly action: ResponseAction;
  readonly failureType: FailureType;
  /** Sentence for the user. */
  readonly message: string;
  /** What went wrong is not about this one list. */
  readonly concernsAllStreams?: boolean;
}

/** The key, or the way to the API, is at fault, so no other list can be read either. */
export class ApiUnavailableError extends TracedError {}

/** An answer as the error handler sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body, or what stands around the records; undefined if it is not JSON or was not looked into. */
  readonly json: JsonValue | undefined;
  /** Whether there is a body, and it is known not to be JSON. */
  readonly isOtherThanJson: boolean;
  /** Why a 200 is not what was asked for; undefined if it is. */
  readonly problem: string | undefined;
}

const SUCCESS: ErrorResolution = { action: 'SUCCESS', failureType: 'system_error', message: '' };

/** The keys under which APIs put the text of an error; the order is that of Airbyte's CDK. */
const MESSAGE_KEYS = ['message', 'messages', 'error', 'errors', 'detail', 'err', 'error_message', 'reason'];

type Mask = (text: string) => string;

/** Characters of an API's own error text that are quoted. */
const MAX_QUOTE = 300;
/** Levels of an error's body in which its text is looked for. */
const MAX_DEPTH = 8;

/**
 * The API's own words about an error, in one line; undefined if there are none.
 * @param mask takes secrets out; before the text is cut, because a part of a secret could not be found
 */
export function apiMessage(
  json: JsonValue | undefined,
  mask: Mask = (text) => text,
  depth = 0,
): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(json)) return firstText(json, mask, depth);
  if (typeof json !== 'object' || json === null) return undefined;
  return firstText(
    MESSAGE_KEYS.map((key) => json[key]),
    mask,
    depth,
  );
}

function firstText(
  values: readonly (JsonValue | undefined)[],
  mask: Mask,
  depth: number,
): string | undefined {
  for (const value of values) {
    const text = typeof value === 'string' ? mask(value) : apiMessage(value, mask, depth + 1);
    if (text !== undefined && text.trim() !== '') {
      const line = text.replace(/\s+/g, ' ').trim();
      return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
    }
  }
  return undefined;
}

function matches(filter: HttpResponseFilter, answer: Answer): boolean {
  const { http_codes, error_message_contains, extensions } = filter;
  if (http_codes !== undefined && !http_codes.includes(answer.status)) return false;
  if (error_message_contains !== undefined) {
    const text = apiMessage(answer.json)?.toLowerCase() ?? '';
    if (!text.includes(error_message_contains.toLowerCase())) return false;
  }
  if (extensions?.content_type !== undefined) {
    if (!(answer.headers['content-type'] ?? '').toLowerCase().startsWith(extensions.content_type))
      return false;
  }
  if (extensions?.not_json === true && !answer.isOtherThanJson) return false;
  if (extensions?.body_value !== undefined) {
    const { path, equals } = extensions.body_value;
    if (answer.json === undefined || valueAt(answer.json, path) !== equals) return false;
  }
  return true;
}

/** What Airbyte's CDK does with a status that no filter names. */
function byStatus({ status, problem }: Answer, title: string): ErrorResolution {
  const at = (action: ResponseAction, failureType: FailureType, message: string) => ({
    action,
    failureType,
    message,
  });
  if (status >= 200 && status < 300) {
    return problem === undefined
      ? SUCCESS
      : at(
          'RETRY',
          'transient_error',
          `${title} sent an answer that cannot be used: ${problem}. Try again later; if it stays so, the vendor has to look, or whoever runs the network in between.`,
        );
  }
  // A 304 is no redirect: a cache on the way gives it, to a question that was not asked.
  if (status >= 300 && status < 400 && status !== 304) {
    return at(
      'FAIL',
      'system_error',
      `${title} answered with a redirect (HTTP ${status}), which is not followed, to keep the key safe. A login page or a gateway of the network may have answered in its place.`,
    );
  }
  switch (status) {
    case 401:
      return at('FAIL', 'config_error', 'The API refused the key (HTTP 401). Check the secret key.');
    case 403:
      return at('FAIL', 'config_error', 'The key may not read this (HTTP 403). Check its permissions.');
    case 429:
      return at('RATE_LIMITED', 'transient_error', 'The API limits the rate of requests (HTTP 429).');
    case 400:
    case 404:
    case 405:
    case 410:
    case 412:
    case 422:
      return at(
        'FAIL',
        'system_error',
        `${title} refused the request (HTTP ${status}). If it stays so, report it, with the log of the sync.`,
      );
    case 407:
      return at(
        'RETRY',
        'system_error',
        `Something between this machine and ${title} wants a login (HTTP 407). Let requests to its API pass without one; proxies are not used.`,
      );
    default:
      return at(
        'RETRY',
        status === 408 || status >= 500 ? 'transient_error' : 'system_error',
        `${title} failed to answer (HTTP ${status}), several times. Try again later; if it stays so, the vendor has to look.`,
      );
  }
}

/**
 * The first response filter that matches decides, else the status; the API's own words are added.
 * @param title the vendor, as sentences name it
 */
export function resolveAnswer(
  handler: DefaultErrorHandler,
  answer: Answer,
  title: string,
  mask?: Mask,
): ErrorResolution {
  const filter = handler.response_filters.find((one) => matches(one, answer));
  const fallback = byStatus(answer, title);
  if (filter === undefined && fallback.action === 'SUCCESS') return fallback;
  const said = apiMessage(answer.json, mask);
  const message = filter?.error_message ?? fallback.message;
  return {
    action: filter?.action ?? fallback.action,
    failureType: filter?.failure_type ?? fallback.failureType,
    message:
      said === undefined || filter?.action === 'SUCCESS' ? message : `${message} The API said: "${said}"`,
    concernsAllStreams:
      filter?.extensions?.concerns_all_streams ?? (filter === undefined && answer.status === 401),
  };
}
