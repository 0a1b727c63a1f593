/** The commands that need a config: the one place where the provider, the runtime and the protocol meet. */
import type { Provider } from './declarative/components.js';
import { ApiBudget } from './declarative/requesters/api-budget.js';
import type { Clock } from './declarative/requesters/api-budget.js';
import { baseUrl } from './declarative/requesters/base-url.js';
import type { SendHttp } from './declarative/requesters/http.js';
import type { RequestContext } from './declarative/requesters/request-context.js';
import { Slots } from './declarative/requesters/slots.js';
import { toAirbyteStream } from './declarative/streams/airbyte-stream.js';
import { checkStreams, requireReadable } from './declarative/streams/check-streams.js';
import { readStreams } from './declarative/streams/read-streams.js';
import type { WatchStream } from './declarative/streams/stream-progress.js';
import { readSchema, readSpec, readVersion } from './package-files.js';
import { unknownFields } from './protocol/config.js';
import { configError, OutputClosedError, StoppedError, TracedError } from './protocol/errors.js';
import { counted } from './protocol/figures.js';
import type { ConfiguredAirbyteCatalog, ConnectorSpecification, JsonObject } from './protocol/messages.js';
import type { Output } from './protocol/output.js';
import { secretsOf } from './protocol/redact.js';
import type { StreamStates } from './protocol/state.js';
import { pagarme } from './providers/pagarme/provider.js';
import { paystack } from './providers/paystack/provider.js';
import { withRequestLog } from './request-log.js';
import { resolveConfig } from './resolved-config.js';
import type { ResolvedConfig } from './resolved-config.js';

const PROVIDERS: readonly Provider[] = [paystack, pagarme];

/** Somebody is waiting for the connection check. */
const CHECK_PATIENCE = { retries: 1, rateLimitWaits: 0 };

/** What the commands need from the process; everything that tests replace. */
export interface SourceContext {
  readonly output: Output;
  readonly http: SendHttp;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** For a person at a terminal. */
  readonly watch?: WatchStream | undefined;
}

function requestContext(config: ResolvedConfig, context: SourceContext): RequestContext {
  const { provider, keyMode, numWorkers, requestsPerMinute } = config;
  const { clock, http, random, environment, signal } = context;
  return {
    config: config.raw,
    http: withRequestLog(http, context.output, clock),
    clock,
    random,
    environment,
    signal,
    mask: (text) => context.output.mask(text),
    title: provider.title,
    userAgent: `source-payments/${readVersion()}`,
    slots: new Slots(numWorkers),
    budget: new ApiBudget({ clock, budget: provider.source.api_budget, keyMode, requestsPerMinute }),
    key: { isAccepted: false },
  };
}

/** Hides the config's secrets from all output, then validates it and where the environment points to. */
async function resolve(
  spec: ConnectorSpecification,
  config: JsonObject,
  context: SourceContext,
): Promise<ResolvedConfig> {
  context.output.hide(secretsOf(spec.connectionSpecification, config));
  const resolved = await resolveConfig(config, spec, PROVIDERS, context.clock.now());
  for (const { retriever } of resolved.provider.source.streams)
    baseUrl(retriever.requester, context.environment);
  for (const name of unknownFields(spec, config)) {
    await context.output.log(
      'WARN',
      `The config has a field "${name}", which does not exist and is ignored.`,
    );
  }
  return resolved;
}

/**
 * Says whether the config works: a CONNECTION_STATUS with a sentence, whatever is wrong.
 * @throws StoppedError, OutputClosedError
 */
