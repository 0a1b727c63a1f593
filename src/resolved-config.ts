import { DEFAULT_LOOKBACK_DAYS } from './declarative/components.js';
import type { KeyMode, Provider } from './declarative/components.js';
import { parseTimestamp } from './declarative/datetime.js';
import { valueAt } from './declarative/extractors/record-selector.js';
import { validateConfig } from './protocol/config.js';
import { configError } from './protocol/errors.js';
import type { ConnectorSpecification, JsonObject } from './protocol/messages.js';

/** A valid config, with all defaults filled in. */
export interface ResolvedConfig {
  readonly raw: JsonObject;
  readonly provider: Provider;
  readonly keyMode: KeyMode;
  /** ISO timestamp */
  readonly startDate: string;
  /** The config names no start date. */
  readonly takesEarlier: boolean;
  /** ISO timestamp, later than the start date; undefined for none */
  readonly endDate: string | undefined;
  readonly lookbackDays: number;
  /** Requests at a time. */
  readonly numWorkers: number;
  /** Requests per minute and endpoint; undefined for the documented limit. */
  readonly requestsPerMinute: number | undefined;
}

/** @throws TracedError (config_error) with the sentence for a key that cannot work */
function keyModeOf(provider: Provider, key: string): KeyMode {
  const rule = provider.key_rules.find(({ pattern }) => pattern.test(key));
  if (rule?.mode === undefined) {
    throw configError(
      `Config validation error: ${rule?.refusal ?? `This is not a key of ${provider.title}.`}`,
    );
  }
  return rule.mode;
}

function numberAt(config: JsonObject, name: string): number | undefined {
  const value = config[name];
  return typeof value === 'number' ? value : undefined;
}

function stringAt(config: JsonObject, name: string): string | undefined {
  const value = config[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The start of the config, or from when on the provider has data, and the end of the config.
 * @throws TracedError (config_error) if there is nothing to read between them
 */
function datesOf(
  config: JsonObject,
  { title, earliest_date }: Provider,
  now: number,
): Pick<ResolvedConfig, 'startDate' | 'takesEarlier' | 'endDate'> {
  const given = stringAt(config, 'start_date');
  const endDate = stringAt(config, 'end_date');
  const startDate = given ?? earliest_date;
  const start = parseTimestamp(startDate) ?? Infinity;
  if (given !== undefined && start > now) {
    throw configError(
      'Config validation error: start_date lies in the future. Choose the day from which on you need records.',
    );
  }
  if (endDate !== undefined && (parseTimestamp(endDate) ?? -Infinity) <= start) {
    const since = given === undefined ? `${startDate}, from when on ${title} has records` : 'start_date';
    throw configError(
      `Config validation error: end_date must be later than ${since}. Records dated from start_date up to, but not including, end_date are read.`,
    );
  }
  return { startDate, takesEarlier: given === undefined, endDate };
}

/**
 * Checks a config and fills in what it leaves out. Nothing is sent anywhere.
 * @param now Unix ms
 * @throws TracedError (config_error) with a sentence that says what to change; it never holds the key
 */
export async function resolveConfig(
  raw: JsonObject,
  spec: ConnectorSpecification,
  providers: readonly Provider[],
  now: number,
): Promise<ResolvedConfig> {
  const provider = providers.find(({ name }) => name === valueAt(raw, ['provider', 'name']));
  const key = valueAt(raw, ['provider', 'secret_key']);
  // Before the spec, whose pattern could only say that the key does not match.
  const keyMode = provider !== undefined && typeof key === 'string' ? keyModeOf(provider, key) : undefined;
  // Forms of a user interface, and clients that know all fields, send null for an empty one.
  const config = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
  await validateConfig(spec, config);
  if (provider === undefined || keyMode === undefined) {
    throw configError('Config validation error: provider is not one that this version knows.');
  }

  const { default_concurrency, max_concurrency } = provider.source.concurrency_level;
  return {
    raw: config,
    provider,
    keyMode,
    ...datesOf(config, provider, now),
    lookbackDays: numberAt(config, 'lookback_window_days') ?? DEFAULT_LOOKBACK_DAYS,
    numWorkers: Math.min(numberAt(config, 'num_workers') ?? default_concurrency[keyMode], max_concurrency),
    requestsPerMinute: numberAt(config, 'requests_per_minute'),
  };
}
