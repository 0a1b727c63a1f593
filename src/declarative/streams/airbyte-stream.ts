import type { AirbyteStream, JsonObject } from '../../protocol/messages.js';
import type { DeclarativeStream } from '../components.js';

/** A stream as `discover` lists it. */
export function toAirbyteStream(stream: DeclarativeStream, json_schema: JsonObject): AirbyteStream {
  const { name, primary_key, incremental_sync } = stream;
  return {
    name,
    json_schema,
    supported_sync_modes: incremental_sync === undefined ? ['full_refresh'] : ['full_refresh', 'incremental'],
    ...(incremental_sync === undefined
      ? { is_resumable: false }
      : {
          source_defined_cursor: true,
          default_cursor_field: [incremental_sync.cursor_field],
          is_resumable: true,
        }),
    source_defined_primary_key: primary_key.map((key) => [key]),
  };
}
