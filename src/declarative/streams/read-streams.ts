import {
  configError,
  OutputClosedError,
  StoppedError,
  toTracedError,
  TracedError,
} from '../../protocol/errors.js';
import type {
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  FailureType,
} from '../../protocol/messages.js';
import type { StreamStates } from '../../protocol/state.js';
import type { DeclarativeStream } from '../components.js';
import type { StreamProgress } from './stream-progress.js';
import { StreamReader } from './stream-reader.js';
import type { ReadContext } from './stream-reader.js';
import { StreamStats } from './stream-stats.js';

interface FailedStream {
  readonly name: string;
  readonly failureType: FailureType;
}

/** Of a stream that could not be begun, or not be ended. */
function failedProgress(soFar: StreamProgress, { message }: TracedError, now: number): StreamProgress {
  return { ...soFar, state: 'incomplete', endedAt: now, failures: [...soFar.failures, message] };
}

/**
 * The configured streams, each with its definition, in the order of the definitions: there a parent stands
 * before its children. A stream without a definition comes last.
 */
function inOrderOfDefinition(
  streams: readonly DeclarativeStream[],
  configured: readonly ConfiguredAirbyteStream[],
): { definition: DeclarativeStream | undefined; configured: ConfiguredAirbyteStream }[] {
  const place = new Map(streams.map((stream, index) => [stream.name, index]));
  return [...configured]
    .sort((a, b) => (place.get(a.stream.name) ?? Infinity) - (place.get(b.stream.name) ?? Infinity))
    .map((one) => ({
      definition: streams.find((stream) => stream.name === one.stream.name),
      configured: one,
    }));
}

/**
 * Reads all configured streams beside each other, parents started first. The failure of one never stops the
 * others. Only when the output is closed nothing is waited for: what is still under way ends with the process.
 *
 * Errors that a retry can mend are traced at once, the others at the end: the platform goes by the first
 * error it sees, and must not give up a job because of a permission when there is also a fault that passes.
 *
 * @throws TracedError at the end, naming the streams that failed; OutputClosedError; StoppedError
 */
export async function readStreams(
  streams: readonly DeclarativeStream[],
  catalog: ConfiguredAirbyteCatalog,
  states: StreamStates,
  context: ReadContext,
): Promise<void> {
  const { output } = context;
  const { now } = context.requests.clock;
  const failed: FailedStream[] = [];
  const atTheEnd: { error: TracedError; configured: ConfiguredAirbyteStream }[] = [];

  const readOne = async (
    definition: DeclarativeStream | undefined,
    configured: ConfiguredAirbyteStream,
  ): Promise<void> => {
    const { name } = configured.stream;
    let reader: StreamReader;
    try {
      if (definition === undefined) {
        throw configError(
          `There is no stream "${name}". Refresh the source's schema (or run discover) and select the streams again.`,
        );
      }
      reader = new StreamReader(definition, configured, states.get(name), context);
    } catch (error) {
      const traced = toTracedError(error);
      const begun = { ...new StreamStats().progress(name, []), startedAt: now() };
      context.watch?.(() => failedProgress(begun, traced, begun.startedAt));
      failed.push({ name, failureType: traced.failureType });
      atTheEnd.push({ error: traced, configured });
      await output.status(configured.stream, 'STARTED');
      await output.status(configured.stream, 'INCOMPLETE');
      return;
    }
    let broken: { readonly error: TracedError; readonly at: number } | undefined;
    context.watch?.(() =>
      broken === undefined ? reader.progress() : failedProgress(reader.progress(), broken.error, broken.at),
    );
    const { errors } = await reader.read().catch(async (error: unknown) => {
      if (error instanceof OutputClosedError || error instanceof StoppedError) throw error;
      const traced = toTracedError(error);
      broken = { error: traced, at: now() };
      await output.error(traced, configured.stream);
      await output.status(configured.stream, 'INCOMPLETE');
      return { errors: [traced] };
    });
    const [first] = errors;
    if (first === undefined) return;
    failed.push({ name, failureType: mostHopeful(errors.map(({ failureType }) => failureType)) });
    const config = errors.find((error) => error.failureType === 'config_error');
    if (config !== undefined) atTheEnd.push({ error: config, configured });
  };

  const ordered = inOrderOfDefinition(streams, catalog.streams);
  const read = Promise.allSettled(ordered.map((one) => readOne(one.definition, one.configured)));
  const results = await Promise.race([read, output.closed]);
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;

  for (const { error, configured } of atTheEnd) await output.error(error, configured.stream);
  if (failed.length > 0) throw summary(failed);
}

/** The last error of a sync. It is as final as the most hopeful of the failures. */
function summary(failed: readonly FailedStream[]): TracedError {
  const names = failed.map(({ name }) => name).join(', ');
  return new TracedError(
    `During the sync, the following streams did not sync successfully: ${names}. The errors above say why.`,
    mostHopeful(failed.map(({ failureType }) => failureType)),
  );
}

function mostHopeful(types: readonly FailureType[]): FailureType {
  const order: FailureType[] = ['transient_error', 'system_error', 'config_error'];
  return order.find((type) => types.includes(type)) ?? 'system_error';
}
