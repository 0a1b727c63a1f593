import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/declarative/durations.js';
import type { AirbyteState, AirbyteStream, JsonObject } from '../../src/protocol/messages.js';
import { NO_CURSOR_STATE } from '../../src/protocol/state.js';
import { readJson } from '../acceptance-config.js';
import { configured, groupMessages, lastStates } from '../connector-runner.js';
import type { ConnectorRun, Messages } from '../connector-runner.js';
import { parseExactly } from '../json-schema.js';
import { PROVIDERS } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';
import { keyText, recordProblems } from './record-rules.js';
import type { CatalogSnapshot } from './snapshots.js';
import { STREAM_RULES } from './stream-rules.js';

/** Days read again, as a user may set it. */
const LOOKBACK_DAYS = 45;
/** In days: what every sync reads again. */
const TEN_MINUTES = 10 / (24 * 60);
const FAR_FUTURE = '2999-01-01T00:00:00.000Z';

/** Runs at a time: a run is mostly the start of a process. */
const AT_A_TIME = 3;

/** The streams of the catalog: tests are listed before anything runs, so a test compares this list with discover. */
function listed(provider: string): { name: string; cursor: string | null }[] {
  const { streams } = readJson<CatalogSnapshot>(`integration_tests/${provider}/catalog.snapshot.json`);
  return Object.entries(streams).map(([name, { cursor }]) => ({ name, cursor }));
}

function time(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : NaN;
}

