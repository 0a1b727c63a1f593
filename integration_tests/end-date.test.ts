/** One history read by two connections: the first ends where the second begins. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteStream, JsonObject } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { configured, groupMessages, lastStates } from './connector-runner.js';
import type { ConnectorRun, Messages } from './connector-runner.js';
import { differences, joined, lostIn } from './differences.js';
import { PROVIDERS } from './providers.js';
import { running } from './running.js';
import type { Running } from './running.js';

/** A stream whose records say when they were created, in the order of their dates at last. */
const DATED: Readonly<Record<string, { readonly stream: string; readonly field: string }>> = {
  paystack: { stream: 'transactions', field: 'createdAt' },
  pagarme: { stream: 'orders', field: 'created_at' },
};

describe.each(PROVIDERS)('two connections of $name that meet at a date', (provider) => {
  const config = readJson<JsonObject>(`integration_tests/${provider.name}/config.json`);
  let one: Running;
  let streams: AirbyteStream[];
  let split: string;
  let runs: ConnectorRun[];
  let early: Messages;
  let late: Messages;

  const catalog = () => ({
    streams: streams.map((stream) => configured(stream, stream.supported_sync_modes.at(-1))),
  });
  const isDated = ({ supported_sync_modes }: AirbyteStream) => supported_sync_modes.includes('incremental');

  beforeAll(async () => {
    one = await running(provider.start());
    streams = await one.connector.streams(config);
    // The very second of a record, so that one lies on the boundary.
    const { stream, field } = DATED[provider.name] ?? { stream: '', field: '' };
    const dates = (one.sandbox.expected().get(stream) ?? [])
      .map((text) => (JSON.parse(text) as Record<string, string>)[field] ?? '')
      .sort();
    const middle = dates[Math.floor(dates.length / 2)] ?? '';
    split = new Date(/Z|[+-]\d\d:?\d\d$/.test(middle) ? middle : `${middle}Z`).toISOString();
    const first = await one.connector.read({ config: { ...config, end_date: split }, catalog: catalog() });
    const second = await one.connector.read({ config: { ...config, start_date: split }, catalog: catalog() });
    runs = [first, second];
    early = groupMessages(first);
    late = groupMessages(second);
  });
  afterAll(() => one.close());

  it('both end well, and have something', () => {
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(Math.min(early.records.length, late.records.length)).toBeGreaterThan(200);
  });

  it('miss nothing between them, and no dated record comes in both', () => {
    const found = differences(provider, one.sandbox.expected(), joined(early, late), streams);
    expect(lostIn(found)).toEqual([]);
    const repeated = new Set(found.map(({ stream }) => stream));
    expect(streams.filter((stream) => isDated(stream) && repeated.has(stream.name))).toEqual([]);
    expect(streams.filter((stream) => !isDated(stream)).length).toBeGreaterThan(1);
  });

  it('the states of the first one stay before the date', () => {
    const later = streams.filter(isDated).filter(({ name, default_cursor_field }) => {
      const state = early.states.filter((each) => each.state.stream.stream_descriptor.name === name).at(-1);
      const mark = state?.state.stream.stream_state[default_cursor_field?.[0] ?? ''];
      return !(typeof mark === 'string' && Date.parse(mark) < Date.parse(split));
    });
    expect(later.map(({ name }) => name)).toEqual([]);
  });

  it('the first one costs next to nothing from then on, and repeats no dated record that cannot change', async () => {
    const before = one.sandbox.requests.length;
    const state = lastStates(early.states);
    const again = await one.connector.read({
      config: { ...config, end_date: split },
      catalog: catalog(),
      state,
    });
    expect(again.code).toBe(0);
    const { recordsOf } = groupMessages(again);
    const isLasting = ({ name }: AirbyteStream) => provider.changeDates[name] === undefined;
    const repeating = streams.filter((stream) => isDated(stream) && isLasting(stream));
    expect(repeating.filter(({ name }) => recordsOf(name).length > 0).map(({ name }) => name)).toEqual([]);
    expect(one.sandbox.requests.length - before).toBeLessThan(before / 3);
  });
});
