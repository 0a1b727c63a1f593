/**
 * The only place that opens connections. GET and nothing else; no redirects, because the key would follow
 * them to another host; bodies as bytes.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import axios from 'axios';
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

interface TransportLimits {
  /** ms without a byte, connecting included. @default 60_000 */
  readonly idleTimeout?: number;
  /** ms for the whole exchange. @default 300_000 */
  readonly wholeTimeout?: number;
  /** Bytes of a body, before and after decompression. @default 64 MiB */
  readonly maxBody?: number;
}

function decompress(body: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  if (body.length === 0) return body;
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return body;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(body, { maxOutputLength });
    case 'br':
      return brotliDecompressSync(body, { maxOutputLength });
    case 'deflate':
      return inflateSync(body, { maxOutputLength });
    default:
      throw new TransportError('ERR_ENCODING', `the answer is compressed in an unknown way (${encoding})`);
  }
}

function toTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'UNKNOWN');
  const message = error instanceof Error ? error.message : String(error);
  return new TransportError(code, message === '' ? code : message);
}

export interface HttpTransport {
  readonly send: SendHttp;
  /** Closes idle connections, so that the process can end. */
  close(): void;
}

/**
 * Axios with the settings that cost least: `arraybuffer` and no transforms (about a third of its default
 * CPU time per page), `decompress: false` with zlib's synchronous functions, keep-alive.
 */
export function createHttpTransport(limits: TransportLimits = {}): HttpTransport {
  const { idleTimeout = 60_000, wholeTimeout = 300_000, maxBody = 64 * 1024 * 1024 } = limits;
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({ keepAlive: true });
  const instance = axios.create({
    adapter: 'http',
    httpAgent,
    httpsAgent,
    responseType: 'arraybuffer',
    transformResponse: [(data: unknown) => data],
    maxRedirects: 0,
    decompress: false,
    // A proxy named in the environment would see the plain request.
    proxy: false,
    timeout: idleTimeout,
    maxContentLength: maxBody,
    validateStatus: () => true,
  });

  const send: SendHttp = async ({ method, url, headers, signal }) => {
    // The type says so already; a key that can move money deserves a second lock.
    if (method !== 'GET') throw systemError('Only GET requests are sent.');
    if (signal.aborted) throw new TransportError('ABORT_ERR', 'stopped before the request');
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, wholeTimeout);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const response = await instance.request<Buffer>({
        method,
        url,
        headers: { ...headers, 'Accept-Encoding': 'br, gzip' },
        signal: controller.signal,
      });
      const received: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers))
        received[name.toLowerCase()] = String(value);
      const body = decompress(response.data, received['content-encoding']?.toLowerCase(), maxBody);
      return { status: response.status, headers: received, body };
    } catch (error) {
      throw controller.signal.aborted && !signal.aborted
        ? new TransportError('ETIMEDOUT', `no whole answer within ${wholeTimeout / 1000} s`)
        : toTransportError(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
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
