import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);

/** Smaller bodies go out plain, as content networks do it. */
const COMPRESS_FROM = 1024; // bytes
/** Longer than any client's pool keeps a socket, so that the server never closes one that is about to be used. */
const KEEP_ALIVE = 65_000; // ms

export interface SandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /**
   * How the bytes leave: `cut` announces the whole length, sends half of the body and destroys the socket; `reset`
   * destroys it before any byte; `stall` never answers.
   */
  readonly wire?: 'cut' | 'reset' | 'stall';
}

export interface RequestLogEntry {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** 0 where no status was sent. */
  readonly status: number;
  /** When the request came in, ms. */
  readonly time: number;
}

export type Encoding = 'br' | 'gzip';

export interface ServerOptions {
  readonly handle: (request: SandboxRequest) => Reply | Promise<Reply>;
  /** @default 0, any free port */
  readonly port?: number;
  readonly clock?: () => number;
  /** Offered encodings, best first; the request's Accept-Encoding decides. @default none */
  readonly encodings?: readonly Encoding[];
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly requests: RequestLogEntry[];
  close(): Promise<void>;
}

async function encode(body: Buffer, encoding: Encoding | undefined): Promise<Buffer> {
  if (encoding === 'gzip') return gzipAsync(body, { level: 1 });
  if (encoding === 'br') return brotliAsync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  return body;
}

function accepts(header: string | string[] | undefined, encoding: Encoding): boolean {
  return String(header ?? '')
    .split(',')
    .some((part) => {
      const [name, quality] = part.trim().split(/\s*;\s*q=/);
      return name === encoding && Number(quality ?? 1) > 0;
    });
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  encodings: readonly Encoding[],
): Promise<void> {
  if (reply.wire === 'stall') return;
  if (reply.wire === 'reset') {
    request.socket.destroy();
    return;
  }
  const plain = Buffer.from(reply.body);
  const encoding =
    plain.length < COMPRESS_FROM
      ? undefined
      : encodings.find((name) => accepts(request.headers['accept-encoding'], name));
  const bytes = await encode(plain, encoding);
  response.writeHead(reply.status, {
    'content-type': 'application/json; charset=utf-8',
    ...reply.headers,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding, vary: 'Accept-Encoding' }),
    'content-length': bytes.length,
  });
  if (reply.wire === 'cut') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
    return;
  }
  response.end(bytes);
}

function bugReply(error: unknown): Reply {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`sandbox: ${text}`);
  return { status: 500, headers: { 'content-type': 'text/plain' }, body: `bug in the sandbox: ${text}` };
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { handle, port = 0, clock = Date.now, encodings = [] } = options;
  const requests: RequestLogEntry[] = [];

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const time = clock();
    message.resume();
    const url = new URL(message.url ?? '/', 'http://sandbox');
    const method = message.method ?? 'GET';
    const request = { method, path: url.pathname, query: url.searchParams, headers: message.headers };
    let reply: Reply;
    try {
      reply = await handle(request);
    } catch (error) {
      reply = bugReply(error);
    }
    const status = reply.wire === 'reset' || reply.wire === 'stall' ? 0 : reply.status;
    requests.push({ method, path: url.pathname, query: Object.fromEntries(url.searchParams), status, time });
    await send(message, response, reply, encodings);
  }

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (message, response) => {
    serve(message, response).catch((error: unknown) => {
      bugReply(error);
      message.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    requests,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
