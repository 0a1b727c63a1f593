import { TracedError } from '../../protocol/errors.js';
import { ApiUnavailableError } from '../requesters/error-handler.js';
import { RateLimitedError, RefusedRequestError } from '../requesters/requester.js';

/** Lists at which the API fails one after the other, after which it has probably gone. Each was tried many times. */
const MANY_FAILED = 3;
/** Lists that it refuses, more than it sends, after which the key is probably not meant to read any. */
const MANY_REFUSED = 20;

/** Lists of one stream that cannot be read although those of other parents can: these go on. */
export class FailedLists {
  #first: { readonly error: TracedError; readonly path: string } | undefined;
  #areAllRefused = true;
  #failed = 0;
  /** Since a list was read. */
  #inRow = 0;
  #read = 0;

  addRead(): void {
    this.#read++;
    this.#inRow = 0;
  }

  /**
   * @throws the error, if it is not about this list: the key is refused, or most lists are, or the API fails at one
   *   after the other
   */
  add(error: unknown, path: string): void {
    const isOfList =
      error instanceof TracedError &&
      !(error instanceof ApiUnavailableError && error.failureType === 'config_error') &&
      !(error instanceof RateLimitedError);
    if (!isOfList) throw error;
    this.#first ??= { error, path };
    this.#failed++;
    this.#inRow++;
    if (error instanceof RefusedRequestError) {
      if (this.#failed - this.#read >= MANY_REFUSED) throw error;
      return;
    }
    this.#areAllRefused = false;
    if (this.#inRow >= MANY_FAILED) throw error;
  }

  /** When all have been tried. @returns what to throw; undefined if all could be read */
  get error(): TracedError | undefined {
    if (this.#first === undefined || this.#read === 0) return this.#first?.error;
    const { error, path } = this.#first;
    return new TracedError(
      `${this.#failed} of ${this.#failed + this.#read} lists could not be read, first ${path}; the others were. ${error.message}`,
      // Neither the key nor the config is at fault where the same can be read of others.
      this.#areAllRefused ? 'system_error' : 'transient_error',
      error.internalMessage === undefined ? {} : { internalMessage: error.internalMessage },
    );
  }
}
