import { configError } from './errors.js';
import { parseJson, readTextFile } from './json-file.js';
import { isObject } from './json-object.js';
import type { JsonObject, JsonValue } from './messages.js';

/** What a full-refresh stream without cursor reports, as Airbyte's own connectors do. */
export const NO_CURSOR_STATE: JsonObject = { __ab_no_cursor_state_message: true };

/** State of each stream by its name. */
export type StreamStates = ReadonlyMap<string, JsonObject>;

const HINT =
  'Pass the last saved one, such as [{"type": "STREAM", "stream": {"stream_descriptor": {"name": "…"}, "stream_state": {…}}}], ' +
  'or clear the state of the connection to read everything anew (in Airbyte: Settings, Clear data).';

function refuse(why: string): Error {
  return configError(`The state is not valid: ${why}. ${HINT}`);
}

interface StreamState {
  readonly name: string;
  /** undefined for a reset stream */
  readonly state: JsonObject | undefined;
}

/** The descriptor of a stream's state. Airbyte's API, and with it the page of a connection, spells it otherwise. */
const descriptorOf = (value: JsonObject): JsonValue | undefined =>
  value['stream_descriptor'] ?? value['streamDescriptor'];

/** name and stream_state of `{stream_descriptor, stream_state}` */
function parseStreamState(value: JsonValue, where: string): StreamState {
  if (!isObject(value)) throw refuse(`${where} is not an object`);
  const descriptor = descriptorOf(value);
  const name = isObject(descriptor) ? descriptor['name'] : undefined;
  if (typeof name !== 'string') throw refuse(`${where} has no stream_descriptor.name`);
  const state = value['stream_state'] ?? value['streamState'];
  if (state === undefined || state === null) return { name, state: undefined };
  if (!isObject(state)) throw refuse(`stream_state of "${name}" is not an object`);
  return { name, state: state['__ab_no_cursor_state_message'] === true ? undefined : state };
}

/** The entries of one AirbyteStateMessage: a STREAM one, or a GLOBAL one without shared state. */
function parseStateMessage(value: JsonValue, index: number): StreamState[] {
  const where = `element ${index}`;
  if (!isObject(value)) throw refuse(`${where} is not an object`);
  // A file made of a sync's own output holds the whole message.
  if (value['type'] === 'STATE' && isObject(value['state'])) {
    return parseStateMessage(value['state'], index);
  }
  if (descriptorOf(value) !== undefined) return [parseStreamState(value, where)];
  if (isObject(value['stream'])) return [parseStreamState(value['stream'], `${where}.stream`)];
  // Some clients print the alias of the field, global_, instead of its name.
  const global = value['global'] ?? value['global_'];
  if (isObject(global)) {
    const shared = global['shared_state'] ?? global['sharedState'];
    if (isObject(shared) && Object.keys(shared).length > 0) {
      throw refuse(`${where} has a shared state, which this source does not use`);
    }
    const states = global['stream_states'] ?? global['streamStates'];
    if (!Array.isArray(states)) throw refuse(`${where}.global has no stream_states`);
    return states.map((state) => parseStreamState(state, `${where}.global`));
  }
  throw refuse(`${where} has neither "stream" nor "global"`);
}

/**
 * As Airbyte's API has it: the streams' states within an object that says more of the connection.
 * @returns undefined for a connection that has none yet
 */
function shownState(value: JsonObject): JsonValue | undefined {
  const { stateType, streamState, globalState } = value;
  if (isObject(globalState)) return [{ global: globalState }];
  if (Array.isArray(streamState)) return streamState;
  const isNone = stateType === 'not_set' || (stateType === 'stream' && streamState === null);
  return isNone ? undefined : value;
}

/**
 * Reads the JSON list of state messages, or what Airbyte shows of a connection's state. No list, an empty one, null and other falsy values mean no state;
 * nulls and unknown keys are tolerated.
 * @throws TracedError (config_error)
 */
export function parseState(value: JsonValue): StreamStates {
  if (!value || (isObject(value) && Object.keys(value).length === 0)) return new Map();
  const whole = isObject(value) ? shownState(value) : value;
  if (whole === undefined) return new Map();
  const list = isObject(whole) && ('stream' in whole || 'type' in whole) ? [whole] : whole;
  if (!Array.isArray(list)) throw refuse('it must be a JSON list of STATE messages');
  const states = new Map<string, JsonObject>();
  for (const { name, state } of list.flatMap((message, index) => parseStateMessage(message, index))) {
    if (state === undefined) states.delete(name);
    else states.set(name, state);
  }
  return states;
}

/** @throws TracedError (config_error) */
export function readStateFile(path: string): StreamStates {
  const text = readTextFile('state', path);
  return text.trim() === '' ? new Map() : parseState(parseJson('state', path, text));
}
