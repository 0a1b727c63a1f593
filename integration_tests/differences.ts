/** What a read yielded, held against what the sandbox has. */
import type { AirbyteStream } from '../src/protocol/messages.js';
import { keyText } from './acceptance/record-rules.js';
import { configured } from './connector-runner.js';
import type { Messages } from './connector-runner.js';
import type { ProviderUnderTest } from './provider-under-test.js';

export const catalogOf = (streams: readonly AirbyteStream[]) => ({
  streams: streams.map((stream) => configured(stream)),
});

/** The text of a record without the fields that hold the time of the read; they stand last. */
function withoutClock(provider: ProviderUnderTest, stream: string, raw: string): string {
  return (provider.clockFields[stream] ?? []).reduce(
    (text, field) => text.replace(new RegExp(`,"${field}":"[^"]*"(?=}$)`), ''),
    raw,
  );
}

export interface Difference {
  readonly stream: string;
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  /** How many records came again. */
  readonly repeated: number;
}

/** What is missing from a read, and what it has too much, by stream; both empty if it is byte for byte the same. */
export function differences(
  provider: ProviderUnderTest,
  expected: ReadonlyMap<string, readonly string[]>,
  messages: Messages,
  streams: readonly AirbyteStream[],
  normal: (text: string) => string = (text) => text,
): Difference[] {
  return streams.flatMap(({ name }) => {
    const wanted = new Set((expected.get(name) ?? []).map(normal));
    const texts = messages.recordsOf(name).map(({ raw }) => withoutClock(provider, name, normal(raw)));
    const found = new Set(texts);
    const missing = [...wanted].filter((text) => !found.has(text));
    const unknown = [...found].filter((text) => !wanted.has(text));
    const repeated = texts.length - found.size;
    return missing.length + unknown.length + repeated === 0
      ? []
      : [{ stream: name, missing, unknown, repeated }];
  });
}

/** What is wrong besides repeated records, which at-least-once reading allows after a sync that broke off. */
export function lostIn(found: readonly Difference[]): Difference[] {
  return found.filter(({ missing, unknown }) => missing.length + unknown.length > 0);
}

/** The records of two syncs together. */
export function joined(before: Messages, rest: Messages): Messages {
  return { ...rest, recordsOf: (stream) => [...before.recordsOf(stream), ...rest.recordsOf(stream)] };
}

/** What a destination has after two syncs when it keeps the newest record of each key. */
export function deduplicated(streams: readonly AirbyteStream[], before: Messages, rest: Messages): Messages {
  const recordsOf = (name: string) => {
    const stream = streams.find((candidate) => candidate.name === name);
    if (stream === undefined) return [];
    const all = joined(before, rest).recordsOf(name);
    return [...new Map(all.map((record) => [keyText(stream, record), record])).values()];
  };
  return { ...rest, recordsOf };
}

/** The stream's last status. */
export const lastStatus = (messages: Messages, stream: string) => messages.statusesOf(stream).at(-1)?.status;
