import { StoppedError, TracedError, transientError } from '../../protocol/errors.js';
import type { JsonObject } from '../../protocol/messages.js';
import type { HttpRequester } from '../components.js';
import { MINUTE_MS } from '../durations.js';
import type { SelectedPage, SelectRecords } from '../extractors/record-selector.js';
import type { StreamPartition } from '../stream-slice.js';
import { attemptOf } from './attempt.js';
import type { Attempt } from './attempt.js';
import { backoffTime } from './backoff.js';
import { baseUrl } from './base-url.js';
import { readReference } from './config-reference.js';
import { ApiUnavailableError } from './error-handler.js';
import type { Headers, HttpResponse } from './http.js';
import type { CallOutcome } from './refused-calls.js';
import type { RequestContext, RequestListener } from './request-context.js';
import { fillPath, shownPath } from './request-path.js';
import { TransportError } from './transport-error.js';

/** Refusals of all calls to an endpoint, in a row, after which a request gives up. */
const MAX_RATE_LIMITED = 60;
const DEFAULT_MAX_RETRIES = 5;
/** ms after which whoever waits for the budget says so once more: nobody else may speak for the stream. */
const LONGEST_SLEEP = 5 * MINUTE_MS;

export interface PageRequest {
  readonly partition: StreamPartition;
  readonly parameters: Readonly<Record<string, string>>;
  /** Requests of a smaller one go first. @default 0 */
  readonly rank?: number;
}

/** The API's rate limit did not lift. The key works, though. */
export class RateLimitedError extends TracedError {}

/** What is done with a page while a slot is held. */
export type UseResponse<T> = (page: SelectedPage, headers: Headers) => Promise<T>;

/** The API refused a request, or answered what cannot be read, and asking again would not change it. */
export class RefusedRequestError extends TracedError {
  /** 0 if the answer was too large to be read. */
  readonly status: number;

  constructor(status: number, ...rest: ConstructorParameters<typeof TracedError>) {
    super(...rest);
    this.status = status;
  }
}

export interface Requester {
  /** The path of a partition's list as messages show it, without the host. */
  pathOf(partition: StreamPartition): string;
  /**
   * Fetches one page, again and again if need be, and hands it to `use` while a slot is held: so as many
   * pages are in memory as there are slots.
   * @returns undefined if the error handler says to ignore the answer
   * @throws TracedError when it gives up; StoppedError
   */
  fetch<T>(request: PageRequest, select: SelectRecords, use: UseResponse<T>): Promise<T | undefined>;
}

/** A call under way, and what its answer is for. */
interface Call<T> {
  readonly url: URL;
  /** By which the budget knows it. */
  readonly call: number;
  readonly request: PageRequest;
  readonly select: SelectRecords;
  readonly use: UseResponse<T>;
  readonly isRetry: boolean;
}

/** What `use` made of a page, or why there is none. */
type Used<T> = { readonly value: T } | { readonly again: Omit<Attempt, 'page'> };

