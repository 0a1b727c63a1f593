import { systemError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import { RefusedRequestError } from '../requesters/requester.js';

/** What went wrong with one stream, each kind once: traced at once, or not before it is known what it means. */
export class StreamErrors {
  readonly #trace: (error: TracedError) => Promise<void>;
  readonly #errors: TracedError[] = [];

  /** @param trace writes a TRACE ERROR */
  constructor(trace: (error: TracedError) => Promise<void>) {
    this.#trace = trace;
  }

  get all(): readonly TracedError[] {
    return this.#errors;
  }

  async add(error: TracedError): Promise<void> {
    if (this.#errors.some(({ message }) => message === error.message)) return;
    this.#errors.push(error);
    // A config_error would end the job for good, so it waits until it is known that nothing can be retried.
    const waits = error.failureType === 'config_error' || error instanceof RefusedRequestError;
    if (!waits) await this.#trace(error);
  }

  /**
   * Traces what the API refused, now that it is known whether it refuses all dates.
   * @param hasRead it has sent some
   * @param hasReadBefore it has sent some to an unfinished sync that this one goes on with
   */
  async endOfStream(hasRead: boolean, hasReadBefore: boolean): Promise<void> {
    for (const [i, error] of this.#errors.entries()) {
      if (!(error instanceof RefusedRequestError)) continue;
      // What the key may read can have changed since.
      const isInPart = hasRead || (hasReadBefore && error.failureType !== 'config_error');
      const told = isInPart ? refusedInPart(error) : error;
      this.#errors[i] = told;
      if (told.failureType !== 'config_error') await this.#trace(told);
    }
  }
}

/** Neither the key nor the stream is at fault where other dates of it can be read. */
function refusedInPart({ message, internalMessage }: TracedError): TracedError {
  return systemError(
    `Some dates of the stream could not be read; others were. ${message} If these dates are too old for the API, set a later start_date.`,
    internalMessage === undefined ? {} : { internalMessage },
  );
}
