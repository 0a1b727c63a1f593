import type { AirbyteStream } from '../../src/protocol/messages.js';
import type { Messages, ReadRecord } from '../connector-runner.js';
import { compile, parseExactly, parseStrictly, problemsOf, withoutExtraFields } from '../json-schema.js';

/** A line for each way in which records do not fit their schema. @param closed no undeclared field at any depth */
export function recordProblems(
  stream: AirbyteStream,
  records: readonly ReadRecord[],
  closed: boolean,
): string[] {
  const validate = compile(closed ? withoutExtraFields(stream.json_schema) : stream.json_schema);
  return [...new Set(records.flatMap(({ raw }) => problemsOf(validate, parseStrictly(raw))))];
}

/** The STATEs of a stream whose count is not that of its records since the STATE before. */
export function countProblems(
  messages: Messages,
  stream: string,
): { recordCount: number; records: number }[] {
  let after = -1;
  return messages.statesOf(stream).flatMap(({ state, position }) => {
    const records = messages
      .recordsOf(stream)
      .filter((record) => record.position > after && record.position < position).length;
    after = position;
    const { recordCount } = state.sourceStats;
    return recordCount === records ? [] : [{ recordCount, records }];
  });
}

/** The values of a record's key as one text. */
export function keyText(
  { source_defined_primary_key: keys = [] }: AirbyteStream,
  { raw }: Pick<ReadRecord, 'raw'>,
): string {
  const data = parseExactly(raw);
  return JSON.stringify(keys.map((path) => data[path[0] ?? '']));
}
