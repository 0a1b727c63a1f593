import { configError, StoppedError, toTracedError } from '../protocol/errors.js';
import type { TracedError } from '../protocol/errors.js';
import type { DeclarativeSource, DeclarativeStream, FieldPath } from './components.js';
import { ApiUnavailableError } from './error-handler.js';
import { parentKeyPath, parentPartition } from './partition-router.js';
import type { RequestContext, RequestListener } from './requester.js';
import { createRetriever } from './retriever.js';
import { NO_PARTITION } from './stream-slice.js';
import type { StreamPartition } from './stream-slice.js';

/** What a key can do. */
export interface CheckResult {
  /** Names of the streams that can be read, as far as could be tried. */
  readonly readable: readonly string[];
  readonly unreadable: readonly { readonly name: string; readonly error: TracedError }[];
}

const listener: RequestListener = { warn: () => undefined, rateLimited: () => undefined };

/** Asks for the first page of a list, and returns the partition that its first record stands for. */
async function firstPartition(
  stream: DeclarativeStream,
  capture: FieldPath[],
  partition: StreamPartition,
  context: RequestContext,
  toPartition: Parameters<typeof parentPartition>[0] | undefined,
): Promise<StreamPartition | undefined> {
  const retriever = createRetriever(stream.retriever, capture, context, listener);
  const pages = retriever.pages(partition, {}, async (page) =>
    toPartition === undefined || page.ranges.length === 0
      ? undefined
      : parentPartition(toPartition, page, 0, 0, []),
  );
  for await (const found of pages) return found;
  return undefined;
}

/** @throws TracedError if the stream cannot be read */
async function probe(stream: DeclarativeStream, context: RequestContext): Promise<void> {
  const router = stream.retriever.partition_router;
  if (router?.type !== 'SubstreamPartitionRouter') {
    await firstPartition(stream, [], NO_PARTITION, context, undefined);
    return;
  }
  const [parent] = router.parent_stream_configs;
  const partition = await firstPartition(
    parent.stream,
    [parentKeyPath(parent)],
    NO_PARTITION,
    context,
    parent,
  );
  // Without a parent there is nothing to try, and nothing to read either.
  if (partition !== undefined) await firstPartition(stream, [], partition, context, undefined);
}

/**
 * Tries every stream of a source with the smallest request. The streams of `check` go first, so that a bad
 * key costs one request.
 * @throws ApiUnavailableError if the key or the way to the API is at fault; StoppedError
 */
export async function checkStreams(source: DeclarativeSource, context: RequestContext): Promise<CheckResult> {
  const readable: string[] = [];
  const unreadable: { name: string; error: TracedError }[] = [];
  const attempt = async (stream: DeclarativeStream): Promise<void> => {
    try {
      await probe(stream, context);
      readable.push(stream.name);
    } catch (error) {
      if (error instanceof StoppedError || error instanceof ApiUnavailableError) throw error;
      unreadable.push({ name: stream.name, error: toTracedError(error) });
    }
  };
  const isFirst = ({ name }: DeclarativeStream) => source.check.stream_names.includes(name);
  for (const stream of source.streams.filter(isFirst)) await attempt(stream);
  await Promise.all(source.streams.filter((stream) => !isFirst(stream)).map(attempt));
  return { readable, unreadable };
}

/** @throws TracedError if nothing can be read: then the key or the network is at fault, not one product */
export function requireReadable({ readable, unreadable }: CheckResult): void {
  const [first] = unreadable;
  if (readable.length === 0) throw first?.error ?? configError('There is no stream to read.');
}