function authorization(requester: HttpRequester, config: JsonObject): string {
  const { authenticator } = requester;
  if (authenticator.type === 'BearerAuthenticator') {
    return `Bearer ${readReference(config, authenticator.api_token)}`;
  }
  const user = readReference(config, authenticator.username);
  return `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
}

/** Warnings about pages with bytes that are not UTF-8. */
const MAX_REPAIRED_TOLD = 10;

/** Characters of a request that messages show. */
const MAX_URL_SHOWN = 500;

function toError(
  { resolution, status, detail }: Pick<Attempt, 'resolution' | 'status' | 'detail'>,
  what: string,
): TracedError {
  const { message, failureType, concernsAllStreams } = resolution;
  const options = { internalMessage: `${what}: ${detail}` };
  if (concernsAllStreams === true) return new ApiUnavailableError(message, failureType, options);
  if (resolution.action === 'RATE_LIMITED') return new RateLimitedError(message, failureType, options);
  return resolution.action === 'FAIL'
    ? new RefusedRequestError(status, message, failureType, options)
    : new TracedError(message, failureType, options);
}

export function createRequester(
  definition: HttpRequester,
  context: RequestContext,
  listener: RequestListener,
): Requester {
  const base = baseUrl(definition, context.environment);
  const handler = definition.error_handler;
  const maxRetries = context.patience?.retries ?? handler.max_retries ?? DEFAULT_MAX_RETRIES;
  const maxRateLimited = context.patience?.rateLimitWaits ?? MAX_RATE_LIMITED;
  const headers = {
    Authorization: authorization(definition, context.config),
    Accept: 'application/json',
    // Vendors' network edges refuse requests without one.
    'User-Agent': context.userAgent,
  };

  let repaired = 0;

  function urlOf({ partition, parameters }: PageRequest): URL {
    const query = new URLSearchParams({ ...definition.request_parameters, ...parameters }).toString();
    return new URL(`${base}${fillPath(definition.path, partition)}${query === '' ? '' : `?${query}`}`);
  }

  async function send(url: URL): Promise<HttpResponse | TransportError> {
    try {
      return await context.http({ method: 'GET', url: url.href, headers, signal: context.signal });
    } catch (error) {
      if (context.signal.aborted) throw new StoppedError('stopped during a request');
      if (error instanceof TransportError) return error;
      throw error;
    }
  }

  /** A request as messages show it. A token of the API may have any length. */
  function lineOf(request: PageRequest): string {
    const { pathname, search } = urlOf(request);
    const line = `GET ${pathname}${search}`;
    // Masked first: a part of a secret could not be found.
    return (context.mask?.(line) ?? line).slice(0, MAX_URL_SHOWN);
  }

  function tellRepaired(request: PageRequest): void {
    if (++repaired > MAX_REPAIRED_TOLD) return;
    const isLast = repaired === MAX_REPAIRED_TOLD ? '; more of them are not told of' : '';
    listener.warn(`${lineOf(request)}: replaced bytes that are not UTF-8${isLast}`);
  }

  /**
   * Judges an answer and hands its page to `use`. Whatever function waited for the answer must not hold the page: it has
   * become old to the garbage collector, which would take all that it holds for old, too.
   * @param call for the budget, which is told what became of it
   */
  async function useAnswer<T>(
    response: HttpResponse | TransportError,
    { url, call, request, select, use, isRetry }: Call<T>,
  ): Promise<Used<T>> {
    const isAnswer = !(response instanceof TransportError);
    try {
      let callOutcome: CallOutcome = 'unanswered';
      let judged: Attempt | undefined;
      try {
        const { title, mask, environment } = context;
        judged = attemptOf(response, select, { url, title, handler, mask, environment });
        if (isAnswer) callOutcome = judged.resolution.action === 'RATE_LIMITED' ? 'refused' : 'answered';
      } finally {
        context.budget.ended(definition.path, call, callOutcome, judged?.headers);
      }
      // The answer may have come, and waited for its turn, when all that wanted it had ended.
      if (context.signal.aborted) throw new StoppedError('stopped before its answer was used');
      // Without the page, which would stay in memory during the wait.
      const { page, ...outcome } = judged;
      listener.requested(outcome.bytes, isRetry);
      if (outcome.resolution.action !== 'SUCCESS' || page === undefined) return { again: outcome };
      context.key.isAccepted = true;
      if (page.repaired) tellRepaired(request);
      return { value: await use(page, outcome.headers ?? {}) };
    } finally {
      if (isAnswer) response.release?.();
    }
  }

  /** Waits for the budget, and asks once. */
  async function attempt<T>(
    request: PageRequest,
    select: SelectRecords,
    use: UseResponse<T>,
    isRetry: boolean,
  ): Promise<Used<T>> {
    const url = urlOf(request);
    for (let hasWaited = false; ; hasWaited = true) {
      const result = await context.slots.run(async () => {
        // What has ended neither spends the budget nor speaks.
        if (context.signal.aborted) throw new StoppedError('stopped before a request');
        // Only now, so that calls leave when they are counted, and no slot is held while the budget is spent.
        const turn = context.budget.tryAcquire(definition.path, hasWaited);
        if (turn.wait > 0) return turn;
        const { call } = turn;
        const response = await send(url).catch((error: unknown) => {
          context.budget.ended(definition.path, call, 'unanswered');
          throw error;
        });
        return useAnswer(response, { url, call, request, select, use, isRetry });
      });
      if (!('wait' in result)) return result;
      listener.throttled?.(result.wait);
      // Whoever was told: this request, or one of another stream whose limit is the same.
      if (result.pausedFor > 0) listener.rateLimited(context.clock.now() + result.pausedFor);
      await context.clock.sleep(Math.min(result.wait, LONGEST_SLEEP));
    }
  }

  /** Waits before the next attempt. @throws TracedError if there is to be none */
  async function backOff(
    request: PageRequest,
    { resolution, headers: received, status, detail }: Omit<Attempt, 'page'>,
    retries: number,
    limited: number,
  ): Promise<void> {
    const isLimited = resolution.action === 'RATE_LIMITED';
    const what = lineOf(request);
    if (resolution.action === 'FAIL' || (isLimited ? limited > maxRateLimited : retries > maxRetries)) {
      throw toError({ resolution, status, detail }, what);
    }
    const wait = backoffTime(handler.backoff_strategies, {
      attempt: isLimited ? limited : retries,
      headers: received,
      isRateLimited: isLimited,
      now: context.clock.now(),
      random: context.random,
    });
    if (wait === undefined) {
      throw transientError(
        `${context.title} asks for a longer wait than a sync can take (HTTP ${status}). Sync at another time.`,
        { internalMessage: `${what}: ${detail}` },
      );
    }
    const warn = (why: string): void =>
      listener.warn(`${what}: ${detail}; ${why}, waiting ${(wait / 1000).toFixed(1)} s`);
    if (isLimited) {
      // Those that left together are refused together: one line for all of them.
      if (context.budget.pause(definition.path, wait)) warn('rate limit');
    } else {
      warn(`retry ${retries} of ${maxRetries}`);
      await context.clock.sleep(wait);
    }
  }

  return {
    pathOf: (partition) => shownPath(definition.path, partition),
    async fetch<T>(request: PageRequest, select: SelectRecords, use: UseResponse<T>) {
      const { lanes } = context;
      for (let retries = 0, limited = 0; ;) {
        const isRetry = retries + limited > 0;
        const work = () => attempt(request, select, use, isRetry);
        const result = await (lanes === undefined ? work() : lanes.run(work, request.rank));
        if ('value' in result) return result.value;
        const { action } = result.again.resolution;
        if (action === 'IGNORE') return undefined;
        // Others may have been answered meanwhile.
        if (action === 'RATE_LIMITED') limited = Math.max(1, context.budget.refusalsInRow(definition.path));
        else retries++;
        await backOff(request, result.again, retries, limited);
      }
    },
  };
}
