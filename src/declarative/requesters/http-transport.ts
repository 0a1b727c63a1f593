/**
 * The only place that opens connections. GET and nothing else; no redirects, because the key would follow
 * them to another host; bodies as bytes.
 */
import http from 'node:http';
import https from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import axios, { AxiosHeaders } from 'axios';
import type { AxiosRequestConfig } from 'axios';
import { systemError } from '../../protocol/errors.js';
import { BodyRoom, BodyShare } from './body-room.js';
import { Exchange } from './exchange.js';
import type { OpenRequest, TransportLimits } from './exchange.js';
import { freeBuffer } from './free-buffer.js';
import type { SendHttp } from './http.js';
import { Slots } from './slots.js';
import {
  ABORTED,
  toTransportError,
  TransportError,
  UNKNOWN_ENCODING,
  UNPACKS_TOO_LARGE,
} from './transport-error.js';

/** By the default imports, whose property tests replace. */
const open: OpenRequest = (options, onResponse) =>
  (options.protocol === 'https:' ? https : http).request(options, onResponse);

const MEBIBYTE = 1024 * 1024;

/** Large bodies of the largest size for which there is room at a time. */
const LARGE_BODIES = 2;
/**
 * Memory that a body takes, in its own size: what came and what is unpacked of it, later the page and the lines
 * that are written of it.
 */
const COPIES = 2;

/**
 * Bodies that are unpacked at a time, until they are used: one program can use one at a time, and the others wait
 * in a tenth of the memory.
 */
const UNPACKED_BODIES = 4;

/** Pages of records shrink to a tenth or less; with room for so much more, they are unpacked in one piece. */
const SHRINKAGE = 16;

function decompress(body: Buffer, encoding: string | undefined, maxOutputLength: number): Buffer {
  if (body.length === 0) return body;
  const chunkSize = Math.min(maxOutputLength, Math.max(1024, SHRINKAGE * body.length));
  const options = { maxOutputLength, chunkSize };
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
      // Not quoted: in another spelling a secret could not be found in it.
      throw new TransportError(UNKNOWN_ENCODING, 'the answer is compressed in an unknown way');
  }
}

/** The pause that axios sets, too: otherwise the system is told of another one twice a request. */
const KEEP_ALIVE = { keepAlive: true, keepAliveMsecs: 60_000 };

export interface HttpTransport {
  readonly send: SendHttp;
  /** Closes idle connections, so that the process can end. */
  close(): void;
}

/**
 * Axios sends, with the settings that cost least (about a third of its default CPU time per page): no transforms,
 * answers read by Exchange, zlib's synchronous functions instead of its own streams, keep-alive.
 */
export function createHttpTransport(given: Partial<TransportLimits> = {}): HttpTransport {
  const limits: TransportLimits = {
    connectTimeout: 15_000,
    headersTimeout: 60_000,
    idleTimeout: 30_000,
    wholeTimeout: 300_000,
    maxBody: 16 * MEBIBYTE,
    usualBody: 2 * MEBIBYTE,
    ...given,
  };
  const { maxBody, usualBody } = limits;
  const room = new BodyRoom(LARGE_BODIES * COPIES * maxBody);
  const places = new Slots(UNPACKED_BODIES);
  // One of them is used: for TLS, Node loads three times as much.
  const agents: { http?: http.Agent; https?: https.Agent } = {};
  const agentFor = (url: string): Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'> => {
    if (!url.startsWith('https:')) return { httpAgent: (agents.http ??= new http.Agent(KEEP_ALIVE)) };
    // Whatever the environment allows (NODE_TLS_REJECT_UNAUTHORIZED): the key goes to the vendor alone.
    return { httpsAgent: (agents.https ??= new https.Agent({ ...KEEP_ALIVE, rejectUnauthorized: true })) };
  };
  // Axios' own way to the network, without what it does around it for browsers, forms and interceptors: that
  // costs as much again for each request.
  const adapter = axios.getAdapter('http');
  const settings = {
    responseType: 'stream' as const,
    transformResponse: [],
    // `transport` below follows none in any case.
    maxRedirects: 0,
    decompress: false,
    // A proxy named in the environment would see the plain request.
    proxy: false as const,
    validateStatus: () => true,
  };

  /**
   * What the body becomes is known only afterwards: large ones are begun anew once there is room. Meanwhile they
   * hold no place, since those who have the room may wait for one.
   */
  async function unpack(body: Buffer, encoding: string | undefined, share: BodyShare): Promise<Buffer> {
    const isSmall = !share.isTaken && usualBody < maxBody;
    try {
      return decompress(body, encoding, isSmall ? usualBody : maxBody);
    } catch (error) {
      if (!isSmall || (error as NodeJS.ErrnoException).code !== UNPACKS_TOO_LARGE) throw error;
    }
    places.giveBack();
    await share.take();
    await places.take();
    return decompress(body, encoding, maxBody);
  }

  const send: SendHttp = async ({ method, url, headers, signal }) => {
    // The type says so already; a key that can move money deserves a second lock.
    if (method !== 'GET') throw systemError('Only GET requests are sent.');
    if (signal.aborted) throw new TransportError(ABORTED, 'stopped before the request');
    const share = new BodyShare(room, COPIES * maxBody);
    let hasPlace = false;
    let unpacked: Buffer | undefined;
    const release = (): void => {
      if (unpacked !== undefined) freeBuffer(unpacked);
      share.release();
      if (hasPlace) places.giveBack();
      hasPlace = false;
    };
    const exchange = new Exchange(limits, share, open, signal);
    try {
      await adapter({
        ...settings,
        ...agentFor(url),
        method,
        url,
        headers: new AxiosHeaders({ ...headers, 'Accept-Encoding': 'br, gzip' }),
        transport: exchange,
      });
      const { status, headers: received, body: raw } = await exchange.answer();
      exchange.stop();
      const encoding = received['content-encoding']?.toLowerCase();
      await places.take();
      hasPlace = true;
      const body = await unpack(raw, encoding, share);
      if (body !== raw) freeBuffer(raw);
      unpacked = body;
      share.shrinkTo(body.length <= usualBody ? 0 : COPIES * body.length);
      return { status, headers: received, body, release };
    } catch (error) {
      release();
      throw exchange.failure ?? toTransportError(error);
    } finally {
      exchange.stop();
    }
  };

  return {
    send,
    close() {
      agents.http?.destroy();
      agents.https?.destroy();
    },
  };
}
