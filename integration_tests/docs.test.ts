/** The documents: their generated parts are current, what they say of the data holds, their links lead somewhere. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it, test } from '@jest/globals';
import { parse } from 'yaml';
import { changesOf } from '../scripts/docs/changelog.js';
import { fieldAt } from '../scripts/docs/columns.js';
import { documentPaths, documentText, markdownPaths } from '../scripts/docs/documents.js';
import { lateChanges, whatIsRead } from '../scripts/docs/reading.js';
import { relationsOf } from '../scripts/docs/relations.js';
import type { Relation } from '../scripts/docs/relations.js';
import { pagarme } from '../src/providers/pagarme/provider.js';
import { paystack } from '../src/providers/paystack/provider.js';
import { PROVIDERS } from './providers.js';

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

describe('the generated parts of', () => {
  it.each(documentPaths())('%s are current', async (path) => {
    // If not: npm run docs:write, and look at the difference.
    expect(read(path)).toBe(await documentText(path));
  });
});

describe('what is said of a stream follows from its definition', () => {
  const streams = [...paystack.source.streams, ...pagarme.source.streams];
  const inWindow = 'created in the window';
  const changed = 'the whole list; kept are those changed in the window';
  const settled = `${inWindow} or with \`updatedAt\` in it`;

  it.each([
    ['transactions', inWindow, 'none'],
    ['plans', changed, 'all'],
    ['settlements', `the whole list; kept are those ${settled}`, 'those that move `updatedAt`'],
    [
      'settlement_transactions',
      `of each record of \`settlements\` ${settled}`,
      'when the record of `settlements` comes again',
    ],
    ['balance', 'a snapshot', 'each sync brings what is there now'],
    ['balance_ledger', 'created in the window', 'none'],
    ['banks', 'the whole list', 'all'],
    ['charge_transactions', `of each record of \`charges\` ${inWindow}`, 'none'],
    [
      'customer_cards',
      'of each record of `customers`; kept are those changed in the window or with `deleted_at` in it',
      'all',
    ],
    ['recipient_balances', 'a snapshot of each record of `recipients`', 'each sync brings what is there now'],
    ['payables', `${inWindow}, and older ones that changed in it`, 'all'],
  ])('%s: %s; late changes: %s', (name, read, late) => {
    const stream = streams.find((one) => one.name === name);
    if (stream === undefined) throw new Error(`there is no stream ${name}`);
    expect([whatIsRead(stream), lateChanges(stream)]).toEqual([read, late]);
  });

  it('a change that names only the other provider is left out', () => {
    const changes =
      '# Changelog\n\n## 2\n\n- Pagar.me: more\n- Paystack and Pagar.me: less\n- [Faster](docs/speed.md)\n';
    expect(changesOf(changes, paystack, [pagarme])).toBe(
      '### 2\n\n- Paystack and Pagar.me: less\n- [Faster](speed.md)',
    );
  });
});

/** All values at a path as JSON, without null. */
function valuesAt(value: unknown, path: readonly string[]): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => valuesAt(one, path));
  const [first, ...rest] = path;
  if (first === undefined) return typeof value === 'object' ? [] : [JSON.stringify(value)];
  return typeof value === 'object' ? valuesAt((value as Record<string, unknown>)[first], rest) : [];
}

/** Values of the one side that the other does not have; that a relation has no values at all counts too. */
function broken(relation: Relation, recordsOf: (stream: string) => readonly unknown[]): string[] {
  const { from, to, when, partly } = relation;
  const name = `${from.stream.name}.${from.path}`;
  const rows = recordsOf(from.stream.name).filter(
    (row) => when === undefined || valuesAt(row, [when.column]).includes(JSON.stringify(when.is)),
  );
  const values = rows.flatMap((row) => valuesAt(row, from.path.replaceAll('[]', '').split('.')));
  const keys = new Set(recordsOf(to.stream.name).flatMap((row) => valuesAt(row, to.path.split('.'))));
  const unknown = values.filter((value) => !keys.has(value));
  if (values.length === unknown.length) return [`${name}: nothing in ${to.stream.name}.${to.path}`];
  return partly === undefined ? unknown.map((value) => `${name}: no ${to.stream.name} ${value}`) : [];
}

describe.each([paystack, pagarme])('the relations of $name', (provider) => {
  it('hold in the sandbox', async () => {
    const sandbox = await PROVIDERS.find(({ name }) => name === provider.name)?.start();
    const records = new Map(
      [...(sandbox?.expected() ?? [])].map(([stream, texts]) => [
        stream,
        texts.map((text) => JSON.parse(text) as unknown),
      ]),
    );
    await sandbox?.close();
    const sure = relationsOf(provider).filter(({ isPresumed }) => !isPresumed);
    expect(sure.flatMap((relation) => broken(relation, (stream) => records.get(stream) ?? []))).toEqual([]);
  });
});

test('a path that the schema has not is refused', () => {
  const orders = paystack.source.streams.find(({ name }) => name === 'orders');
  if (orders === undefined) throw new Error('there are no orders');
  expect(fieldAt(paystack, orders, 'items[].product_id').types).toContain('integer');
  for (const path of ['payment', 'items.product_id', 'items[].product', 'amount.value']) {
    expect(() => fieldAt(paystack, orders, path)).toThrow(`has no ${path}`);
  }
});

/** As GitHub makes them: lower case, without punctuation, hyphens for spaces, a number from the second on. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  for (const [, heading = ''] of text.replace(/^```[^]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

function deadLinks(path: string): string[] {
  const text = read(path).replace(/^```[^]*?^```/gm, '');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const aim = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file));
    if (!existsSync(aim)) return true;
    return anchor !== undefined && (!statSync(aim).isFile() || !anchorsOf(read(aim)).has(anchor));
  });
}

describe('the links of', () => {
  it.each(markdownPaths())('%s lead to a file and a heading', (path) => {
    expect(deadLinks(path)).toEqual([]);
  });
});

describe('the skills file', () => {
  it.each(markdownPaths().filter((path) => path.startsWith('docs/skills/')))(
    '%s says what it is for',
    (path) => {
      const matter = /^---\n([^]*?)\n---\n/.exec(read(path))?.[1] ?? '';
      // https://agentskills.io/specification
      expect(parse(matter)).toEqual({
        name: expect.stringMatching(/^[a-z0-9-]{1,64}$/),
        description: expect.stringMatching(/^.{1,1024}$/),
      });
      // It is read on its own, in a folder of another project.
      expect(read(path)).not.toMatch(/\]\((?![a-z]+:)/);
    },
  );
});
