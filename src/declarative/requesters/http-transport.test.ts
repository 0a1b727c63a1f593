/** Against real sockets, because it is their phases that are timed. */
import { getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpResponse } from './http.js';
import { createHttpTransport } from './http-transport.js';
import { TOO_LARGE } from './transport-error.js';

const cleanup: (() => void)[] = [];
afterEach(() => cleanup.splice(0).forEach((end) => end()));

/** @returns host and port */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.push(() => {
    sockets.forEach((socket) => socket.destroy());
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(
  url: string,
  limits: Parameters<typeof createHttpTransport>[0] = {},
  signal = new AbortController().signal,
): Promise<HttpResponse> {
  const transport = createHttpTransport(limits);
  cleanup.push(() => transport.close());
  return transport.send({ method: 'GET', url, headers: {}, signal });
}

const serve = (handler: RequestListener): Promise<string> => listen(createServer(handler));

describe('an exchange that takes too long', () => {
  test('is ended while the connection is made, TLS included', async () => {
    const host = await listen(createTcpServer(() => undefined));
    await expect(get(`https://${host}/`, { connectTimeout: 30 })).rejects.toMatchObject({
      code: 'ETIMEDOUT',
      message: 'no connection within 0.03 s',
    });
  });

  test('is ended before the answer begins', async () => {
    const host = await serve(() => undefined);
    await expect(get(`http://${host}/`, { headersTimeout: 30, idleTimeout: 5 })).rejects.toMatchObject({
      code: 'ERR_NO_ANSWER',
      message: 'no answer within 0.03 s',
    });
  });

  test('is ended when the answer stops in the middle', async () => {
    const host = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('{"data":[');
    });
    await expect(get(`http://${host}/`, { idleTimeout: 30 })).rejects.toMatchObject({
      code: 'ERR_ANSWER_STALLED',
      message: 'the answer stopped: no byte within 0.03 s',
    });
  });

  test('is ended when the answer trickles for ever', async () => {
    const host = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      cleanup.push(() => clearInterval(timer));
    });
    await expect(get(`http://${host}/`, { idleTimeout: 10_000, wholeTimeout: 60 })).rejects.toMatchObject({
      code: 'ERR_ANSWER_STALLED',
      message: 'no whole answer within 0.06 s',
    });
  });

  test('is not one that waits long for its answer and then gets it, whatever the idle time', async () => {
    const host = await serve((_, response) => {
      setTimeout(() => response.end('{}'), 400);
    });
    await expect(get(`http://${host}/`, { idleTimeout: 150 })).resolves.toMatchObject({ status: 200 });
  });
});

describe('a request that was given up', () => {
  test('before is not sent', async () => {
    const asked: (string | undefined)[] = [];
    const host = await serve(({ url }, response) => {
      asked.push(url);
      response.end('{}');
    });
    await expect(get(`http://${host}/`, {}, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
    expect(asked).toEqual([]);
  });

  test('while the answer is awaited ends at once', async () => {
    const controller = new AbortController();
    const host = await serve(() => controller.abort());
    await expect(get(`http://${host}/`, {}, controller.signal)).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
  });

  test('while the answer comes ends at once', async () => {
    const controller = new AbortController();
    const host = await serve((_, response) => {
      response.write('{"data":[', () => setTimeout(() => controller.abort(), 20));
    });
    await expect(get(`http://${host}/`, {}, controller.signal)).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
  });
});

describe('a body', () => {
  const big = Buffer.alloc(1_000_000, ' ');
  test.each<[string, Buffer, Record<string, string>]>([
    ['as it comes', big, {}],
    ['unpacked with gzip', gzipSync(big), { 'Content-Encoding': 'gzip' }],
    ['unpacked with brotli', brotliCompressSync(big), { 'Content-Encoding': 'br' }],
  ])('that is too large %s is refused as such', async (_, body, headers) => {
    const host = await serve((_request, response) => response.writeHead(200, headers).end(body));
    await expect(get(`http://${host}/`, { maxBody: 100_000 })).rejects.toMatchObject({ code: TOO_LARGE });
  });

  test('that says that it is too large is refused before it is read', async () => {
    let sent = 0;
    const host = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': 100_001 });
      response.write('{', () => sent++);
    });
    await expect(get(`http://${host}/`, { maxBody: 100_000 })).rejects.toMatchObject({ code: TOO_LARGE });
    expect(sent).toBeLessThan(2);
  });

  test.each<[string, Buffer, Record<string, string>]>([
    ['gzip', gzipSync('{"data":[]}').subarray(0, 20), { 'Content-Encoding': 'gzip' }],
    ['brotli', brotliCompressSync('{"data":[]}').subarray(0, 8), { 'Content-Encoding': 'br' }],
    ['no', Buffer.from('{"data":['), { 'Content-Length': '11', Connection: 'close' }],
  ])('that is cut, with %s compression, is not an answer', async (_, body, headers) => {
    const host = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.write(body, () => response.destroy());
      if (headers['Content-Encoding'] !== undefined) response.end();
    });
    await expect(get(`http://${host}/`)).rejects.toMatchObject({ name: 'TransportError' });
  });
});

