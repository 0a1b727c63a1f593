import { toJsonText } from '../json-text.js';
import type { JsonObject } from '../json-text.js';
import type { FaultBodies } from '../faults.js';
import type { Reply } from '../http-server.js';

/**
 * Pagar.me's errors: `{message}`, or `{message, errors: {field: […]}, request: {…}}`. Disputes answer on Stone's host
 * with RFC 9457 problem documents instead.
 */

function errorReply(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: toJsonText({ message }) };
}

export function denied(): Reply {
  return errorReply(401, 'Authorization has been denied for this request.', {
    'x-payments-auth': 'Unauthorized',
  });
}

export function addressRefused(): Reply {
  return errorReply(403, 'Access denied: the IP address is not on the allow list of the account.');
}

export function scopeMissing(scope: string): Reply {
  return errorReply(403, `The key lacks the scope ${scope}.`);
}

export function notFound(noun: string, status: 400 | 404): Reply {
  return errorReply(status, `${noun} not found.`);
}

export function noSuchRoute(): Reply {
  return errorReply(404, 'No HTTP resource was found that matches the request URI.');
}

export function gone(): Reply {
  return errorReply(410, 'This resource has been discontinued.');
}

export function rateLimited(): Reply {
  return errorReply(429, 'Too Many Requests'); // no Retry-After, no header that says when to come back
}

export function invalidParameters(
  errors: Readonly<Record<string, readonly string[]>>,
  query: URLSearchParams,
): Reply {
  const body: JsonObject = {
    message: 'The request is invalid.',
    errors,
    request: Object.fromEntries(query),
  };
  return { status: 400, body: toJsonText(body) };
}

/** Not a reply of Pagar.me: the sandbox refuses what a read-only client must never send. */
export function refusedByPolicy(what: string): Reply {
  return errorReply(400, `A read-only client must not send ${what}`);
}

/** An error as Stone's host words it. */
export function asProblem(reply: Reply): Reply {
  if (reply.status < 400) return reply;
  const { message = 'Error' } = JSON.parse(reply.body) as { message?: string };
  return {
    ...reply,
    headers: { ...reply.headers, 'content-type': 'application/problem+json' },
    body: toJsonText({ type: 'about:blank', title: message, status: reply.status, detail: message }),
  };
}

export const FAULT_BODIES: FaultBodies = {
  error: () => toJsonText({ message: 'An error has occurred.' }),
  // No envelope tells success from failure: what is left is an answer without a list.
  statusFalse: () => toJsonText({ message: 'An error has occurred.' }),
  noData: () => toJsonText({ paging: { total: 3 } }),
  wrongShape: (asString) => toJsonText({ data: asString ? 'no list' : { id: 'ch_1' }, paging: {} }),
  forbidden: () => toJsonText({ message: 'Access denied.' }),
};
