import type { AirbyteErrorTrace, FailureType, StreamDescriptor } from './messages.js';

interface TracedErrorOptions {
  /** Detail for whoever maintains the connector; never shown as the headline. */
  internalMessage?: string;
  cause?: unknown;
}

/**
 * An error that becomes a TRACE ERROR. `message` is a sentence for the person who must act, `failureType`
 * decides whether the platform tries again.
 */
export class TracedError extends Error {
  override readonly name = 'TracedError';
  readonly failureType: FailureType;
  readonly internalMessage: string | undefined;

  constructor(message: string, failureType: FailureType, options: TracedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureType = failureType;
    this.internalMessage = options.internalMessage;
  }
}

/** The user must change something; trying again cannot help. */
export function configError(message: string, options?: TracedErrorOptions): TracedError {
  return new TracedError(message, 'config_error', options);
}

/** A fault that may pass: network, the API's limit, the API itself. */
export function transientError(message: string, options?: TracedErrorOptions): TracedError {
  return new TracedError(message, 'transient_error', options);
}

/** Anything else, such as an answer that the connector does not understand. */
export function systemError(message: string, options?: TracedErrorOptions): TracedError {
  return new TracedError(message, 'system_error', options);
}

/** Standard output cannot be written any more: the reader went away, or its disk is full. */
export class OutputClosedError extends Error {
  override readonly name = 'OutputClosedError';
  /** errno name, such as `EPIPE` or `ENOSPC`. */
  readonly code: string;

  constructor(cause: NodeJS.ErrnoException) {
    super(`standard output cannot be written: ${cause.message}`, { cause });
    this.code = cause.code ?? 'UNKNOWN';
  }
}

/** The process was asked to stop (SIGTERM, SIGINT); not a failure of any stream. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
}

/** Turns whatever was thrown into a traced error; an unexpected one is a `system_error`. */
export function toTracedError(error: unknown): TracedError {
  if (error instanceof TracedError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return systemError('The connector met an error that it does not know. Please report it with the log.', {
    internalMessage: reason,
    cause: error,
  });
}

/** The stack of an unexpected error. Of an expected one the sentence says all. */
function stackOf({ cause }: TracedError): string | undefined {
  return cause instanceof Error && !(cause instanceof TracedError) ? cause.stack : undefined;
}

/** @param now Unix time in ms */
export function toErrorTrace(error: TracedError, now: number, stream?: StreamDescriptor): AirbyteErrorTrace {
  const stack = stackOf(error);
  return {
    type: 'ERROR',
    emitted_at: now,
    error: {
      message: error.message,
      ...(error.internalMessage === undefined ? {} : { internal_message: error.internalMessage }),
      ...(stack === undefined ? {} : { stack_trace: stack }),
      failure_type: error.failureType,
      ...(stream === undefined ? {} : { stream_descriptor: stream }),
    },
  };
}