describe('large bodies', () => {
  const LARGE = Buffer.alloc(50_000, ' ');
  const SMALL = Buffer.alloc(900, ' ');
  /** There is room for two bodies that are read or used at a time. */
  const limits = { usualBody: 1000, maxBody: 60_000 };

  /** A server whose answers are of both kinds, and a transport. `/packed/…` is small until it is unpacked. */
  async function stage(): Promise<(path: string) => Promise<HttpResponse>> {
    const host = await serve(({ url = '' }, response) => {
      if (url.startsWith('/small')) response.end(SMALL);
      else if (url.startsWith('/packed')) {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(LARGE));
      } else response.end(LARGE);
    });
    const transport = createHttpTransport(limits);
    cleanup.push(() => transport.close());
    const { signal } = new AbortController();
    return (path) => transport.send({ method: 'GET', url: `http://${host}/${path}`, headers: {}, signal });
  }

  test.each(['large', 'packed'])('wait for each other (%s), small ones for nobody', async (kind) => {
    const ask = await stage();
    const [first, second] = [await ask(`${kind}/1`), await ask(`${kind}/2`)];
    const arrived: string[] = [];
    const third = ask(`${kind}/3`).then((response) => {
      arrived.push('third');
      return response;
    });
    // Many of them, one after the other: time enough for the third one.
    for (let i = 0; i < 20; i++) {
      const small = await ask('small');
      expect(small.body).toHaveLength(900);
      small.release?.();
    }
    arrived.push('small ones');
    first.release?.();
    first.release?.();
    expect((await third).body.equals(LARGE)).toBe(true);
    expect(arrived).toEqual(['small ones', 'third']);
    second.release?.();
    (await third).release?.();
  });

  test('of any size are unpacked only as others are used', async () => {
    const ask = await stage();
    const used = await Promise.all(Array.from({ length: 4 }, () => ask('small')));
    let isThere = false;
    const fifth = ask('small').then((response) => {
      isThere = true;
      return response;
    });
    // Another answer has come and gone meanwhile.
    const host = await serve((_, response) => response.end());
    await get(`http://${host}/`);
    expect(isThere).toBe(false);
    used.forEach(({ release }) => release?.());
    expect((await fifth).body).toHaveLength(900);
  });

  test('that are still coming and such as wait to be unpacked do not wait for each other', async () => {
    const rest: (() => void)[] = [];
    const host = await serve(({ url = '' }, response) => {
      if (url.startsWith('/packed')) {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(LARGE));
        return;
      }
      response.writeHead(200, { 'Content-Length': LARGE.length });
      response.write(LARGE.subarray(0, 5000));
      rest.push(() => response.end(LARGE.subarray(5000)));
    });
    const transport = createHttpTransport(limits);
    cleanup.push(() => transport.close());
    const { signal } = new AbortController();
    const ask = async (path: string): Promise<number> => {
      const { body, release } = await transport.send({
        method: 'GET',
        url: `http://${host}/${path}`,
        headers: {},
        signal,
      });
      const { length } = body;
      release?.();
      return length;
    };
    // They have the room.
    const coming = [ask('large'), ask('large')];
    while (rest.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    // More than are unpacked at a time.
    const packed = Array.from({ length: 6 }, () => ask('packed'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const end of rest) end();
    expect(await Promise.all([...coming, ...packed])).toEqual(Array<number>(8).fill(LARGE.length));
  });

  test('that never come leave their room to others', async () => {
    const host = await serve((_, response) => {
      response.writeHead(200, { 'Content-Length': LARGE.length });
      response.write(LARGE.subarray(0, 5000));
    });
    const transport = createHttpTransport({ ...limits, idleTimeout: 20 });
    cleanup.push(() => transport.close());
    const { signal } = new AbortController();
    const send = () => transport.send({ method: 'GET', url: `http://${host}/`, headers: {}, signal });
    const asked = await Promise.allSettled(Array.from({ length: 5 }, send));
    const stopped = { status: 'rejected', reason: { code: 'ERR_ANSWER_STALLED' } };
    expect(asked).toMatchObject(Array.from({ length: 5 }, () => stopped));
  });

  test('that wait for room are not taken for silent ones', async () => {
    const host = await serve((_, response) => response.end(LARGE));
    const transport = createHttpTransport({ ...limits, idleTimeout: 150, wholeTimeout: 300 });
    cleanup.push(() => transport.close());
    const { signal } = new AbortController();
    const send = () => transport.send({ method: 'GET', url: `http://${host}/`, headers: {}, signal });
    const [first] = [await send(), await send()];
    const third = send();
    const late = await Promise.race([
      third.catch((error: unknown) => error),
      new Promise((resolve) => setTimeout(resolve, 600)),
    ]);
    expect(late).toBeUndefined();
    first.release?.();
    await expect(third).resolves.toMatchObject({ status: 200 });
  });
});

test('no redirect is followed', async () => {
  const asked: (string | undefined)[] = [];
  const other = await serve((request, response) => {
    asked.push(request.url);
    response.end('{}');
  });
  const host = await serve((_, response) => response.writeHead(302, { Location: `http://${other}/` }).end());
  await expect(get(`http://${host}/`)).resolves.toMatchObject({ status: 302 });
  expect(asked).toEqual([]);
});

test('an exchange that is over no longer listens for the end of the run', async () => {
  const host = await serve((request, response) => {
    if (request.url === '/fails') response.destroy();
    else response.end('{}');
  });
  const { signal } = new AbortController();
  for (const path of ['works', 'fails', 'works'])
    await get(`http://${host}/${path}`, {}, signal).catch(() => undefined);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