describe.each(PROVIDERS)('standard tests: $name', (provider) => {
  const config = readJson<JsonObject>(`integration_tests/${provider.name}/config.json`);
  let one: Running;
  let streams: AirbyteStream[];
  /** Each stream read alone. */
  const alone = new Map<string, { run: ConnectorRun; messages: Messages }>();
  let withLookback: Messages;
  let withoutLookback: Messages;
  let inFuture: Messages;

  const streamOf = (name: string): AirbyteStream => {
    const stream = streams.find((candidate) => candidate.name === name);
    if (stream === undefined) throw new Error(`discover does not list ${name}`);
    return stream;
  };
  const readOf = (name: string) => {
    const read = alone.get(name);
    if (read === undefined) throw new Error(`${name} was not read`);
    return read;
  };
  const cursorOf = (stream: AirbyteStream): string => stream.default_cursor_field?.[0] ?? '';
  const finalState = (name: string): AirbyteState | undefined =>
    readOf(name).messages.statesOf(name).at(-1)?.state;

  async function readAll(states: AirbyteState[], more: JsonObject = {}): Promise<Messages> {
    const catalog = {
      streams: streams.filter(isIncremental).map((stream) => configured(stream, 'incremental')),
    };
    const run = await one.connector.read({ config: { ...config, ...more }, catalog, state: states });
    expect(run.code).toBe(0);
    return groupMessages(run);
  }

  const isIncremental = (stream: AirbyteStream) => stream.supported_sync_modes.includes('incremental');

  beforeAll(async () => {
    one = await running(provider.start());
    streams = await one.connector.streams(config);
    const queue = [...streams];
    const worker = async (): Promise<void> => {
      for (let stream = queue.shift(); stream !== undefined; stream = queue.shift()) {
        const catalog = {
          streams: [configured(stream, isIncremental(stream) ? 'incremental' : 'full_refresh')],
        };
        const run = await one.connector.read({ config, catalog });
        alone.set(stream.name, { run, messages: groupMessages(run) });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    const states = [...alone.values()].flatMap(({ messages }) => lastStates(messages.states));
    withLookback = await readAll(states, { lookback_window_days: LOOKBACK_DAYS });
    withoutLookback = await readAll(states, { lookback_window_days: 0 });
    inFuture = await readAll(
      streams.filter(isIncremental).map((stream) => ({
        type: 'STREAM',
        stream: {
          stream_descriptor: { name: stream.name },
          stream_state: { [cursorOf(stream)]: FAR_FUTURE },
        },
        sourceStats: { recordCount: 0 },
      })),
    );
  });
  afterAll(() => one.close());

  function cursorValue(stream: AirbyteStream, record: JsonObject): unknown {
    return record[cursorOf(stream)] ?? provider.cursorDates[stream.name]?.(record);
  }

  /** The dates by which a record counts as new; the cursor first. */
  function datesOf(stream: AirbyteStream, record: JsonObject): number[] {
    const changes = provider.changeDates[stream.name]?.(record, (other) =>
      readOf(other)
        .messages.recordsOf(other)
        .map(({ raw }) => parseExactly(raw)),
    );
    return [cursorValue(stream, record), ...(changes ?? [])]
      .map(time)
      .filter((value) => !Number.isNaN(value));
  }

  /** The keys of the records that a read from the final state must yield, no more and no less. */
  function expectedKeys(stream: AirbyteStream, lookbackDays: number): string[] {
    const mark = time(finalState(stream.name)?.stream.stream_state[cursorOf(stream)]);
    expect(mark).not.toBeNaN();
    return readOf(stream.name)
      .messages.recordsOf(stream.name)
      .filter(({ raw }) => Math.max(...datesOf(stream, parseExactly(raw))) >= mark - lookbackDays * DAY_MS)
      .map((record) => keyText(stream, record))
      .sort();
  }

  it('the tests below are those of the catalog', () => {
    const found = streams.map(({ name, default_cursor_field: field }) => ({
      name,
      cursor: field?.join('.') ?? null,
    }));
    expect(found).toEqual(listed(provider.name));
  });

  describe.each(listed(provider.name))('$name', ({ name, cursor }) => {
    it.each(STREAM_RULES)('$title', ({ violations }) => {
      expect(violations(streamOf(name))).toEqual([]);
    });

    it('read alone, it is complete and holds records that fit its schema', () => {
      const { run, messages } = readOf(name);
      expect({
        code: run.code,
        stderr: run.stderr,
        otherLines: run.otherLines,
        errors: messages.errors,
      }).toEqual({
        code: 0,
        stderr: '',
        otherLines: [],
        errors: [],
      });
      expect(messages.recordsOf(name).length).toBeGreaterThan(0);
      expect(messages.records).toHaveLength(messages.recordsOf(name).length);
      expect(recordProblems(streamOf(name), messages.recordsOf(name), true)).toEqual([]);
      expect(messages.statusesOf(name).at(-1)?.status).toBe('COMPLETE');
      expect(messages.statesOf(name).length).toBeGreaterThan(0);
    });

    it('no two of its records have the same key', () => {
      const keys = readOf(name)
        .messages.recordsOf(name)
        .map((record) => keyText(streamOf(name), record));
      expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    });

    if (cursor === null) {
      it('has a STATE that says there is no cursor, and is read whole again', async () => {
        const states = readOf(name).messages.statesOf(name);
        expect(states.map(({ state }) => state.stream.stream_state)).toEqual([NO_CURSOR_STATE]);
        // Some clients ask for incremental whatever the stream supports.
        const run = await one.connector.read({
          config,
          catalog: { streams: [configured(streamOf(name), 'incremental')] },
          state: states.map(({ state }) => state),
        });
        expect(run.code).toBe(0);
        expect(groupMessages(run).recordsOf(name)).toHaveLength(readOf(name).messages.recordsOf(name).length);
      });
      return;
    }

    it('has a final STATE with the newest value that its records have', () => {
      const values = readOf(name)
        .messages.recordsOf(name)
        .map(({ data }) => cursorValue(streamOf(name), data));
      const newest = values.filter((value) => time(value) === Math.max(...values.map(time)));
      expect(newest).toContain(finalState(name)?.stream.stream_state[cursor]);
    });

    it('from its final STATE it yields exactly the records within the lookback window', () => {
      const keys = withLookback.recordsOf(name).map((record) => keyText(streamOf(name), record));
      expect(keys.sort()).toEqual(expectedKeys(streamOf(name), LOOKBACK_DAYS));
    });

    it('from its final STATE without lookback it yields the records of the ten minutes before, and none older than a day', () => {
      const keys = withoutLookback.recordsOf(name).map((record) => keyText(streamOf(name), record));
      expect(keys).toEqual(expect.arrayContaining(expectedKeys(streamOf(name), TEN_MINUTES)));
      // A change is asked for a day earlier: the API may read the bounds in a zone of its own.
      expect(expectedKeys(streamOf(name), 1)).toEqual(expect.arrayContaining(keys));
      expect(keys.length).toBeLessThan(readOf(name).messages.recordsOf(name).length);
    });

    it('with a STATE in the future it yields no record and one STATE', () => {
      expect(inFuture.recordsOf(name)).toEqual([]);
      expect(inFuture.statesOf(name)).toHaveLength(1);
      expect(inFuture.statusesOf(name).map(({ status }) => status)).toEqual([
        'STARTED',
        'RUNNING',
        'COMPLETE',
      ]);
    });
  });
});
