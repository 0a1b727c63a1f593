/**
 * The documents that hold generated parts. They are written by hand, but for what stands between
 *
 *   <!-- generated: paystack streams -->  and  <!-- /generated -->
 *
 * which `npm run docs:write` replaces.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Provider } from '../../src/declarative/components.js';
import { pagarme } from '../../src/providers/pagarme/provider.js';
import { paystack } from '../../src/providers/paystack/provider.js';
import { changesOf } from './changelog.js';
import { diagram, relationList, relationTable } from './diagram.js';
import { columnTables, rateTable, readingTable, streamNames, streamOutline, streamTable } from './tables.js';

const PROVIDERS: readonly Provider[] = [paystack, pagarme];

/** The part of a marker behind the provider's name, and what it stands for. */
const PARTS: Readonly<Record<string, (provider: Provider) => string>> = {
  'stream names': streamNames,
  streams: streamTable,
  reading: readingTable,
  'rate limits': rateTable,
  diagram,
  relations: relationTable,
  joins: relationList,
  columns: columnTables,
  outline: streamOutline,
  changes: (provider) =>
    changesOf(
      readFileSync('CHANGELOG.md', 'utf8'),
      provider,
      PROVIDERS.filter((other) => other !== provider),
    ),
};

const START = /^<!-- generated: /gm;
const BLOCK = /^(<!-- generated: (\S+) (.+) -->\n)[^]*?^(<!-- \/generated -->)$/gm;

/** All Markdown for users, from the root of the project. */
export function markdownPaths(): string[] {
  const inDocs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'));
  return ['README.md', 'CHANGELOG.md', ...inDocs.sort()];
}

/** Those with generated parts. */
export function documentPaths(): string[] {
  return markdownPaths().filter((path) => readFileSync(path, 'utf8').match(START) !== null);
}

/**
 * What a document ought to be today.
 * @throws Error for a marker that names nothing, or that is not closed
 */
export async function documentText(path: string): Promise<string> {
  const text = readFileSync(path, 'utf8');
  if (text.match(BLOCK)?.length !== text.match(START)?.length) {
    throw new Error(`${path}: a marker "<!-- generated: provider part -->" is not one, or is not closed.`);
  }
  const written = text.replace(BLOCK, (_, start: string, name: string, part: string, end: string) => {
    const provider = PROVIDERS.find((one) => one.name === name);
    const make = PARTS[part];
    if (provider === undefined || make === undefined) {
      const parts = Object.keys(PARTS).join(', ');
      throw new Error(`${path}: there is no "${name} ${part}"; of each provider there are: ${parts}.`);
    }
    return `${start}\n${make(provider)}\n\n${end}`;
  });
  return format(written, { ...(await resolveConfig(path)), filepath: path });
}
