import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { finished } from 'node:stream/promises';
import type { BodyShare } from './body-room.js';
import { freeBuffer } from './free-buffer.js';
import type { Headers } from './http.js';
import {
  ABORTED,
  NO_ANSWER,
  STALLED,
  TIMED_OUT,
  TOO_LARGE,
  toTransportError,
  TransportError,
} from './transport-error.js';

export interface TransportLimits {
  /** ms until a new connection stands, TLS included. @default 15_000 */
  readonly connectTimeout: number;
  /** ms until the answer begins. @default 60_000 */
  readonly headersTimeout: number;
  /** ms without a byte, once it has begun. @default 30_000 */
  readonly idleTimeout: number;
  /** ms for the whole exchange. Time in which it waits for room does not count. @default 300_000 */
  readonly wholeTimeout: number;
  /**
   * Bytes of a body, before and after decompression. The largest pages that the APIs can send have about 5 MB
   * (100 orders of 50 KB); the default leaves 160 KB for each record of such a page. @default 16 MiB
   */
  readonly maxBody: number;
  /**
   * Bytes of a body, before and after decompression, for which no room is asked. Usual pages have less: 100
   * transactions 0.3 MB, 1,000 payables 1 MB. @default 2 MiB
   */
  readonly usualBody: number;
}

/** As node's http.request. */
export type OpenRequest = (
  options: RequestOptions,
  onResponse: (response: IncomingMessage) => void,
) => ClientRequest;

function tooLarge(maxBody: number): TransportError {
  return new TransportError(TOO_LARGE, `the answer has more than ${maxBody} bytes`);
}

/** What axios is told of an answer: that it is there. */
interface Arrival {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, never>>;
}
const NO_HEADERS = {};

/** An answer as it came, still compressed. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** One request and its answer, ended when a phase takes too long, more comes than may or nobody wants it any more. */
export class Exchange {
  readonly #limits: TransportLimits;
  readonly #share: BodyShare;
  readonly #open: OpenRequest;
  readonly #signal: AbortSignal;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What it was ended for. */
  failure: TransportError | undefined;

  constructor(limits: TransportLimits, share: BodyShare, open: OpenRequest, signal: AbortSignal) {
    this.#limits = limits;
    this.#share = share;
    this.#open = open;
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
    this.#startWhole();
  }

  /**
   * As node's http.request, which axios takes for the way to send a request. The answer's headers and body stay
   * here: axios would copy each header and watch the body once more, at a cost that is felt on each page.
   */
  readonly request = (options: RequestOptions, onArrival: (arrival: Arrival) => void): ClientRequest => {
    const { connectTimeout, headersTimeout, idleTimeout, maxBody } = this.#limits;
    const isSecure = options.protocol === 'https:';
    const headers = this.#start(headersTimeout, NO_ANSWER, 'no answer');
    const request = this.#open(options, (response) => {
      this.#end(headers);
      if (Number(response.headers['content-length']) > maxBody) {
        this.#fail(tooLarge(maxBody));
        return;
      }
      request.setTimeout(idleTimeout);
      this.#response = response;
      onArrival({ statusCode: response.statusCode ?? 0, headers: NO_HEADERS });
    });
    // Within the answer, its stream is told less: that the connection has gone.
    request.on('error', (error) => (this.failure ??= toTransportError(error)));
    request.on('timeout', () => this.#exceed(idleTimeout, STALLED, 'the answer stopped: no byte'));
    // A switch to another protocol (101) is no answer: Node tells nobody who does not listen, so axios would
    // wait until the time is up.
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      request.emit('error', new TransportError('ERR_UPGRADE', 'the answer is a switch to another protocol'));
    });
    this.#request = request;
    request.once('socket', (socket) => {
      if (!socket.connecting) return;
      const connect = this.#start(connectTimeout, TIMED_OUT, 'no connection');
      socket.once(isSecure ? 'secureConnect' : 'connect', () => this.#end(connect));
    });
    return request;
  };

  /**
   * The answer that has arrived, once it is whole. What is beyond the usual size is read only when there is room.
   * @throws TransportError (TOO_LARGE), and whatever ends the stream before its end
   */
  async answer(): Promise<RawAnswer> {
    const response = this.#response;
    if (response === undefined) throw new TransportError(NO_ANSWER, 'no answer');
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
    return { status: response.statusCode ?? 0, headers, body: await this.#bodyOf(response) };
  }

  async #bodyOf(response: IncomingMessage): Promise<Buffer> {
    const { maxBody, usualBody } = this.#limits;
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBody) this.#fail(tooLarge(maxBody));
      else if (bytes > usualBody && !this.#share.isTaken) this.#waitForRoom(response);
    });
    try {
      await finished(response);
      if (this.failure !== undefined) throw this.failure;
      // An answer whose last bytes had come already has ended though it was paused.
      if (this.#share.isTaken) await this.#share.take();
      if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
      const body = Buffer.concat(chunks, bytes);
      chunks.forEach(freeBuffer);
      return body;
    } finally {
      // The connection, which is kept, keeps its last answer, and that its listeners.
      chunks.length = 0;
    }
  }

  /** Everything has come, or nothing more will. */
  stop(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#stopTimers();
  }

  readonly #abort = (): void =>
    this.#fail(new TransportError(ABORTED, 'stopped before the answer was whole'));

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #waitForRoom(response: IncomingMessage): void {
    response.pause();
    this.#stopTimers();
    this.#request?.setTimeout(0);
    void this.#share.take().then(() => {
      if (response.destroyed) return;
      this.#startWhole();
      this.#request?.setTimeout(this.#limits.idleTimeout);
      response.resume();
    });
  }

  #startWhole(): void {
    this.#start(this.#limits.wholeTimeout, STALLED, 'no whole answer');
  }

  #start(ms: number, code: string, what: string): NodeJS.Timeout {
    const timer = setTimeout(() => this.#exceed(ms, code, what), ms);
    this.#timers.add(timer);
    return timer;
  }

  #end(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  #exceed(ms: number, code: string, what: string): void {
    this.#fail(new TransportError(code, `${what} within ${ms / 1000} s`));
  }

  #fail(error: TransportError): void {
    this.failure ??= error;
    this.#request?.destroy(this.failure);
  }
}
