import { toJsonText } from '../json-text.js';
import type { JsonObject } from '../json-text.js';
import type { FaultBodies } from '../faults.js';
import type { Reply } from '../http-server.js';

/** Paystack's envelope for errors. Messages and codes that a reader may look at are Paystack's own. */

interface ErrorEnvelope {
  readonly message: string;
  readonly nextStep: string;
  readonly type: 'api_error' | 'validation_error' | 'processor_error';
  readonly code: string;
}

function errorText({ message, nextStep, type, code }: ErrorEnvelope): string {
  const body: JsonObject = { status: false, message, meta: { nextStep }, type, code };
  return toJsonText(body);
}

function errorReply(
  status: number,
  envelope: ErrorEnvelope,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers, body: errorText(envelope) };
}

export function noAuthorization(): Reply {
  return errorReply(401, {
    message: 'No Authorization Header was found',
    nextStep: 'Send the secret key as a bearer token',
    type: 'validation_error',
    code: 'missing_authorization',
  });
}

export function invalidKey(): Reply {
  return errorReply(401, {
    message: 'Invalid key',
    nextStep: 'Send the secret key of this account and mode',
    type: 'validation_error',
    code: 'invalid_Key',
  });
}

export function addressRefused(status: 401 | 403): Reply {
  return {
    status,
    body: toJsonText({ status: false, message: 'Your IP address is not allowed to make this call' }),
  };
}

export function notFound(): Reply {
  return errorReply(404, {
    message: 'Entity not found',
    nextStep: 'Look at the path and at the id in it',
    type: 'validation_error',
    code: 'not_found',
  });
}

export function invalidParameter(message: string): Reply {
  return errorReply(400, {
    message,
    nextStep: 'Correct the parameter',
    type: 'validation_error',
    code: 'invalid_params',
  });
}

/** Not a reply of Paystack: the sandbox refuses what a read-only client must never send. */
export function refusedByPolicy(what: string): Reply {
  return errorReply(400, {
    message: `A read-only client must not send ${what}`,
    nextStep: 'Remove the call',
    type: 'validation_error',
    code: 'sandbox_violation',
  });
}

export function rateLimited(headers: Readonly<Record<string, string>>): Reply {
  return errorReply(
    429,
    {
      message: 'Rate limit exceeded!',
      nextStep: 'Wait a few minutes and try the API call again',
      type: 'api_error',
      code: 'rate_limited',
    },
    headers,
  );
}

export const FAULT_BODIES: FaultBodies = {
  error: () =>
    errorText({ message: 'Bad gateway', nextStep: 'Try again', type: 'api_error', code: 'bad_gateway' }),
  statusFalse: () =>
    errorText({ message: 'An error occurred', nextStep: 'Try again', type: 'api_error', code: 'unknown' }),
  noData: () => toJsonText({ status: true, message: 'Retrieved' }),
  wrongShape: (asString) =>
    toJsonText({ status: true, message: 'Retrieved', data: asString ? 'no list' : { id: 1 }, meta: {} }),
  forbidden: () =>
    errorText({
      message: 'You are not allowed to use this product',
      nextStep: 'Ask for access to it',
      type: 'validation_error',
      code: 'feature_unavailable',
    }),
};
