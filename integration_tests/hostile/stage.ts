/** Runs the built program against hostile servers, several at a time, because most of the time they wait. */
import { DAY_MS } from '../../src/declarative/durations.js';
import type { AirbyteErrorTrace, JsonObject, StreamStatus } from '../../src/protocol/messages.js';
import { createConnector, groupMessages } from '../connector-runner.js';
import type { ChildWithOutput } from '../child-output.js';
import type { ConnectorRun, Messages } from '../connector-runner.js';
import { reply, startHostileServer } from '../hostile-server.js';
import type { Asked, Attack, HostileServer } from '../hostile-server.js';
import { watchMemory } from '../process-memory.js';
import type { ProcessMemory } from '../process-memory.js';
import { TARGETS } from './targets.js';
import type { ProviderName } from './targets.js';

/** Five retries take 15 to 20 s on a quiet machine; a loaded one must not make a test fail. */
export const MAX_PLAY_MS = 120_000;
const AT_A_TIME = 8;
/** MiB at which a run is ended, to spare the machine; no test allows as much. */
const RUNAWAY = 1024;

/** One process of the program, and what the lists that it reads answer. */
export interface Play {
  readonly title: string;
  readonly provider: ProviderName;
  /** By stream. All other lists answer as they should. */
  readonly attacks: Readonly<Record<string, Attack>>;
  /** Streams that are read besides those. @default ['plans'] */
  readonly beside?: readonly string[];
  /** @default 'read' */
  readonly command?: 'read' | 'check';
  readonly watch?: (child: ChildWithOutput, server: HostileServer) => void;
}

export interface Outcome extends ConnectorRun {
  readonly read: Messages;
  readonly asked: readonly Asked[];
  /** The requests for a stream's list. */
  readonly askedFor: (stream: string) => readonly Asked[];
  /** By the hostile API, all in all. */
  readonly bytesSent: number;
  /** MiB; undefined where the system does not tell. */
  readonly peakMemory: number | undefined;
  readonly statusOf: (stream: string) => StreamStatus | undefined;
  readonly errorsOf: (stream: string) => readonly AirbyteErrorTrace['error'][];
}

export interface StagedPlay {
  readonly play: Play;
  readonly outcome: () => Promise<Outcome>;
}

export interface Stage {
  /** URL of a server to which nothing must ever come; it is known once the stage has started. */
  readonly elsewhere: () => string;
  readonly plays: readonly StagedPlay[];
  /** @returns what comes of it, after `start` */
  add(play: Play): () => Promise<Outcome>;
  start(): Promise<void>;
  /** Connections that were made elsewhere, with a request or without. */
  arrivals(): number;
  close(): Promise<void>;
}

function configOf(provider: ProviderName): JsonObject {
  const start = new Date(Date.now() - 2 * DAY_MS).toISOString();
  return {
    provider: { name: provider, secret_key: TARGETS[provider].secretKey },
    start_date: `${start.slice(0, 19)}Z`,
    requests_per_minute: 100_000,
  };
}

function catalogOf(streams: readonly string[]): object {
  return {
    streams: streams.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
}

async function act(play: Play): Promise<Outcome> {
  const { streamAt, pathOf, environment, page } = TARGETS[play.provider];
  const attacks = new Map(Object.entries(play.attacks));
  const server = await startHostileServer((path) => {
    const stream = streamAt(path);
    return stream === undefined ? undefined : (attacks.get(stream) ?? reply(200, page()));
  });
  const connector = createConnector({ ...environment(server.url), LOG_LEVEL: 'debug' }, MAX_PLAY_MS);
  let memory: ProcessMemory | undefined;
  try {
    const config = configOf(play.provider);
    const catalog = catalogOf([...attacks.keys(), ...(play.beside ?? ['plans'])]);
    const watch = (child: ChildWithOutput): void => {
      if (child.pid !== undefined) {
        memory = watchMemory(child.pid, ({ peak }) => {
          if (peak > RUNAWAY) child.kill('SIGKILL');
        });
      }
      play.watch?.(child, server);
    };
    const run =
      play.command === 'check'
        ? await connector.check(config, watch)
        : await connector.read({ config, catalog }, watch);
    const read = groupMessages(run);
    return {
      ...run,
      read,
      asked: server.asked,
      askedFor: (stream) => server.askedFor(pathOf(stream)),
      bytesSent: server.bytesSent(),
      peakMemory: memory?.peak(),
      statusOf: (stream) => read.statusesOf(stream).at(-1)?.status,
      errorsOf: (stream) =>
        read.errors.map(({ error }) => error).filter((error) => error.stream_descriptor?.name === stream),
    };
  } finally {
    memory?.stop();
    connector.close();
    await server.close();
  }
}

export function createStage(): Stage {
  const plays: (StagedPlay & { run: () => Promise<void> })[] = [];
  let elsewhere: HostileServer | undefined;
  let started: Promise<void> = Promise.resolve();
  return {
    plays,
    elsewhere() {
      if (elsewhere === undefined) throw new Error('the stage has not started');
      return elsewhere.url;
    },
    add(play) {
      let settle: (outcome: Promise<Outcome>) => void = () => undefined;
      const settled = new Promise<Outcome>((resolve) => (settle = resolve));
      const run = async (): Promise<void> => {
        const acted = act(play);
        settle(acted);
        await acted.catch(() => undefined);
      };
      plays.push({ play, outcome: () => settled, run });
      return () => settled;
    },
    async start() {
      elsewhere = await startHostileServer(() => reply(200, '{"status":true,"data":[]}'));
      const queue = [...plays];
      const worker = async (): Promise<void> => {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next.run();
      };
      started = Promise.all(Array.from({ length: AT_A_TIME }, worker)).then(() => undefined);
    },
    arrivals: () => elsewhere?.connections() ?? 0,
    async close() {
      await started;
      await elsewhere?.close();
    },
  };
}
