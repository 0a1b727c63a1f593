/** Exchanges that brought no whole answer: what they are, and what a user is told. */
import type { ErrorResolution } from './error-handler.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** No answer, or not all of it: worth another try, unless its code is TOO_LARGE. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** errno name or axios code, such as `ECONNREFUSED`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody wants the answer any more. */
export const ABORTED = 'ABORT_ERR';
/** The answer is larger than a page can be; asking again would bring the same. */
export const TOO_LARGE = 'ERR_TOO_LARGE';
/** No connection came about in time: errno's name for it. */
export const TIMED_OUT = 'ETIMEDOUT';
/** The connection stood, but no answer began in time. */
export const NO_ANSWER = 'ERR_NO_ANSWER';
/** The answer began, but was not whole in time. */
export const STALLED = 'ERR_ANSWER_STALLED';
/** The answer is compressed in a way that is not known here. */
export const UNKNOWN_ENCODING = 'ERR_ENCODING';
/** Node's code for headers of more than 16 KB. */
const HEADERS_TOO_LARGE = 'HPE_HEADER_OVERFLOW';
/** zlib's code for what unpacks to more than it was allowed to. */
export const UNPACKS_TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

export function toTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { code = 'UNKNOWN', message = String(error) } = error as NodeJS.ErrnoException;
  if (code === UNPACKS_TOO_LARGE) return new TransportError(TOO_LARGE, message);
  return new TransportError(code, message === '' ? code : message);
}

/** Codes of errors that come before anything was answered. */
const NO_CONNECTION = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ECONNABORTED)$/;
const CERTIFICATE_REFUSED = /CERT|UNABLE_TO_VERIFY|SELF_SIGNED|ALTNAME/;
/** No secure connection, whoever is to blame. */
const TLS_FAILED = /TLS|SSL|EPROTO/;

/** Variables by which other programs are told of a proxy. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

/** @returns what to know where the environment names a proxy, which would see the key */
function aboutProxy(environment: Environment): string {
  const name = PROXY_VARIABLES.find((one) => (environment[one] ?? '') !== '');
  return name === undefined
    ? ''
    : ` The proxy that ${name} names is not used: the connector has to reach it directly.`;
}

function whyUnreachable(code: string, url: URL, environment: Environment): string {
  if (CERTIFICATE_REFUSED.test(code))
    return 'Its TLS certificate was refused: something between this machine and the API may intercept the connection. If that is your company, name the file with its CA certificate in NODE_EXTRA_CA_CERTS.';
  if (TLS_FAILED.test(code))
    return 'No secure connection came about: something between this machine and the API may have answered in its place.';
  if (NO_CONNECTION.test(code))
    return `Check that this machine may reach ${url.host} (DNS, firewall).${aboutProxy(environment)}`;
  if (code === NO_ANSWER)
    return `It took the request and did not answer in time: try again later; if it stays so, the vendor has to look.`;
  if (code === STALLED)
    return `Its answer began and did not end in time: try again later; if it stays so, the vendor has to look, or whoever runs the network between this machine and ${url.host}.`;
  return `The connection broke off, or what came was not HTTP: try again later; if it stays so, the vendor has to look, or whoever runs the network between this machine and ${url.host}.`;
}

/** An answer that came, but not as one of an API. It may be an accident on the way. */
function damaged(code: string, message: string): ErrorResolution {
  return {
    action: 'RETRY',
    failureType: 'transient_error',
    message: `${message} (${code}). Something between this machine and the API, such as a firewall or a gateway, may have changed the answer.`,
  };
}

/** @param title of the vendor */
export function unanswered(
  title: string,
  url: URL,
  { code }: TransportError,
  environment: Environment,
): ErrorResolution {
  switch (code) {
    case TOO_LARGE:
      return {
        action: 'FAIL',
        failureType: 'system_error',
        message: `${title} sent an answer that is larger than any page of records can be, so it was not read.`,
      };
    case HEADERS_TOO_LARGE:
      return damaged(code, `${title} sent an answer with more headers than are read`);
    case UNKNOWN_ENCODING:
      return damaged(code, `${title} sent an answer that is compressed in a way that was not asked for`);
  }
  return {
    action: 'RETRY',
    failureType: 'transient_error',
    message: `${title} could not be reached or did not answer in full (${code}). ${whyUnreachable(code, url, environment)}`,
    concernsAllStreams:
      code === NO_ANSWER ||
      [NO_CONNECTION, CERTIFICATE_REFUSED, TLS_FAILED].some((codes) => codes.test(code)),
  };
}
