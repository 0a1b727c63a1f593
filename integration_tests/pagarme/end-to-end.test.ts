import { afterEach, describe, expect, it } from '@jest/globals';
import { createStreams } from '../../sandbox/pagarme/data/streams.js';
import { createWorld } from '../../sandbox/pagarme/data/world.js';
import { resolveOptions } from '../../sandbox/pagarme/options.js';
import { DAY_MS } from '../../src/declarative/durations.js';
import type { AirbyteStream, JsonObject } from '../../src/protocol/messages.js';
import { readJson } from '../acceptance-config.js';
import { configured, createConnector, groupMessages, lastStates } from '../connector-runner.js';
import type { Connector, ConnectorRun } from '../connector-runner.js';
import { catalogOf, differences, lastStatus } from '../differences.js';
import { pagarme } from './provider.js';
import { SMALL, start } from './sandbox.js';
import type { Options, PagarmeUnderTest } from './sandbox.js';

const config = readJson<JsonObject>('integration_tests/pagarme/config.json');

const FEW: Options = {
  ...SMALL,
  size: 20,
  counts: { customers: 4, subscriptions: 3, recipients: 4, disputes: 5 },
};

interface Started {
  readonly under: PagarmeUnderTest;
  readonly connector: Connector;
  readonly streams: AirbyteStream[];
}

const open: (() => Promise<void>)[] = [];

async function started(options: Options): Promise<Started> {
  const under = await start(options);
  const connector = createConnector(under.environment);
  open.push(async () => {
    connector.close();
    await under.close();
  });
  return { under, connector, streams: await connector.streams(config) };
}

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

function warnings({ messages }: ConnectorRun): string[] {
  return messages.flatMap((message) =>
    message.type === 'LOG' && message.log.level === 'WARN' ? [message.log.message] : [],
  );
}

/** The names of the streams that did not come to their end, and what each of them says. */
async function failuresIn({ under, connector, streams }: Started): Promise<Map<string, string>> {
  const run = await connector.read({ config, catalog: catalogOf(streams) });
  const read = groupMessages(run);
  const failed = streams.map(({ name }) => name).filter((name) => lastStatus(read, name) !== 'COMPLETE');
  const complete = streams.filter(({ name }) => !failed.includes(name));
  expect(differences(pagarme, under.expected(), read, complete)).toEqual([]);
  expect(run.code).toBe(1);

  const own = read.errors.filter(({ error }) => error.stream_descriptor !== undefined);
  const summary = read.errors.at(-1)?.error;
  expect(summary?.stream_descriptor).toBeUndefined();
  for (const name of failed) expect(summary?.message).toContain(name);
  for (const { error } of own) expect(error.failure_type).toBe('config_error');
  const said = new Map(own.map(({ error }) => [error.stream_descriptor?.name ?? '', error.message] as const));
  expect([...said.keys()].sort()).toEqual(failed.sort());
  return said;
}

describe.each(['gone-404', 'gone-410'] as const)('balance operations are %s', (balanceOperations) => {
  it('the stream fails alone and says which streams to use instead; the check succeeds and names it', async () => {
    const one = await started({ ...FEW, quirks: { balanceOperations } });
    const said = await failuresIn(one);
    expect([...said.keys()]).toEqual(['balance_operations']);
    expect(said.get('balance_operations')).toMatch(/discontinued.*payables.*settlements/);

    const check = await one.connector.check(config);
    expect(check.messages.find(({ type }) => type === 'CONNECTION_STATUS')).toMatchObject({
      connectionStatus: { status: 'SUCCEEDED' },
    });
    expect(warnings(check)).toEqual([expect.stringContaining('balance_operations')]);
  });
});

describe('the key lacks the scope Financeiro', () => {
  it('the lists of money fail, each with a sentence that names the scopes, and the others are complete', async () => {
    const said = await failuresIn(
      await started({ ...FEW, quirks: { scopes: ['Transacional', 'Recebedores'] } }),
    );
    expect([...said.keys()].sort()).toEqual([
      'balance_operations',
      'payables',
      'recipient_anticipations',
      'recipient_balances',
      'recipient_transfers',
      'recipient_withdrawals',
      'settlements',
      'transfers',
    ]);
    for (const message of said.values()) expect(message).toContain('Financeiro');
  });
});

describe.each([400, 404] as const)(
  'parents vanish before their lists are read (HTTP %d)',
  (notFoundStatus) => {
    it('they are left out with a warning, and nothing else is', async () => {
      const world = createWorld({
        ...resolveOptions(FEW),
        zonelessDates: false,
        anticipationsPath: 'bulk_anticipations',
      });
      const { data } = createStreams(world);
      const vanishingParents = [
        data.charges.at(2).id,
        data.customers.at(1).id,
        data.subscriptions.at(0).id,
        data.recipients.at(1).id,
        data.subscription_items.at(data.subscription_items.length - 1).id,
      ];
      const { under, connector, streams } = await started({
        ...FEW,
        quirks: { notFoundStatus, vanishingParents },
      });
      const run = await connector.read({ config, catalog: catalogOf(streams) });
      expect(groupMessages(run).errors.map(({ error }) => error.message)).toEqual([]);
      expect(run.code).toBe(0);
      expect(differences(pagarme, under.expected(), groupMessages(run), streams)).toEqual([]);
      for (const id of vanishingParents) {
        expect(warnings(run)).toContainEqual(expect.stringMatching(new RegExp(`${id}.*skipped`)));
      }
    });
  },
);

describe('the config has no start date', () => {
  it('everything is read, from the first days of the API', async () => {
    const { under, connector, streams } = await started(FEW);
    const noStart = Object.fromEntries(Object.entries(config).filter(([name]) => name !== 'start_date'));
    const run = await connector.read({ config: noStart, catalog: catalogOf(streams) });
    expect(run.code).toBe(0);
    expect(differences(pagarme, under.expected(), groupMessages(run), streams)).toEqual([]);
  });
});

describe('a payable that is older than the lookback window changes between two syncs', () => {
  it('the second sync emits it, and no other payable of its age', async () => {
    const { under, connector, streams } = await started(FEW);
    const { sandbox } = under;
    const catalog = {
      streams: streams
        .filter(({ name }) => name === 'payables')
        .map((stream) => configured(stream, 'incremental')),
    };
    const lookback = { ...config, lookback_window_days: 10 };
    const first = groupMessages(await connector.read({ config: lookback, catalog }));
    expect(first.recordsOf('payables')).toHaveLength(sandbox.data.payables.length);

    const now = Date.parse(String(FEW.now));
    const old = [...sandbox.data.payables].find(({ createdMs }) => createdMs < now - 200 * DAY_MS);
    const changed = sandbox.update('payables', old?.id ?? '', { status: 'suspended' }, now + 60_000);
    const state = lastStates(first.states);
    const second = groupMessages(await connector.read({ config: lookback, catalog, state }));
    const createdAt = ({ data }: { data: JsonObject }) => Date.parse(data['created_at'] as string);
    const ofItsAge = second.recordsOf('payables').filter((record) => createdAt(record) < now - 100 * DAY_MS);
    expect(ofItsAge.map(({ raw }) => raw)).toEqual([changed.json]);
    expect(second.recordsOf('payables').length).toBeLessThan(first.recordsOf('payables').length);
  });
});
