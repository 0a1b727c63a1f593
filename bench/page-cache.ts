import { createServer, get as httpGet } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServedRequest } from './server-options.js';

interface Page {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

const PASSED_ON = ['content-type', 'content-encoding', 'vary', 'content-length'] as const;

function fetchPage(url: string, headers: IncomingHttpHeaders): Promise<Page> {
  return new Promise((resolve, reject) => {
    httpGet(url, { headers: { ...headers, connection: 'keep-alive' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const kept = PASSED_ON.filter((name) => response.headers[name] !== undefined);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(kept.map((name) => [name, response.headers[name]])),
          body: Buffer.concat(chunks),
        });
      });
    }).on('error', reject);
  });
}

export interface PageCache {
  readonly url: string;
  readonly requests: ServedRequest[];
  /** @param ms that every reply takes from now on */
  readonly setLatency: (ms: number) => void;
}

/**
 * Stands in front of a sandbox and keeps its pages as the bytes that went out. Making a page costs the sandbox
 * several times what reading it costs; without this, whoever is measured would mostly wait.
 */
export async function startPageCache(origin: string): Promise<PageCache> {
  let latency = 0; // ms
  const pages = new Map<string, Promise<Page>>();
  const requests: ServedRequest[] = [];
  const server = createServer({ keepAliveTimeout: 65_000 }, (message, response) => {
    const time = Date.now();
    const path = message.url ?? '/';
    const key = `${message.headers['accept-encoding'] ?? ''} ${path}`;
    const page = pages.get(key) ?? fetchPage(origin + path, message.headers);
    pages.set(key, page);
    const delay = latency > 0 ? sleep(latency) : undefined;
    Promise.all([page, delay]).then(
      ([{ status, headers, body }]) => {
        requests.push({ time, status });
        response.writeHead(status, headers).end(body);
      },
      () => {
        pages.delete(key);
        message.socket.destroy();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, setLatency: (ms) => void (latency = ms) };
}
