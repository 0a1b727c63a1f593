import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteState, AirbyteStream } from '../../src/protocol/messages.js';
import { acceptanceConfig, readJson, testsOf } from '../acceptance-config.js';
import type { IncrementalTest } from '../acceptance-config.js';
import { configured, groupMessages, lastStates } from '../connector-runner.js';
import type { Configured, Messages, ReadRecord, ReadState } from '../connector-runner.js';
import { providerOf } from '../providers.js';
import { running } from '../running.js';
import type { Running } from '../running.js';
import { countProblems, keyText } from './record-rules.js';

/** Reads with a saved state that are tried for each stream, at most; a sample shows what all would. */
const MAX_SAMPLES = 6;

function incrementalOf(
  streams: readonly AirbyteStream[],
  { configured_catalog_path }: IncrementalTest,
): AirbyteStream[] {
  const wanted = readJson<{ streams: Configured[] }>(configured_catalog_path).streams.map(
    ({ stream }) => stream.name,
  );
  return streams.filter(
    ({ name, supported_sync_modes: modes }) => wanted.includes(name) && modes.includes('incremental'),
  );
}

const catalogOf = (streams: readonly AirbyteStream[]) => ({
  streams: streams.map((stream) => configured(stream, 'incremental')),
});

/** As the acceptance tests take them: unique states that cover records; of many about every fifth part. */
function sample(states: readonly ReadState[]): ReadState[] {
  const unique = new Map(
    states
      .filter(({ state }) => state.sourceStats.recordCount > 0)
      .map((one) => [JSON.stringify(one.state.stream), one] as const),
  );
  const list = [...unique.values()];
  if (list.length < 3) return list.slice(-1);
  const rate = Math.max(1, Math.floor(list.length / 5));
  return list.slice(1, -1).filter((_state, i) => i % rate === 0);
}

