/** What it means that the API says of a list that it is not there, or not for this key. */
import { transientError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import { ApiUnavailableError } from '../requesters/error-handler.js';
import type { KeyStanding } from '../requesters/request-context.js';
import { RefusedRequestError } from '../requesters/requester.js';

/** Answers that a list is not there, or not for this key. */
const GONE: readonly number[] = [403, 404, 410];
/** Answers that a list is not there, also for a moment, as from a gateway that has lost its routes. */
const ABSENT: readonly number[] = [404, 410];
/** Lists that stayed refused although they were asked for again, after which others are believed at once. */
const MAX_REFUSED = 3;

/** Whether an answer says that the list, the key, or what it may read is no more. */
export function isGone(error: TracedError): boolean {
  if (error instanceof ApiUnavailableError) return error.failureType === 'config_error';
  return error instanceof RefusedRequestError && GONE.includes(error.status);
}

/** Whether it is not the list that an answer is about, but whoever asks for it. */
export function isForbidden(error: TracedError): boolean {
  return !(error instanceof RefusedRequestError) || error.status === 403;
}

/** The lists of one stream that were refused when their first page was asked for. */
export class RefusedLists {
  readonly #key: KeyStanding;
  /** Those that stayed so, since one came when it was asked for again. */
  #inRow = 0;
  /** Any list of the stream has sent a page. */
  #hasRead = false;

  constructor(key: KeyStanding) {
    this.#key = key;
  }

  pageCame(): void {
    this.#hasRead = true;
  }

  /** One has sent a page when it was asked for again. */
  cameBack(): void {
    this.#inRow = 0;
  }

  /** Whether the answer may be another one in a moment. @param isOne the stream has no other list */
  mayPass(error: TracedError, isOne: boolean): boolean {
    if (error instanceof RefusedRequestError && ABSENT.includes(error.status)) return isOne;
    return isGone(error) && this.#key.isAccepted && this.#inRow < MAX_REFUSED;
  }

  /** It did not become another one. @returns what it is taken for then */
  stayed(error: TracedError): TracedError {
    this.#inRow++;
    if (!this.#hasRead || !(error instanceof ApiUnavailableError)) return error;
    // The same key has read other lists of the stream a moment ago: whether it is valid, the next sync sees at once.
    const { message, internalMessage } = error;
    return transientError(`${message} It was accepted before, in this sync.`, {
      ...(internalMessage === undefined ? {} : { internalMessage }),
    });
  }
}
