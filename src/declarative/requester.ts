import { StoppedError, TracedError, transientError } from '../protocol/errors.js';
import type { JsonObject, JsonValue } from '../protocol/messages.js';
import type { ApiBudget, Clock } from './api-budget.js';
import { backoffTime } from './backoff.js';
import { baseUrl } from './base-url.js';
import type { HttpRequester } from './components.js';
import { readReference } from './config-reference.js';
import { ApiUnavailableError, resolveAnswer } from './error-handler.js';
import type { ErrorResolution } from './error-handler.js';
import { TOO_LARGE, TransportError } from './http-transport.js';
import type { Headers, HttpResponse, SendHttp } from './http-transport.js';
import { MalformedJsonError } from './json-grammar.js';
import type { SelectedPage, SelectRecords } from './record-selector.js';
import { fillPath } from './request-path.js';
import type { Slots } from './slots.js';
import type { StreamPartition } from './stream-slice.js';

/** Waits for the rate limit in a row after which a request gives up. */
const MAX_RATE_LIMITED = 30;
const DEFAULT_MAX_RETRIES = 5;

/** What requests need from the process; everything that tests replace. */
export interface RequestContext {
  readonly config: JsonObject;
  readonly http: SendHttp;
  readonly clock: Clock;
  /** in [0, 1) */
  readonly random: () => number;
  readonly budget: ApiBudget;
  readonly slots: Slots;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes the secrets out of a text. */
  readonly mask?: (text: string) => string;
  /** The vendor, as sentences name it. */
  readonly title: string;
  readonly userAgent: string;
  /** Replaces the definition's patience: somebody waits for a connection check. */
  readonly patience?: { readonly retries: number; readonly rateLimitWaits: number };
}

/** What a request tells the stream it is made for. */
export interface RequestListener {
  /** A line for the log. */
  warn(message: string): void;
  /** An answer came, or none; the next try of the same request is another one. @param bytes of its body */
  requested(bytes: number, isRetry: boolean): void;
  /** @param until Unix ms at which the API's quota starts anew */
  rateLimited(until: number): void;
  /** A request waits for its turn under the known limit. @param ms from now */
  throttled?(ms: number): void;
}

export interface PageRequest {
  readonly partition: StreamPartition;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The API's rate limit did not lift. The key works, though. */
export class RateLimitedError extends TracedError {}

/** What is done with a page while a slot is held. */
export type UseResponse<T> = (page: SelectedPage, headers: Headers) => Promise<T>;

/** The API refused a request (4xx) for a reason that asking again does not change. */
export class RefusedRequestError extends TracedError {
  readonly status: number;

