import { configError } from './errors.js';
import { parseJson, readTextFile } from './json-file.js';
import { isObject } from './json-object.js';
import type {
  ConfiguredAirbyteCatalog,
  ConfiguredAirbyteStream,
  DestinationSyncMode,
  JsonValue,
  SyncMode,
} from './messages.js';

const SYNC_MODES: readonly SyncMode[] = ['full_refresh', 'incremental'];
// overwrite_dedup exists inside the platform only, but a catalog copied from there may hold it.
const DESTINATION_SYNC_MODES: readonly DestinationSyncMode[] = [
  'append',
  'overwrite',
  'append_dedup',
  'overwrite_dedup',
  'update',
  'soft_delete',
];

function parseStream(entry: JsonValue, index: number): ConfiguredAirbyteStream {
  const where = `streams[${index}]`;
  const refuse = (why: string) => configError(`The configured catalog is not valid: ${where}${why}.`);
  if (!isObject(entry) || !isObject(entry['stream']))
    throw refuse(
      '.stream is missing (each entry looks like {"stream": {"name": …}, "sync_mode": …, "destination_sync_mode": …})',
    );
  const { name, namespace } = entry['stream'];
  if (typeof name !== 'string' || name === '') throw refuse('.stream.name is missing');
  const syncMode = SYNC_MODES.find((mode) => mode === entry['sync_mode']);
  if (syncMode === undefined) {
    throw refuse(` (stream "${name}"): sync_mode must be one of ${SYNC_MODES.join(', ')}`);
  }
  const named = entry['destination_sync_mode'] ?? 'append';
  const destination = DESTINATION_SYNC_MODES.find((mode) => mode === named);
  if (destination === undefined) {
    throw refuse(
      ` (stream "${name}"): destination_sync_mode must be one of ${DESTINATION_SYNC_MODES.join(', ')}`,
    );
  }
  const cursor = entry['cursor_field'];
  const path = Array.isArray(cursor) ? cursor.filter((key) => typeof key === 'string') : [];
  return {
    stream: typeof namespace === 'string' && namespace !== '' ? { name, namespace } : { name },
    sync_mode: syncMode,
    destination_sync_mode: destination,
    ...(path.length === 0 ? {} : { cursor_field: path }),
  };
}

/**
 * Reads a ConfiguredAirbyteCatalog. Unknown keys and nulls are tolerated; what the source needs (names and
 * modes) must be right.
 * @throws TracedError (config_error)
 */
export function parseConfiguredCatalog(value: JsonValue): ConfiguredAirbyteCatalog {
  if (!isObject(value) || !Array.isArray(value['streams'])) {
    throw configError(
      'The configured catalog is not valid: it must be a JSON object with an array "streams". ' +
        'A catalog printed by `discover` must first be turned into a configured one: the README has a line of jq for it.',
    );
  }
  const streams = value['streams'].map(parseStream);
  const names = streams.map(({ stream }) => stream.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw configError(`The configured catalog is not valid: it names the stream "${twice}" twice.`);
  }
  return { streams };
}

/** @throws TracedError (config_error) */
export function readConfiguredCatalogFile(path: string): ConfiguredAirbyteCatalog {
  return parseConfiguredCatalog(parseJson('catalog', path, readTextFile('catalog', path)));
}