export async function check(config: JsonObject, context: SourceContext): Promise<void> {
  const { output } = context;
  try {
    const resolved = await resolve(readSpec(), config, context);
    const { provider, keyMode } = resolved;
    const requests = { ...requestContext(resolved, context), patience: CHECK_PATIENCE };
    const result = await checkStreams(provider.source, requests);
    requireReadable(result);
    for (const { name, error } of result.unreadable) {
      const detail = error.internalMessage === undefined ? '' : ` (${error.internalMessage})`;
      await output.log('WARN', `The stream ${name} cannot be read: ${error.message}${detail}`);
    }
    const total = provider.source.streams.length;
    const missing = result.unreadable.map(({ name }) => name).join(', ');
    const untried = result.untried.join(', ');
    const message =
      `Connected to ${provider.title} in ${keyMode} mode; ${result.readable.length} of ${total} streams can be read` +
      (missing === '' ? '' : `; not ${missing} (the log says why)`) +
      (untried === '' ? '.' : `. The API limits the rate of requests, so these were not tried: ${untried}.`);
    await output.log('INFO', `Check succeeded. ${message}`);
    await output.message({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', message } });
  } catch (error) {
    if (error instanceof StoppedError || error instanceof OutputClosedError) throw error;
    if (!(error instanceof TracedError)) throw error;
    if (error.internalMessage !== undefined) await output.log('DEBUG', error.internalMessage);
    await output.message({
      type: 'CONNECTION_STATUS',
      connectionStatus: { status: 'FAILED', message: error.message },
    });
  }
}

/** @throws TracedError (config_error) if the config is not valid */
export async function discover(config: JsonObject, context: SourceContext): Promise<void> {
  const { provider } = await resolve(readSpec(), config, context);
  const streams = provider.source.streams.map((stream) =>
    toAirbyteStream(stream, readSchema(provider.name, stream.schema_loader.file_path)),
  );
  await context.output.message({ type: 'CATALOG', catalog: { streams } });
}

/** Of which API and mode a state is. One of Airbyte's own connector does not say. */
function originOf({ provider, keyMode }: ResolvedConfig): JsonObject {
  return { provider: provider.name, key_mode: keyMode };
}

/**
 * Refuses the state of another account, as far as it can be told: what is older than it would not be read, and
 * nobody would notice.
 */
function requireOwnState(states: StreamStates, resolved: ResolvedConfig): void {
  const { provider } = resolved;
  const clear = 'Clear the data of the connection, or pass the state that was saved for it.';
  const origin = originOf(resolved);
  for (const [name, state] of states) {
    const other = Object.keys(origin).filter(
      (key) => state[key] !== undefined && state[key] !== null && state[key] !== origin[key],
    );
    if (other.length === 0) continue;
    const was = other.map((key) => `${key} ${JSON.stringify(state[key])}`).join(', ');
    const is = other.map((key) => JSON.stringify(origin[key])).join(', ');
    throw configError(
      `The saved state of ${name} is of another account, or of its other key (${was}; the config has ${is}): going on from it would leave out the history of this one. ${clear}`,
    );
  }
  const names = [...states].filter(([, state]) => Object.keys(state).length > 0).map(([name]) => name);
  const own = new Set(provider.source.streams.map(({ name }) => name));
  if (names.length > 0 && !names.some((name) => own.has(name))) {
    throw configError(
      `The state belongs to another connector: ${provider.title} has no stream ${names.join(' or ')}. ${clear}`,
    );
  }
}

/**
 * @throws TracedError if the config is not valid or, at the end, if a stream failed
 */
export async function read(
  config: JsonObject,
  catalog: ConfiguredAirbyteCatalog,
  states: StreamStates,
  context: SourceContext,
): Promise<void> {
  const resolved = await resolve(readSpec(), config, context);
  const { provider, keyMode, startDate, takesEarlier, endDate, lookbackDays, numWorkers } = resolved;
  requireOwnState(states, resolved);
  const known = catalog.streams.filter(({ stream }) => states.has(stream.name)).length;
  await context.output.log(
    'INFO',
    `Reading ${counted(catalog.streams.length, 'stream')} of ${provider.title} in ${keyMode} mode, from ${startDate}${endDate === undefined ? '' : ` to ${endDate}`}, lookback ${lookbackDays} days, ${numWorkers} requests at a time, ${known === 0 ? 'without a state' : `with the state of ${counted(known, 'stream')}`}`,
  );
  if (catalog.streams.length === 0) {
    await context.output.log('WARN', 'The catalog names no stream, so there is nothing to read.');
  }
  await readStreams(provider.source.streams, catalog, states, {
    requests: requestContext(resolved, context),
    output: context.output,
    startDate,
    takesEarlier,
    endDate,
    lookbackDays,
    origin: originOf(resolved),
    numWorkers,
    watch: context.watch,
  });
}
