/** A schema declares one type of a key; a record is read whichever type the API sends. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { raw } from '../sandbox/json-text.js';
import { startPaystackSandbox } from '../sandbox/paystack/server.js';
import type { AirbyteStream, JsonObject } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { configured, createConnector, groupMessages } from './connector-runner.js';
import type { Messages } from './connector-runner.js';
import { lastStatus } from './differences.js';
import { schemaAt, typesOf } from './json-schema.js';
import { expectedOf as pagarmeExpected, SMALL as PAGARME, start as startPagarme } from './pagarme/sandbox.js';
import { expectedOf as paystackExpected, FIXED as PAYSTACK } from './paystack/provider.js';

const open: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Read {
  readonly stream: AirbyteStream;
  readonly messages: Messages;
}

async function read(
  provider: string,
  environment: Readonly<Record<string, string>>,
  name: string,
): Promise<Read> {
  const connector = createConnector(environment);
  open.push(() => {
    connector.close();
  });
  const config = readJson<JsonObject>(`integration_tests/${provider}/config.json`);
  const stream = (await connector.streams(config)).find((one) => one.name === name);
  if (stream === undefined) throw new Error(`there is no stream ${name}`);
  const catalog = { streams: [configured(stream, 'incremental')] };
  return { stream, messages: groupMessages(await connector.read({ config, catalog })) };
}

function expectAll({ stream, messages }: Read, expected: ReadonlyMap<string, readonly string[]>): void {
  expect(lastStatus(messages, stream.name)).toBe('COMPLETE');
  const texts = messages.recordsOf(stream.name).map((record) => record.raw);
  expect(texts.sort()).toEqual([...(expected.get(stream.name) ?? [])].sort());
}

describe('payables, whose ids are declared as texts', () => {
  it('are read with ids that are numbers, neighbours beyond 2^53 too', async () => {
    const under = await startPagarme(PAGARME);
    open.push(() => under.close());
    const { sandbox } = under;
    // A number in a text and the number itself are ids of two records.
    const ids = [raw('9007199254740992'), raw('9007199254740993'), '9007199254740993', raw('7'), '7'];
    ids.forEach((id, place) => sandbox.update('payables', sandbox.data.payables.at(place * 2).id, { id }));

    const found = await read('pagarme', under.environment, 'payables');
    expect(typesOf(schemaAt(found.stream.json_schema, ['id']))).toEqual(['string']);
    expectAll(found, pagarmeExpected(sandbox));
    const texts = found.messages.recordsOf('payables').map((record) => record.raw);
    for (const id of ['9007199254740992', '9007199254740993', '"9007199254740993"', '7', '"7"']) {
      expect(texts.filter((text) => text.includes(`"id":${id},`))).toHaveLength(1);
    }
  });
});

describe('settlements, whose ids are declared as integers', () => {
  it.each(['settlements', 'settlement_transactions'])(
    'and their %s are read with ids that are texts',
    async (name) => {
      const sandbox = await startPaystackSandbox(PAYSTACK);
      open.push(() => sandbox.close());
      const ids = [...sandbox.data.settlements].map(({ id }) => id);
      const parents = new Map(ids.map((id) => [id, JSON.stringify(id)]));
      for (const id of ids) sandbox.update('settlements', id, { id });

      const found = await read('paystack', { PAYSTACK_API_URL: sandbox.url }, name);
      const key = name === 'settlements' ? 'id' : 'settlement_id';
      expect(typesOf(schemaAt(found.stream.json_schema, [key])).filter((type) => type !== 'null')).toEqual([
        'integer',
      ]);
      const expected = paystackExpected(sandbox);
      if (name === 'settlement_transactions') {
        const asTexts = (expected.get(name) ?? []).map((text) =>
          text.replace(
            /"settlement_id":(\d+)/,
            (_all, id: string) => `"settlement_id":${parents.get(id) ?? ''}`,
          ),
        );
        expected.set(name, asTexts);
      }
      expectAll(found, expected);
    },
  );
});
