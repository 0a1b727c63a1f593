import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  ServedRequest,
  ServerAddress,
  ServerMessage,
  ServerOptions,
  ServerQuestion,
} from './server-options.js';

/** A sandbox in a process of its own. */
export interface ServerProcess extends ServerAddress {
  /** The requests since the start or the last call. */
  takeRequests(): Promise<readonly ServedRequest[]>;
  /** @param ms that every reply of a cached page takes from now on */
  setLatency(ms: number): Promise<void>;
  stop(): Promise<void>;
}

const SERVER = fileURLToPath(new URL('dist/server.js', import.meta.url));

export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  // The server holds pages and a log of requests; none of that may make it slow towards the end.
  const child = fork(SERVER, [JSON.stringify(options)], { execArgv: ['--max-old-space-size=8192'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  function nextMessage<T extends ServerMessage['type']>(
    type: T,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    return new Promise((resolve, reject) => {
      const end = (code: number | null): void => {
        reject(new Error(`the server process ended with ${code ?? 'a signal'}`));
      };
      child.once('exit', end);
      child.once('message', (message: ServerMessage) => {
        child.off('exit', end);
        if (message.type === type) resolve(message as Extract<ServerMessage, { type: T }>);
        else reject(new Error(`the server process sent ${message.type} instead of ${type}`));
      });
    });
  }

  function ask<T extends ServerQuestion['type']>(
    question: ServerQuestion & { type: T },
  ): Promise<Extract<ServerMessage, { type: T }>> {
    const answer = nextMessage(question.type);
    child.send(question);
    return answer;
  }

  const { address } = await nextMessage('started');
  return {
    ...address,
    takeRequests: async () => (await ask({ type: 'requests' })).requests,
    setLatency: async (ms) => void (await ask({ type: 'latency', ms })),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Runs `work` with a server that is stopped afterwards, whatever happens. */
export async function withServer<T>(
  options: ServerOptions,
  work: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await startServer(options);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}