describe.each(testsOf(acceptanceConfig.acceptance_tests.incremental))('incremental: $config_path', (test) => {
  const { config_path, future_state = {} } = test;
  const provider = providerOf(config_path);
  let one: Running;
  let all: AirbyteStream[];
  let streams: AirbyteStream[];
  let first: Messages;
  let second: Messages;

  async function read(state?: object): Promise<Messages> {
    const run = await one.connector.read({
      config: config_path,
      catalog: catalogOf(streams),
      ...(state && { state }),
    });
    expect({ code: run.code, stderr: run.stderr, otherLines: run.otherLines }).toEqual({
      code: 0,
      stderr: '',
      otherLines: [],
    });
    return groupMessages(run);
  }

  beforeAll(async () => {
    one = await running(provider.start());
    all = await one.connector.streams(config_path);
    streams = incrementalOf(all, test);
    first = await read();
    second = await read(lastStates(first.states));
  });
  afterAll(() => one.close());

  it('rule 34: every incremental stream has a cursor', () => {
    expect(streams.length).toBeGreaterThan(0);
    const without = streams.filter(({ default_cursor_field: field = [] }) => field.length === 0);
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('rule 35: a first read yields records and states, and a second one with its state other records', () => {
    for (const { name } of streams) {
      const [before, after] = [first, second].map((messages) => messages.recordsOf(name).length);
      expect({ name, hasState: first.statesOf(name).length > 0, before, after }).toEqual({
        name,
        hasState: true,
        before: expect.any(Number),
        after: expect.any(Number),
      });
      expect({ name, isFewer: (after ?? 0) < (before ?? 0) }).toEqual({ name, isFewer: true });
    }
  });

  it('rule 35: the second read moves no state backward', () => {
    const before = new Map(
      lastStates(first.states).map(({ stream }) => [stream.stream_descriptor.name, stream]),
    );
    for (const { stream } of lastStates(second.states)) {
      expect(stream).toEqual(before.get(stream.stream_descriptor.name));
    }
  });

  it('rule 37: with a state in the far future there is no record, but a STATE, which stays as it is', async () => {
    const states = readJson<AirbyteState[]>(future_state.future_state_path ?? '');
    const messages = await read(states);
    expect(messages.records).toEqual([]);
    for (const { stream } of states) {
      const { name } = stream.stream_descriptor;
      expect(messages.statesOf(name).map(({ state }) => state.stream)).toMatchObject([stream]);
    }
    expect(messages.states).toHaveLength(streams.length);
  });
});

describe.each(testsOf(acceptanceConfig.acceptance_tests.incremental))(
  'incremental in several slices: $config_path',
  (test) => {
    const { config_path } = test;
    let one: Running;
    let streams: AirbyteStream[];
    let first: Messages;
    /** Streams and the states of theirs that are tried. */
    let samples: { stream: AirbyteStream; states: ReadState[] }[];

    beforeAll(async () => {
      one = await running(providerOf(config_path).startWithSmallPages());
      streams = incrementalOf(await one.connector.streams(config_path), test);
      // One request at a time: which STATE counts which records would else be a matter of speed.
      const config = { ...readJson<Record<string, unknown>>(config_path), num_workers: 1 };
      first = groupMessages(await one.connector.read({ config, catalog: catalogOf(streams) }));
      samples = streams.map((stream) => ({
        stream,
        states: sample(first.statesOf(stream.name)).slice(0, MAX_SAMPLES),
      }));
    });
    afterAll(() => one.close());

    /** Reads with the n-th sampled state of every stream that has so many. */
    async function readWith(
      n: number,
    ): Promise<{ stream: AirbyteStream; state: ReadState; messages: Messages }[]> {
      const chosen = samples.flatMap(({ stream, states }) => {
        const state = states[n];
        return state === undefined ? [] : [{ stream, state }];
      });
      const run = await one.connector.read({
        config: config_path,
        catalog: catalogOf(chosen.map(({ stream }) => stream)),
        state: chosen.map(({ state }) => state.state),
      });
      expect(run.code).toBe(0);
      const messages = groupMessages(run);
      return chosen.map((entry) => ({ ...entry, messages }));
    }

    it('states are sampled from the middle of a read', () => {
      expect(Math.max(...samples.map(({ states }) => states.length))).toBeGreaterThan(1);
      expect(samples.filter(({ states }) => states.length === 0).map(({ stream }) => stream.name)).toEqual(
        [],
      );
    });

    it('rule 31: sourceStats count the records since the STATE before', () => {
      expect(streams.flatMap(({ name }) => countProblems(first, name))).toEqual([]);
    });

    it('rule 36: a read with any of its states yields what the state does not cover', async () => {
      for (let n = 0; n < Math.max(...samples.map(({ states }) => states.length)); n++) {
        for (const { stream, state, messages } of await readWith(n)) {
          const { name } = stream;
          const covered = first
            .statesOf(name)
            .filter(({ position }) => position <= state.position)
            .reduce((sum, { state: { sourceStats } }) => sum + sourceStats.recordCount, 0);
          const whole = first.recordsOf(name);
          const rest = messages.recordsOf(name);
          expect({ name, atLeast: rest.length >= whole.length - covered }).toEqual({ name, atLeast: true });
          // A platform keeps what came before the STATE: together nothing may be missing.
          const key = (record: ReadRecord) => keyText(stream, record);
          const kept = whole.filter(({ position }) => position < state.position);
          const have = new Set([...kept, ...rest].map(key));
          expect({ name, missing: whole.map(key).filter((one) => !have.has(one)) }).toEqual({
            name,
            missing: [],
          });
        }
      }
    });

    it('rule 36: a read with a state does not yield everything again', async () => {
      const results = await readWith(0);
      const again = results.filter(
        ({ stream: { name }, messages }) => messages.recordsOf(name).length >= first.recordsOf(name).length,
      );
      expect(again.map(({ stream }) => stream.name)).toEqual([]);
    });
  },
);
