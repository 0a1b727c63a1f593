import { configError, StoppedError, toTracedError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import type { DeclarativeSource, DeclarativeStream } from '../components.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import { fullRefreshCursor } from '../incremental/cursor.js';
import { DatetimeCursor } from '../incremental/datetime-cursor.js';
import { ParentStream } from '../partition-routers/parent-stream.js';
import { ApiUnavailableError } from '../requesters/error-handler.js';
import type { RequestContext } from '../requesters/request-context.js';
import { RateLimitedError } from '../requesters/requester.js';
import { createRetriever } from '../retrievers/retriever.js';
import type { ListListener } from '../retrievers/retriever.js';
import { NO_PARTITION } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';

/** Empty lists of parents after which a check looks no further for one. */
const MAX_EMPTY_LISTS = 5;

/** What a key can do. */
export interface CheckResult {
  /** Names of the streams that can be read. */
  readonly readable: readonly string[];
  /** Names of those that could not be tried, since the API limits the rate of requests. */
  readonly untried: readonly string[];
  readonly unreadable: readonly { readonly name: string; readonly error: TracedError }[];
}

const listener: ListListener = {
  warn: () => undefined,
  requested: () => undefined,
  rateLimited: () => undefined,
  listRead: () => undefined,
};

/** @throws TracedError if the stream cannot be read */
async function probe(stream: DeclarativeStream, context: RequestContext): Promise<void> {
  const router = stream.retriever.partition_router;
  let partition = NO_PARTITION;
  let parameters = rangeOfLastDay(stream, context);
  if (router !== undefined) {
    const parents = new ParentStream(router, fullRefreshCursor(0), context, listener);
    const found = await firstPartition(parents);
    // Without a parent there is nothing to try, and nothing to read either.
    if (found === undefined) return;
    partition = found;
    if (router.parent_stream_configs[0].incremental_dependency) parameters = {};
  }
  const retriever = createRetriever(
    { definition: stream.retriever, capture: [], keyPlaces: [], pagesAtATime: 1 },
    context,
    listener,
  );
  const firstPageOnly = { isEnough: true, done: Promise.resolve() };
  await retriever.read({ partition, parameters }, () => firstPageOnly, true);
}

/** The date parameters of a stream's newest slice; some lists cannot be asked for without. */
function rangeOfLastDay(
  { name, incremental_sync }: DeclarativeStream,
  context: RequestContext,
): Record<string, string> {
  if (incremental_sync === undefined) return {};
  const now = context.clock.now();
  const cursor = new DatetimeCursor(incremental_sync, {
    stream: name,
    syncMode: 'full_refresh',
    state: undefined,
    startDate: toIso(now - DAY_MS),
    lookbackDays: 0,
    now,
  });
  const [slice] = cursor.slices();
  return slice === undefined ? {} : cursor.requestParameters(slice);
}

/** The first parent that there is. */
async function firstPartition(parents: ParentStream): Promise<StreamPartition | undefined> {
  let tried = 0;
  for await (const { partitions } of parents.pages({})) {
    const [first] = partitions;
    if (first !== undefined) return first;
    if (++tried >= MAX_EMPTY_LISTS) return undefined;
  }
  return undefined;
}

/**
 * Tries every stream of a source with the smallest request. The streams of `check` go first, so that a bad
 * key costs one request.
 * @throws ApiUnavailableError if the key or the way to the API is at fault; RateLimitedError if that is all that any
 *   list says; StoppedError
 */
export async function checkStreams(source: DeclarativeSource, context: RequestContext): Promise<CheckResult> {
  const readable: string[] = [];
  const limited: { name: string; error: TracedError }[] = [];
  const unreadable: { name: string; error: TracedError }[] = [];
  const isFirst = ({ name }: DeclarativeStream) => source.check.stream_names.includes(name);
  const attempt = async (stream: DeclarativeStream): Promise<void> => {
    try {
      await probe(stream, context);
      readable.push(stream.name);
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      if (error instanceof RateLimitedError) limited.push({ name: stream.name, error });
      else unreadable.push({ name: stream.name, error: toTracedError(error) });
    }
  };
  /**
   * Once a list could be read, a refusal is about the list that refuses; before, it is about the key. That one host of
   * several cannot be reached is no reason while another one answers.
   */
  const requireOne = (): void => {
    if (readable.length > 0) return;
    const unavailable = unreadable.filter(({ error }) => error instanceof ApiUnavailableError);
    const refusal = unavailable.find(({ error }) => error.failureType === 'config_error');
    if (refusal !== undefined) throw refusal.error;
    if (unavailable[0] !== undefined && unavailable.length === unreadable.length) throw unavailable[0].error;
  };
  for (const stream of source.streams.filter(isFirst)) {
    await attempt(stream);
    // No other list can be reached either; a refused key is held against one list of each kind.
    if (unreadable[0]?.error.failureType === 'transient_error') requireOne();
  }
  requireOne();
  await Promise.all(source.streams.filter((stream) => !isFirst(stream)).map(attempt));
  requireOne();
  const [first] = limited;
  // A key that does not work may be held against the rate limit first.
  if (readable.length === 0 && first !== undefined) throw first.error;
  return { readable, untried: limited.map(({ name }) => name), unreadable };
}

/** @throws TracedError if nothing can be read: then the key or the network is at fault, not one product */
export function requireReadable({
  readable,
  unreadable,
}: Pick<CheckResult, 'readable' | 'unreadable'>): void {
  const [first] = unreadable;
  if (readable.length === 0) throw first?.error ?? configError('There is no stream to read.');
}
