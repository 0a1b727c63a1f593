/** Small servers that answer as no API should: the stand-ins of a hostile, hijacked or broken one. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came in. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** ms */
  readonly time: number;
  /** 1 for the first request of this path. */
  readonly attempt: number;
}

/** Answers one request, properly or not. */
export type Attack = (response: ServerResponse, asked: Asked) => void;

export interface HostileServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  askedFor(path: string): readonly Asked[];
  /** Also those without a request. */
  readonly connections: () => number;
  /** Bytes that left for clients. */
  readonly bytesSent: () => number;
  close(): Promise<void>;
}

/** @param attackOf who answers a path */
export async function startHostileServer(
  attackOf: (path: string) => Attack | undefined,
): Promise<HostileServer> {
  const asked: Asked[] = [];
  const sockets: Socket[] = [];
  const askedFor = (path: string): Asked[] => asked.filter((one) => one.path === path);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hostile');
    const one: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      time: Date.now(),
      attempt: askedFor(url.pathname).length + 1,
    };
    asked.push(one);
    (attackOf(url.pathname) ?? reply(404, '{"message":"no such list"}'))(response, one);
  });
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
  });
  // A client that hangs up in the middle is what most of these attacks ask for.
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    askedFor,
    connections: () => sockets.length,
    bytesSent: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** An answer in good form; what it says is another matter. */
export function reply(status: number, body: string | Buffer, headers: OutgoingHttpHeaders = {}): Attack {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

/** Another answer for each attempt; the last one stays. */
export function inTurn(...attacks: readonly Attack[]): Attack {
  return (response, asked) => attacks[Math.min(asked.attempt, attacks.length) - 1]?.(response, asked);
}

/** Bytes in place of an answer, and the end of the connection. */
export function raw(...chunks: readonly (string | Buffer)[]): Attack {
  return ({ socket }) => {
    for (const chunk of chunks) socket?.write(chunk);
    socket?.end();
  };
}

const CHUNK = Buffer.alloc(1024 * 1024, 'a');

/** A body that goes on and on: one string of JSON, without end. @param bytes at which it ends after all */
export function endlessBody(status: number, bytes: number, headers: OutgoingHttpHeaders = {}): Attack {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.write('{"status":true,"data":[{"id":1,"padding":"');
    let sent = 0;
    const more = (): void => {
      while (sent < bytes && !response.destroyed) {
        sent += CHUNK.length;
        if (!response.write(CHUNK)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };
}
