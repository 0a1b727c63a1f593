/**
 * A connection of Airbyte's own Paystack connector goes on here from its state.
 * Forms of the state: airbytehq/airbyte, source-paystack/integration_tests/abnormal_state.json; Airbyte's low-code
 * cursors write "date-range" while a sync is under way.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/protocol/messages.js';
import { configured, groupMessages } from '../connector-runner.js';
import { running } from '../running.js';
import type { Running } from '../running.js';
import { paystack } from './provider.js';

const CONFIG = 'integration_tests/paystack/config.json';
/** Its streams, with their cursor fields. */
const CURSORS: Readonly<Record<string, string>> = {
  transactions: 'createdAt',
  customers: 'createdAt',
  invoices: 'created_at',
  disputes: 'createdAt',
  refunds: 'createdAt',
  settlements: 'createdAt',
  subscriptions: 'createdAt',
  transfers: 'createdAt',
};

const FORMS: readonly (readonly [string, (field: string, mark: string) => JsonObject])[] = [
  ['the date of a record', (field, mark) => ({ [field]: mark })],
  ['with microseconds', (field, mark) => ({ [field]: mark.replace('.000Z', '.000000Z') })],
  [
    'of a sync under way',
    (_, mark) => ({
      state_type: 'date-range',
      slices: [
        {
          start: '2020-01-01T00:00:00.000Z',
          end: '2026-03-01T00:00:00.000Z',
          most_recent_cursor_value: mark,
        },
      ],
    }),
  ],
];

describe("the state of Airbyte's Paystack connector", () => {
  let run: Running;
  let records: Map<string, string[]>;
  beforeAll(async () => {
    run = await running(paystack.start());
    records = run.sandbox.expected();
  });
  afterAll(() => run.close());

  /** Cursor dates of a stream's records, oldest first. */
  function sortedDates(stream: string, rows: readonly JsonObject[]): string[] {
    const dates = rows.map((row) => row[CURSORS[stream] ?? '']);
    return dates.filter((date) => typeof date === 'string').sort();
  }

  function datesOf(stream: string): string[] {
    const texts = records.get(stream) ?? [];
    return sortedDates(
      stream,
      texts.map((text) => JSON.parse(text) as JsonObject),
    );
  }

  it.each(FORMS)('%s is gone on from', async (_, form) => {
    const streams = (await run.connector.streams(CONFIG)).filter(({ name }) => name in CURSORS);
    expect(streams.map(({ name }) => name).sort()).toEqual(Object.keys(CURSORS).sort());
    const marks = new Map(streams.map(({ name }) => [name, datesOf(name).at(-3) ?? '']));
    const result = await run.connector.read({
      config: {
        provider: { name: 'paystack', secret_key: run.sandbox.secretKey },
        lookback_window_days: 0,
      },
      catalog: { streams: streams.map((stream) => configured(stream, 'incremental')) },
      state: [...marks].map(([name, mark]) => ({
        type: 'STREAM',
        stream: { stream_descriptor: { name }, stream_state: form(CURSORS[name] ?? '', mark) },
      })),
    });
    const { errors, recordsOf } = groupMessages(result);
    expect({ code: result.code, errors: errors.map(({ error }) => error.message) }).toEqual({
      code: 0,
      errors: [],
    });
    for (const [name, mark] of marks) {
      const dates = sortedDates(
        name,
        recordsOf(name).map(({ data }) => data),
      );
      const all = datesOf(name);
      expect([name, dates]).toEqual([name, expect.arrayContaining(all.filter((date) => date >= mark))]);
      // Those with a date of change may all have changed since.
      if (!(name in paystack.changeDates)) expect([name, dates.length < all.length]).toEqual([name, true]);
    }
  });
});
