import type { AirbyteStream, JsonObject } from '../../src/protocol/messages.js';
import type { ReadRecord } from '../connector-runner.js';
import { compile, parseStrictly, problemsOf, withoutExtraFields } from '../json-schema.js';

/** A line for each way in which records do not fit their schema. @param closed no undeclared field at any depth */
export function recordProblems(stream: AirbyteStream, records: readonly ReadRecord[], closed: boolean): string[] {
  const validate = compile(closed ? withoutExtraFields(stream.json_schema) : stream.json_schema);
  return [...new Set(records.flatMap(({ raw }) => problemsOf(validate, parseStrictly(raw))))];
}

/** The values of a record's key as one text. */
export function keyText({ source_defined_primary_key: keys = [] }: AirbyteStream, data: JsonObject): string {
  return JSON.stringify(keys.map((path) => data[path[0] ?? '']));
}
