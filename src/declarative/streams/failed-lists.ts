import { TracedError } from '../../protocol/errors.js';
import { ApiUnavailableError } from '../requesters/error-handler.js';
import { UnusableIdError } from '../requesters/request-path.js';
import { RateLimitedError, RefusedRequestError } from '../requesters/requester.js';

/** Lists at which the API fails one after the other, after which it has probably gone. Each was tried many times. */
const MANY_FAILED = 3;
/** Lists that it refuses, with none that it sends, after which the key is probably not meant to read any. */
const MANY_REFUSED = 20;

/** Lists of one stream that cannot be read although those of other parents can: these go on. */
export class FailedLists {
  #first: { readonly error: TracedError; readonly path: string } | undefined;
  #areAllRefused = true;
  #failed = 0;
  /** Lists at which the API failed, and while they were asked for it sent no other. */
  #inRow = 0;
  #read = 0;
  #areTooMany = false;

  /** Whether `add` has thrown although the error was of a list. */
  get areTooMany(): boolean {
    return this.#areTooMany;
  }

  /** Lists that have been read. */
  get read(): number {
    return this.#read;
  }

  addRead(): void {
    this.#read++;
    this.#inRow = 0;
  }

  /**
   * @param readBefore `read` when the list was begun: at a list that fails for a minute the others have long been read
   * @throws the error, if it is not about this list: the key is refused, or all lists are, or the API fails at one
   *   after the other
   */
  add(error: unknown, path: string, readBefore: number): void {
    const isOfList =
      error instanceof TracedError &&
      !(error instanceof ApiUnavailableError && error.failureType === 'config_error') &&
      !(error instanceof RateLimitedError);
    if (!isOfList) throw error;
    this.#first ??= { error, path };
    this.#failed++;
    const isRefused = error instanceof RefusedRequestError || error instanceof UnusableIdError;
    if (!isRefused) this.#areAllRefused = false;
    if (readBefore === this.#read) this.#inRow++;
    this.#areTooMany = isRefused
      ? this.#read === 0 && this.#failed >= MANY_REFUSED
      : this.#inRow >= MANY_FAILED;
    if (this.#areTooMany) throw error;
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
