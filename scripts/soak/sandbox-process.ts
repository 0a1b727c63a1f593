import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Question, SandboxSettings } from './sandbox-messages.js';

/** The sandbox as the soak sees it. */
export interface SandboxProcess {
  readonly environment: Readonly<Record<string, string>>;
  readonly secretKey: string;
  /** The ids that the API holds. */
  ids(stream: string): AsyncIterable<readonly string[]>;
  /** New records in front. @returns their ids */
  add(stream: string, count: number): Promise<string[]>;
  /** Requests so far. */
  requests(): Promise<number>;
  close(): void;
}

export async function startSandboxProcess(settings: SandboxSettings): Promise<SandboxProcess> {
  const child = fork(fileURLToPath(new URL('./sandbox-child.ts', import.meta.url)), [
    JSON.stringify(settings),
  ]);
  child.once('exit', (code) => {
    if (code !== null && code !== 0) throw new Error(`the sandbox ended with code ${code}`);
  });
  const answer = async (question?: Question): Promise<Answer> => {
    const answered = once(child, 'message') as Promise<[Answer]>;
    if (question !== undefined) child.send(question);
    const [one] = await answered;
    return one;
  };
  const ready = await answer();
  if (ready.type !== 'ready') throw new Error('the sandbox did not start');

  async function* portions(question: Question): AsyncGenerator<readonly string[], void, void> {
    const answers = on(child, 'message') as AsyncIterableIterator<[Answer]>;
    child.send(question);
    for await (const [one] of answers) {
      if (one.type !== 'ids' || one.ids.length === 0) return;
      yield one.ids;
    }
  }

  return {
    environment: ready.environment,
    secretKey: ready.secretKey,
    ids: (stream) => portions({ type: 'ids', stream }),
    async add(stream, count) {
      const added: string[] = [];
      for await (const ids of portions({ type: 'add', stream, count })) added.push(...ids);
      return added;
    },
    async requests() {
      const one = await answer({ type: 'requests' });
      return one.type === 'requests' ? one.count : 0;
    },
    close: () => void child.kill('SIGKILL'),
  };
}
