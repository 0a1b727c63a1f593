/** A whole read against an API that is a function. */
import type { DeclarativeStream } from '../declarative/components.js';
import type { SendHttp } from '../declarative/requesters/http.js';
import type { RequestContext } from '../declarative/requesters/request-context.js';
import { readStreams } from '../declarative/streams/read-streams.js';
import type { AirbyteErrorTrace, AirbyteMessage, JsonObject, SyncMode } from '../protocol/messages.js';
import { Output } from '../protocol/output.js';
import type { StreamStates } from '../protocol/state.js';
import { requestContext } from './definitions.fixture.js';
import { FakeClock } from './fake-clock.fixture.js';
import { MemorySink } from './memory-sink.fixture.js';

/** What the API answers: a status with its body, or a body alone for a 200. */
export type Reply = { readonly status: number; readonly body: unknown } | { readonly body: unknown };

export interface FakeApi {
  readonly http: SendHttp;
  /** In the order of the requests. */
  readonly asked: readonly URL[];
}

/** @param reply text is sent as it is, other bodies as JSON */
export function fakeApi(reply: (url: URL) => Reply): FakeApi {
  const asked: URL[] = [];
  return {
    asked,
    http: async (request) => {
      const url = new URL(request.url);
      asked.push(url);
      const answer = reply(url);
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      return {
        status: 'status' in answer ? answer.status : 200,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(text),
      };
    },
  };
}

/** Page `page` of `perPage` records, with the number of pages and of records. */
export function pageOf(url: URL, records: readonly unknown[]): Reply {
  const page = Number(url.searchParams.get('page'));
  const size = Number(url.searchParams.get('perPage'));
  return {
    body: {
      status: true,
      data: records.slice((page - 1) * size, page * size),
      meta: { pageCount: Math.ceil(records.length / size), total: records.length },
    },
  };
}

export interface Dated {
  readonly id: number;
  readonly createdAt: string;
}

/** A list that filters by `from` and `to` and has the newest first, as the vendors' do. */
export function listBetween(url: URL, records: readonly Dated[]): Reply {
  const from = url.searchParams.get('from') ?? '';
  const to = url.searchParams.get('to') ?? '9999';
  return pageOf(
    url,
    records
      .filter(({ createdAt }) => createdAt >= from && createdAt <= to)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt)),
  );
}

/** Start date and end of a read; Unix ms. */
export const START = Date.parse('2024-01-01T00:00:00.000Z');
export const NOW = Date.parse('2024-06-15T12:00:00.000Z');

export function at(ms: number): string {
  return new Date(ms).toISOString();
}

/** So many records, evenly from the start date to now. */
export function spread(count: number): Dated[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    createdAt: at(START + Math.floor(((NOW - START) / count) * id)),
  }));
}

export function sorted(values: readonly unknown[]): number[] {
  return values.map(Number).sort((a, b) => a - b);
}

/** In the order in which the records came. */
export function idsOf(run: ReadRun, stream = 'orders'): unknown[] {
  return run.records(stream).map(({ id }) => id);
}

interface ReadOptions {
  readonly configured?: readonly string[];
  readonly syncMode?: SyncMode;
  readonly states?: StreamStates;
  readonly startDate?: string;
  /** As if the config had no start date. */
  readonly takesEarlier?: boolean;
  readonly endDate?: string;
  /** @default 4 */
  readonly numWorkers?: number;
  readonly context?: Partial<RequestContext>;
}

export interface ReadRun {
  readonly messages: readonly AirbyteMessage[];
  readonly lines: readonly string[];
  /** What readStreams threw. */
  readonly thrown: unknown;
  /** `STARTED`, `RUNNING`, `RECORD`, `STATE`, `ERROR`, `COMPLETE`, … of one stream, runs of RECORD as one. */
  readonly course: (stream: string) => string[];
  readonly records: (stream: string) => JsonObject[];
  readonly states: (stream: string) => JsonObject[];
  readonly errors: readonly AirbyteErrorTrace['error'][];
  readonly logs: readonly string[];
}

/** The stream that a message is about, and what it says. */
function stepOf(message: AirbyteMessage): [string | undefined, string] {
  if (message.type === 'RECORD') return [message.record.stream, 'RECORD'];
  if (message.type === 'STATE') return [message.state.stream.stream_descriptor.name, 'STATE'];
  if (message.type !== 'TRACE') return [undefined, message.type];
  const { trace } = message;
  if (trace.type === 'ERROR') return [trace.error.stream_descriptor?.name, 'ERROR'];
  const { stream_descriptor, status, reasons } = trace.stream_status;
  return [stream_descriptor.name, reasons === undefined ? status : `${status} ${reasons[0]?.type ?? ''}`];
}

export async function runRead(
  streams: readonly DeclarativeStream[],
  api: FakeApi,
  options: ReadOptions = {},
): Promise<ReadRun> {
  const sink = new MemorySink();
  const clock = new FakeClock();
  const { configured = streams.map(({ name }) => name), syncMode = 'incremental', context } = options;
  const catalog = {
    streams: configured.map((name) => ({
      stream: { name },
      sync_mode: syncMode,
      destination_sync_mode: 'append' as const,
    })),
  };
  const thrown: unknown = await readStreams(streams, catalog, options.states ?? new Map(), {
    requests: requestContext({ http: api.http, clock, ...context }),
    output: new Output({ sink, now: clock.now }),
    startDate: options.startDate ?? '2024-01-01T00:00:00.000Z',
    takesEarlier: options.takesEarlier ?? false,
    endDate: options.endDate,
    lookbackDays: 0,
    numWorkers: options.numWorkers ?? 4,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  const { messages, lines } = sink;
  return {
    messages,
    lines,
    thrown,
    course: (stream) =>
      messages
        .map(stepOf)
        .flatMap(([name, step]) => (name === stream ? [step] : []))
        .filter((step, i, all) => step !== 'RECORD' || all[i - 1] !== 'RECORD'),
    records: (stream) =>
      messages.flatMap((one) =>
        one.type === 'RECORD' && one.record.stream === stream ? [one.record.data] : [],
      ),
    states: (stream) =>
      messages.flatMap((one) =>
        one.type === 'STATE' && one.state.stream.stream_descriptor.name === stream
          ? [one.state.stream.stream_state]
          : [],
      ),
    errors: messages.flatMap((one) =>
      one.type === 'TRACE' && one.trace.type === 'ERROR' ? [one.trace.error] : [],
    ),
    logs: messages.flatMap((one) => (one.type === 'LOG' ? [`${one.log.level} ${one.log.message}`] : [])),
  };
}
