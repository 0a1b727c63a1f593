/**
 * Airbyte's wire, protocol 0.18: the messages that pass between this source and the platform.
 * Names are as on the wire (snake_case, and camelCase where the protocol has it).
 * https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol
 */

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
/** Any JSON object. */
export interface JsonObject {
  [key: string]: JsonValue | undefined;
}

export type SyncMode = 'full_refresh' | 'incremental';
export type DestinationSyncMode =
  'append' | 'overwrite' | 'append_dedup' | 'overwrite_dedup' | 'update' | 'soft_delete';
export type LogLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

/**
 * Decides what the platform does after a failure: `config_error` ends the job at once, the other two are
 * tried again. A fault that may pass must therefore never be labelled `config_error`.
 */
export type FailureType = 'system_error' | 'config_error' | 'transient_error';

export interface StreamDescriptor {
  name: string;
  namespace?: string;
}

/** One record. The connector itself never builds this object for a record of an API: see record-batch.ts. */
export interface AirbyteRecord {
  stream: string;
  namespace?: string;
  data: JsonObject;
  /** Unix time in ms. */
  emitted_at: number;
}

export interface AirbyteStateStats {
  /** Records of this stream since its previous STATE. A double: printed with a decimal point. */
  recordCount: number;
}

/** Per-stream state, the only kind this connector emits; LEGACY is refused by the platform. */
export interface AirbyteState {
  type: 'STREAM';
  stream: { stream_descriptor: StreamDescriptor; stream_state: JsonObject };
  sourceStats: AirbyteStateStats;
}

export interface AirbyteLog {
  level: LogLevel;
  message: string;
}

export interface AirbyteErrorTrace {
  type: 'ERROR';
  /** Unix time in ms. */
  emitted_at: number;
  error: {
    /** For the person who must act. */
    message: string;
    internal_message?: string;
    stack_trace?: string;
    failure_type: FailureType;
    stream_descriptor?: StreamDescriptor;
  };
}

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

/** Allowed with RUNNING only. */
export interface StreamStatusReason {
  type: 'RATE_LIMITED';
  /** Unix time in ms at which the API's quota starts anew. */
  rate_limited: { quota_reset: number };
}

export interface AirbyteStreamStatusTrace {
  type: 'STREAM_STATUS';
  /** Unix time in ms. */
  emitted_at: number;
  stream_status: {
    stream_descriptor: StreamDescriptor;
    status: StreamStatus;
    reasons?: StreamStatusReason[];
  };
}

export type AirbyteTrace = AirbyteErrorTrace | AirbyteStreamStatusTrace;

export interface AirbyteConnectionStatus {
  status: 'SUCCEEDED' | 'FAILED';
  message?: string;
}

export interface AirbyteStream {
  name: string;
  json_schema: JsonObject;
  supported_sync_modes: SyncMode[];
  source_defined_cursor?: boolean;
  default_cursor_field?: string[];
  source_defined_primary_key?: string[][];
  namespace?: string;
  is_resumable?: boolean;
}

export interface AirbyteCatalog {
  streams: AirbyteStream[];
}

export interface ConnectorSpecification {
  documentationUrl?: string;
  changelogUrl?: string;
  connectionSpecification: JsonObject;
  supported_destination_sync_modes?: DestinationSyncMode[];
  protocol_version?: string;
}

export type AirbyteMessage =
  | { type: 'RECORD'; record: AirbyteRecord }
  | { type: 'STATE'; state: AirbyteState }
  | { type: 'LOG'; log: AirbyteLog }
  | { type: 'SPEC'; spec: ConnectorSpecification }
  | { type: 'CONNECTION_STATUS'; connectionStatus: AirbyteConnectionStatus }
  | { type: 'CATALOG'; catalog: AirbyteCatalog }
  | { type: 'TRACE'; trace: AirbyteTrace };

/** What the platform asks for: one entry for each stream of the connection. */
export interface ConfiguredAirbyteStream {
  stream: { name: string; namespace?: string };
  sync_mode: SyncMode;
  destination_sync_mode: DestinationSyncMode;
  /** Path of the field that the user chose, where the source leaves the choice to them; this one does not. */
  cursor_field?: string[];
}

export interface ConfiguredAirbyteCatalog {
  streams: ConfiguredAirbyteStream[];
}
