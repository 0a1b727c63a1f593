/**
 * The only place that opens connections. GET and nothing else; no redirects, because the key would follow
 * them to another host; bodies as bytes.
 */
import http from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import https from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import axios, { AxiosHeaders } from 'axios';
import { systemError } from '../protocol/errors.js';

/** Headers by lower-case name. */
export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  /** Decompressed. */
  readonly body: Buffer;
}

/** @throws TransportError where no whole answer came */
export type SendHttp = (request: HttpRequest) => Promise<HttpResponse>;

/** No answer, or not all of it: worth another try. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** errno name or axios code, such as `ECONNREFUSED`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The answer is larger than a page can be; asking again would bring the same. */
export const TOO_LARGE = 'ERR_TOO_LARGE';

interface TransportLimits {
  /** ms until a new connection stands, TLS included. @default 15_000 */
  readonly connectTimeout?: number;
  /** ms until the answer begins. @default 60_000 */
  readonly headersTimeout?: number;
  /** ms without a byte, once it has begun. @default 30_000 */
  readonly idleTimeout?: number;
  /** ms for the whole exchange. @default 300_000 */
  readonly wholeTimeout?: number;
  /** Bytes of a body, before and after decompression. @default 64 MiB */
  readonly maxBody?: number;
}

/** Bytes that a page of records usually has when unpacked; zlib asks for as much at a time. */
const UNPACKED = 64 * 1024;

function decompress(body: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  if (body.length === 0) return body;
  const options = { maxOutputLength, chunkSize: Math.min(UNPACKED, Math.max(1024, 16 * body.length)) };
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, options);
    case 'br':
      return brotliDecompressSync(body, options);
    case 'deflate':
      return inflateSync(body, options);
    default:
      throw new TransportError('ERR_ENCODING', `the answer is compressed in an unknown way (${encoding})`);
  }
}

function toTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const { code = 'UNKNOWN', message = String(error) } = error as NodeJS.ErrnoException;
  // Of zlib, and of axios, which has no code of its own for it.
  if (code === 'ERR_BUFFER_TOO_LARGE' || message.startsWith('maxContentLength')) {
    return new TransportError(TOO_LARGE, message);
  }
  return new TransportError(code, message === '' ? code : message);
}

export interface HttpTransport {
  readonly send: SendHttp;
  /** Closes idle connections, so that the process can end. */
  close(): void;
}

/** Ends an exchange whose phases take too long. */
class Deadlines {
  readonly #limits: Required<TransportLimits>;
  #request: ClientRequest | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What took too long. */
  exceeded: TransportError | undefined;

  constructor(limits: Required<TransportLimits>) {
    this.#limits = limits;
    this.#start(limits.wholeTimeout, 'no whole answer');
  }

  /** As node's http.request, which axios takes for the way to send a request. */
  readonly request = (
    options: RequestOptions,
    onResponse: (response: IncomingMessage) => void,
  ): ClientRequest => {
    const { connectTimeout, headersTimeout, idleTimeout } = this.#limits;
    const isSecure = options.protocol === 'https:';
    const headers = this.#start(headersTimeout, 'no answer');
    // By the default import, whose property tests replace.
    const request = (isSecure ? https : http).request(options, (response) => {
      this.#end(headers);
      request.setTimeout(idleTimeout, () => this.#exceed(idleTimeout, 'the answer stopped: no byte'));
      onResponse(response);
    });
    // A switch to another protocol (101) is no answer: Node tells nobody who does not listen, so axios would
    // wait until the time is up.
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      request.emit('error', new TransportError('ERR_UPGRADE', 'the answer is a switch to another protocol'));
    });
    this.#request = request;
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const connect = this.#start(connectTimeout, 'no connection');
      socket.once(isSecure ? 'secureConnect' : 'connect', () => this.#end(connect));
    });
    return request;
  };

  /** The exchange is over. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #start(ms: number, what: string): NodeJS.Timeout {
    const timer = setTimeout(() => this.#exceed(ms, what), ms);
    this.#timers.add(timer);
    return timer;
  }

  #end(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #exceed(ms: number, what: string): void {
    this.exceeded ??= new TransportError('ETIMEDOUT', `${what} within ${ms / 1000} s`);
    this.#request?.destroy(this.exceeded);
  }
}

/**
 * Axios with the settings that cost least: `arraybuffer` and no transforms (about a third of its default
 * CPU time per page), `decompress: false` with zlib's synchronous functions, keep-alive.
 */
export function createHttpTransport(given: TransportLimits = {}): HttpTransport {
  const limits: Required<TransportLimits> = {
    connectTimeout: 15_000,
    headersTimeout: 60_000,
    idleTimeout: 30_000,
    wholeTimeout: 300_000,
    maxBody: 64 * 1024 * 1024,
    ...given,
  };
  const httpAgent = new http.Agent({ keepAlive: true });
  const httpsAgent = new https.Agent({ keepAlive: true });
  // Axios' own way to the network, without what it does around it for browsers, forms and interceptors: that
  // costs as much again for each request.
  const adapter = axios.getAdapter('http');
  const settings = {
    ...axios.defaults,
    httpAgent,
    httpsAgent,
    responseType: 'arraybuffer' as const,
    transformResponse: [],
    // `transport` below follows none in any case.
    maxRedirects: 0,
    decompress: false,
    // A proxy named in the environment would see the plain request.
    proxy: false as const,
    maxContentLength: limits.maxBody,
    validateStatus: () => true,
  };

  const send: SendHttp = async ({ method, url, headers, signal }) => {
    // The type says so already; a key that can move money deserves a second lock.
    if (method !== 'GET') throw systemError('Only GET requests are sent.');
    if (signal.aborted) throw new TransportError('ABORT_ERR', 'stopped before the request');
    const deadlines = new Deadlines(limits);
    try {
      const response = await adapter({
        ...settings,
        method,
        url,
        headers: new AxiosHeaders({ ...headers, 'Accept-Encoding': 'br, gzip' }),
        signal,
        transport: deadlines,
      });
      const received: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers))
        received[name.toLowerCase()] = String(value);
      const body = decompress(
        response.data as Buffer,
        received['content-encoding']?.toLowerCase(),
        limits.maxBody,
      );
      return { status: response.status, headers: received, body };
    } catch (error) {
      throw deadlines.exceeded ?? toTransportError(error);
    } finally {
      deadlines.stop();
    }
  };

  return {
    send,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
