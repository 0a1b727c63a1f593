/** What one request came to. */
import type { JsonValue } from '../../protocol/messages.js';
import type { DefaultErrorHandler } from '../components.js';
import { JsonLimitError, MalformedJsonError } from '../extractors/json-errors.js';
import type { SelectedPage, SelectRecords } from '../extractors/record-selector.js';
import { resolveAnswer } from './error-handler.js';
import type { Answer, ErrorResolution } from './error-handler.js';
import type { Headers, HttpResponse } from './http.js';
import { TransportError, unanswered } from './transport-error.js';

/** What was asked, and how the answer is judged. */
interface Asked {
  readonly url: URL;
  /** The vendor, as sentences name it. */
  readonly title: string;
  readonly handler: DefaultErrorHandler;
  /** Takes the secrets out of a text. */
  readonly mask: ((text: string) => string) | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface Attempt {
  readonly resolution: ErrorResolution;
  /** Bytes of the answer's body, decompressed. */
  readonly bytes: number;
  /** 0 if no answer came */
  readonly status: number;
  readonly headers?: Headers;
  readonly page?: SelectedPage;
  readonly detail: string;
}

/** Bytes of an error's body beyond which it is not looked into: parsed, it may be fifty times as large. */
const MAX_ERROR_BODY = 1024 * 1024;

/** The body of a refusal as JSON where it is worth a look; such bodies are small. */
function refusedBody(body: Buffer): Pick<Answer, 'json' | 'isOtherThanJson'> {
  // An empty body says nothing about who answered.
  if (body.length === 0 || body.length > MAX_ERROR_BODY) return { json: undefined, isOtherThanJson: false };
  try {
    return { json: JSON.parse(body.toString('utf8')) as JsonValue, isOtherThanJson: false };
  } catch {
    return { json: undefined, isOtherThanJson: true };
  }
}

/** JSON of a form that no page has. The same would come again. */
function unreadable(title: string, error: JsonLimitError): ErrorResolution {
  return {
    action: 'FAIL',
    failureType: 'system_error',
    message: `${title} sent an answer that no page of records can be, so it was not read: ${error.message}.`,
  };
}

/** @param select finds the records of an answer that says that it succeeded */
export function attemptOf(
  response: HttpResponse | TransportError,
  select: SelectRecords,
  { url, title, handler, mask, environment }: Asked,
): Attempt {
  if (response instanceof TransportError) {
    return {
      resolution: unanswered(title, url, response, environment),
      status: 0,
      bytes: 0,
      detail: `${response.code}: ${response.message}`,
    };
  }
  const { status, headers: received, body } = response;
  const facts = { status, bytes: body.length, headers: received };
  const resolve = (answer: Omit<Answer, 'status' | 'headers'>): ErrorResolution =>
    resolveAnswer(handler, { status, headers: received, ...answer }, title, mask);
  if (status < 200 || status >= 300) {
    const resolution = resolve({ ...refusedBody(body), problem: undefined });
    return { ...facts, resolution, detail: `HTTP ${status}` };
  }
  let page: SelectedPage;
  try {
    page = select(body);
  } catch (error) {
    if (error instanceof JsonLimitError) {
      const detail = `HTTP ${status}, ${error.message}`;
      return { ...facts, resolution: unreadable(title, error), detail };
    }
    if (!(error instanceof MalformedJsonError)) throw error;
    const problem = `it is not valid JSON (${error.message} of ${body.length})`;
    const resolution = resolve({ json: undefined, isOtherThanJson: body.length > 0, problem });
    return { ...facts, resolution, detail: `HTTP ${status}, ${problem}` };
  }
  const { problem, envelope } = page;
  const resolution = resolve({ json: envelope, isOtherThanJson: false, problem });
  const isDenied = problem === undefined && resolution.action !== 'SUCCESS';
  const why = isDenied ? 'and the answer says that it failed' : problem;
  const detail = `HTTP ${status}${why === undefined ? '' : `, ${why}`}`;
  return { ...facts, resolution, detail, page };
}
