/** The low-code manifests that are released: they are what the exporter makes of the definitions today. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { MANIFEST_NAMES, manifestText } from '../scripts/manifests.js';
import { LANGUAGE_VERSION } from '../src/declarative/manifest/to-manifest.js';
import { PROVIDERS } from './providers.js';
import { ROOT } from './connector-runner.js';

interface Manifest {
  readonly api_budget: {
    readonly policies: readonly {
      readonly rates: readonly [unknown];
      readonly matchers: readonly { readonly url_path_pattern: string }[];
    }[];
  };
  readonly definitions: {
    readonly streams: Readonly<Record<string, { retriever: { requester: { url: string } } }>>;
    readonly rates: Readonly<Record<string, { readonly limit: string }>>;
  };
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Requests per minute, with a test key and with a live one, that the first policy allows for a stream. */
function limitsOf({ api_budget, definitions }: Manifest, stream: string): string | undefined {
  const url = definitions.streams[stream]?.retriever.requester.url.replace(/\{\{.*?\}\}/g, 'some-id') ?? '';
  const { pathname } = new URL(url);
  const policy = api_budget.policies.find(({ matchers }) =>
    matchers.some(({ url_path_pattern: pattern }) => new RegExp(pattern).test(pathname)),
  );
  const [rate] = (policy?.rates ?? []) as readonly [{ limit?: string; $ref?: string }?];
  const limit = rate?.limit ?? definitions.rates[rate?.$ref?.split('/').at(-1) ?? '']?.limit ?? '';
  return /\((\d+) if .* else (\d+)\)/.exec(limit)?.slice(1).join(' and ');
}

/** https://paystack.com/docs/api/rate-limits/ and https://docs.pagar.me/reference/rate-limit */
const LIMITS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  paystack: { transactions: '100 and 600', settlement_transactions: '100 and 600' },
  pagarme: {
    orders: '600 and 200',
    recipients: '600 and 100',
    recipient_transfers: '600 and 150',
    transfers: '600 and 200',
    payables: '600 and 700',
    balance_operations: '600 and 300',
    hooks: '600 and 50',
    disputes: '600 and 200',
  },
};

test('there is one for each provider', () => {
  expect(MANIFEST_NAMES).toEqual(PROVIDERS.map(({ name }) => name));
});

test('they are written for the runtime that they are tested with', () => {
  expect(read('integration_tests/oracle/requirements.txt')).toContain(`airbyte-cdk==${LANGUAGE_VERSION}\n`);
});

describe.each(PROVIDERS)('the manifest of $name', ({ name }) => {
  const text = read(`manifests/${name}.yaml`);
  const manifest = parse(text) as Manifest;

  it('is current', () => {
    // If not: npm run manifest:write, and look at the difference.
    expect(text).toBe(manifestText(name));
  });

  it('has every stream', () => {
    const { streams } = JSON.parse(read(`integration_tests/${name}/configured_catalog.json`)) as {
      streams: { stream: { name: string } }[];
    };
    expect(Object.keys(manifest.definitions.streams)).toEqual(streams.map(({ stream }) => stream.name));
  });

  it('keeps to the documented rate limits', () => {
    const limits = LIMITS[name] ?? {};
    const found = Object.keys(limits).map((stream) => [stream, limitsOf(manifest, stream)]);
    expect(Object.fromEntries(found)).toEqual(limits);
  });
});