  constructor(status: number, ...rest: ConstructorParameters<typeof TracedError>) {
    super(...rest);
    this.status = status;
  }
}

export interface Requester {
  /** The path of a partition's list, without the host. */
  pathOf(partition: StreamPartition): string;
  /**
   * Fetches one page, again and again if need be, and hands it to `use` while a slot is held: so as many
   * pages are in memory as there are slots.
   * @returns undefined if the error handler says to ignore the answer
   * @throws TracedError when it gives up; StoppedError
   */
  fetch<T>(request: PageRequest, select: SelectRecords, use: UseResponse<T>): Promise<T | undefined>;
}

function authorization(requester: HttpRequester, config: JsonObject): string {
  const { authenticator } = requester;
  if (authenticator.type === 'BearerAuthenticator') {
    return `Bearer ${readReference(config, authenticator.api_token)}`;
  }
  const user = readReference(config, authenticator.username);
  return `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
}

/** Codes of errors that come before anything was answered. */
const NO_CONNECTION = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNABORTED)$/;
const TLS_CODES = /CERT|TLS|SSL|UNABLE_TO_VERIFY|SELF_SIGNED|ALTNAME/;

function unreachable(title: string, url: URL, error: TransportError): ErrorResolution {
  if (error.code === TOO_LARGE) {
    return {
      action: 'FAIL',
      failureType: 'system_error',
      message: `${title} sent an answer that is larger than any page of records can be, so it was not read.`,
    };
  }
  const why = TLS_CODES.test(error.code)
    ? `Its TLS certificate was refused (${error.code}): something between this machine and the API may intercept the connection.`
    : `Check that this machine may reach ${url.host} (DNS, firewall).`;
  return {
    action: 'RETRY',
    failureType: 'transient_error',
    message: `${title} could not be reached or did not answer in full (${error.code}). ${why}`,
    concernsAllStreams: NO_CONNECTION.test(error.code) || TLS_CODES.test(error.code),
  };
}

/** Characters of a request that messages show. */
const MAX_URL_SHOWN = 500;

/** Bytes of an error's body beyond which it is not looked into: parsed, it may be fifty times as large. */
const MAX_ERROR_BODY = 1024 * 1024;

/** The body of an answer as JSON where it is worth a look; error bodies are small. */
function parseErrorBody(body: Buffer): JsonValue | undefined {
  if (body.length > MAX_ERROR_BODY) return undefined;
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch {
    return undefined;
  }
}

interface Attempt {
  readonly resolution: ErrorResolution;
  /** Bytes of the answer's body, decompressed. */
  readonly bytes: number;
  /** 0 if no answer came */
  readonly status: number;
  readonly headers?: Headers;
  readonly page?: SelectedPage;
  readonly detail: string;
}

function toError({ resolution, status, detail }: Attempt, what: string): TracedError {
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

  function urlOf({ partition, parameters }: PageRequest): URL {
    const url = new URL(base + fillPath(definition.path, partition));
    for (const [name, value] of Object.entries({ ...definition.request_parameters, ...parameters })) {
      url.searchParams.set(name, value);
    }
    return url;
  }

  async function attempt(url: URL, select: SelectRecords): Promise<Attempt> {
    if (context.signal.aborted) throw new StoppedError('stopped before a request');
    let response: HttpResponse;
    try {
      response = await context.http({ method: 'GET', url: url.href, headers, signal: context.signal });
    } catch (error) {
      if (context.signal.aborted) throw new StoppedError('stopped during a request');
      if (!(error instanceof TransportError)) throw error;
      return {
        resolution: unreachable(context.title, url, error),
        status: 0,
        bytes: 0,
        detail: `${error.code}: ${error.message}`,
      };
    }
    const { status, headers: received, body } = response;
    if (status < 200 || status >= 300) {
      const answer = { status, headers: received, json: parseErrorBody(body), problem: undefined };
      return {
        resolution: resolveAnswer(handler, answer, context.mask),
        status,
        bytes: body.length,
        headers: received,
        detail: `HTTP ${status}`,
      };
    }
    let page: SelectedPage | undefined;
    let problem: string | undefined;
    try {
      page = select(body);
      problem = page.problem;
    } catch (error) {
      if (!(error instanceof MalformedJsonError)) throw error;
      problem = `it is not valid JSON (${error.message} of ${body.length})`;
    }
    const answer = { status, headers: received, json: page?.envelope, problem };
    const resolution = resolveAnswer(handler, answer, context.mask);
    const detail = `HTTP ${status}${problem === undefined ? '' : `, ${problem}`}`;
    return {
      resolution,
      status,
      bytes: body.length,
      headers: received,
      detail,
      ...(page === undefined ? {} : { page }),
    };
  }

  return {
    pathOf: (partition) => fillPath(definition.path, partition),
    async fetch(request, select, use) {
      const url = urlOf(request);
      // A token of the API may have any length. Masked first: a part of a secret could not be found.
      const asked = `GET ${url.pathname}${url.search}`;
      const what = (context.mask?.(asked) ?? asked).slice(0, MAX_URL_SHOWN);
      let retries = 0;
      let limited = 0;
      for (;;) {
        const result = await context.slots.run(async () => {
          // Only now, so that calls leave when they are counted, and no slot is held while the budget is spent.
          const { wait, call } = context.budget.tryAcquire(definition.path);
          if (wait > 0) return { wait };
          const one = await attempt(url, select);
          context.budget.correct(definition.path, call, one.headers);
          listener.requested(one.bytes, retries + limited > 0);
          const { page, resolution } = one;
          if (resolution.action !== 'SUCCESS' || page === undefined) return { again: one };
          if (page.repaired) listener.warn(`${what}: replaced bytes that are not UTF-8`);
          return { value: await use(page, one.headers ?? {}) };
        });
        if ('wait' in result) {
          listener.throttled?.(result.wait);
          await context.clock.sleep(result.wait);
          continue;
        }
        if ('value' in result) return result.value;

        const { resolution, headers: received, detail } = result.again;
        const error = toError(result.again, what);
        if (resolution.action === 'IGNORE') {
          listener.warn(`${what}: skipped, ${detail}`);
          return undefined;
        }
        if (resolution.action === 'FAIL') throw error;
        const isLimited = resolution.action === 'RATE_LIMITED';
        if (isLimited ? ++limited > maxRateLimited : ++retries > maxRetries) throw error;
        const tries = isLimited ? limited : retries;
        const wait = backoffTime(handler.backoff_strategies, {
          attempt: tries,
          headers: received,
          isRateLimited: isLimited,
          now: context.clock.now(),
          random: context.random,
        });
        if (wait === undefined) {
          throw transientError(`${resolution.message} It asks for a longer wait than a sync can take.`, {
            internalMessage: `${what}: ${detail}`,
          });
        }
        listener.warn(
          `${what}: ${detail}; ${isLimited ? 'rate limit' : `retry ${retries} of ${maxRetries}`}, waiting ${(wait.ms / 1000).toFixed(1)} s`,
        );
        if (isLimited) {
          context.budget.pause(definition.path, wait.ms);
          listener.rateLimited(context.clock.now() + wait.ms);
        } else await context.clock.sleep(wait.ms);
      }
    },
  };
}
