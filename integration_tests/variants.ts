/** What every answer of a provider's API must lead to, where the vendor's documentation leaves it open. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../src/protocol/messages.js';
import { readJson } from './acceptance-config.js';
import { configured, groupMessages, lastStates } from './connector-runner.js';
import { catalogOf, deduplicated, differences, lostIn } from './differences.js';
import { compact } from './json-schema.js';
import type { ProviderUnderTest, SandboxUnderTest, Variant } from './provider-under-test.js';
import { running } from './running.js';

const configOf = ({ name }: ProviderUnderTest) =>
  readJson<JsonObject>(`integration_tests/${name}/config.json`);

/** The streams with records that were not there before. */
function newIn(sandbox: SandboxUnderTest, before: ReadonlyMap<string, readonly string[]>): string[] {
  return [...sandbox.expected()].flatMap(([name, texts]) => {
    const known = new Set(before.get(name));
    return texts.some((text) => !known.has(text)) ? [name] : [];
  });
}

/** Two syncs, and changes between them. */
export function testChanges(provider: ProviderUnderTest, { title, start }: Variant): void {
  it(`between two syncs records are added and changed, where ${title}: the second one picks them up, and does not read all again`, async () => {
    const config = configOf(provider);
    const { connector, sandbox, close } = await running(start());
    try {
      const streams = await connector.streams(config);
      const catalog = {
        streams: streams.map((stream) => configured(stream, stream.supported_sync_modes.at(-1))),
      };
      const firstRun = await connector.read({ config, catalog });
      const first = groupMessages(firstRun);
      const before = sandbox.expected();
      sandbox.change();
      expect(newIn(sandbox, before).length).toBeGreaterThan(10);

      const secondRun = await connector.read({ config, catalog, state: lastStates(first.states) });
      const second = groupMessages(secondRun);
      const errors = [first, second].flatMap((sync) => sync.errors.map(({ error }) => error.message));
      expect({ errors, codes: [firstRun.code, secondRun.code] }).toEqual({ errors: [], codes: [0, 0] });
      const both = deduplicated(streams, first, second);
      expect(differences(provider, sandbox.expected(), both, streams)).toEqual([]);
      expect(second.records.length).toBeLessThan(first.records.length);
    } finally {
      await close();
    }
  });
}

function testRead(provider: ProviderUnderTest, { title, start, mayRepeat = [] }: Variant): void {
  const exceptions = mayRepeat.map((name) => ` but ${name}`).join('');
  it(`a read, where ${title}: nothing is lost, nothing is repeated${exceptions}`, async () => {
    const config = configOf(provider);
    const { connector, sandbox, close } = await running(start());
    try {
      const streams = await connector.streams(config);
      const result = await connector.read({ config, catalog: catalogOf(streams) });
      const read = groupMessages(result);
      expect({ errors: read.errors.map(({ error }) => error.message), code: result.code }).toEqual({
        errors: [],
        code: 0,
      });
      const found = differences(provider, sandbox.expected(), read, streams, compact);
      const repeats = found.filter(({ stream }) => mayRepeat.includes(stream));
      expect(found.filter((one) => !repeats.includes(one))).toEqual([]);
      expect(lostIn(repeats)).toEqual([]);
      expect(result.otherLines).toEqual([]);
      expect(sandbox.violations).toEqual([]);
    } finally {
      await close();
    }
  });
}

export function testVariants(provider: ProviderUnderTest): void {
  describe(`variants of the API: ${provider.name}`, () => {
    for (const variant of provider.changeVariants) testChanges(provider, variant);
    for (const variant of provider.variants) testRead(provider, variant);
  });
}
