/** One request to a made-up list, and answers to it at the HTTP boundary. */
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import type { HttpRequester } from '../declarative/components.js';
import { recordSelector } from '../declarative/extractors/record-selector.js';
import type { SelectedPage } from '../declarative/extractors/record-selector.js';
import type { HttpRequest } from '../declarative/requesters/http.js';
import { createHttpTransport } from '../declarative/requesters/http-transport.js';
import type { HttpTransport } from '../declarative/requesters/http-transport.js';
import type { RequestContext } from '../declarative/requesters/request-context.js';
import { createRequester } from '../declarative/requesters/requester.js';
import type { PageRequest } from '../declarative/requesters/requester.js';
import { NO_PARTITION } from '../declarative/stream-slice.js';
import { API, requestContext, requesterOf } from './definitions.fixture.js';
import { FakeClock } from './fake-clock.fixture.js';

const select = recordSelector(
  { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
  [],
);

export interface FetchRun {
  readonly request?: PageRequest;
  readonly definition?: Partial<HttpRequester>;
  readonly path?: string;
  readonly context?: Partial<RequestContext>;
}

export interface FetchOutcome {
  /** The text of each record. */
  readonly records: readonly string[] | undefined;
  readonly error: unknown;
  /** ms */
  readonly sleeps: readonly number[];
  readonly warnings: readonly string[];
  /** Unix ms */
  readonly limitedUntil: readonly number[];
  readonly clock: FakeClock;
}

/** Fetches one page, and says what it came to. */
async function fetchOnePage(transport: HttpTransport, run: FetchRun): Promise<FetchOutcome> {
  const { request, definition, path = '/orders', context } = run;
  const clock = new FakeClock();
  const warnings: string[] = [];
  const limitedUntil: number[] = [];
  const requester = createRequester(
    requesterOf(path, definition),
    requestContext({ http: transport.send, clock, ...context }),
    {
      warn: (line) => warnings.push(line),
      requested: () => undefined,
      rateLimited: (until) => limitedUntil.push(until),
    },
  );
  const textsOf = async ({ bytes, ranges }: SelectedPage): Promise<string[]> =>
    ranges.flatMap((start, i) => (i % 2 === 0 ? [bytes.toString('utf8', start, ranges[i + 1])] : []));
  const outcome = await requester
    .fetch(request ?? { partition: NO_PARTITION, parameters: {} }, select, textsOf)
    .then(
      (records) => ({ records, error: undefined }),
      (error: unknown) => ({ records: undefined, error }),
    );
  return { ...outcome, sleeps: clock.sleeps, warnings, limitedUntil, clock };
}

export type Answer = () => Response;

/** A made-up API, and the way there, for the tests of the file that calls this. */
export function oneRequestApi() {
  const server = setupServer();
  let transport: HttpTransport;
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
  beforeEach(() => {
    transport = createHttpTransport();
  });
  afterEach(() => {
    transport.close();
    server.resetHandlers();
  });
  afterAll(() => server.close());

  return {
    server,
    send: (request: HttpRequest) => transport.send(request),
    fetchPage: (run: FetchRun = {}) => fetchOnePage(transport, run),
    /**
     * Answers `/orders` with each of these in turn, then always with the last.
     * @returns the requests, as they come in
     */
    answer: (...answers: Answer[]): Request[] => {
      const requests: Request[] = [];
      server.use(
        http.all(`${API}/orders`, ({ request }) => {
          requests.push(request);
          return answers[Math.min(requests.length, answers.length) - 1]?.() ?? HttpResponse.error();
        }),
      );
      return requests;
    },
  };
}

/** A page with one record. */
export const ok: Answer = () => HttpResponse.json({ status: true, data: [{ id: 1 }] });

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return () => HttpResponse.json({ message: `this is ${code}` }, { status: code, headers });
}

export function text(body: string, type = 'application/json', code = 200): Answer {
  return () => new HttpResponse(body, { status: code, headers: { 'Content-Type': type } });
}
