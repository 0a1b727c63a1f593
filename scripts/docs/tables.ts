/** What the pages say of each stream, as tables and lists. */
import type { DeclarativeStream, KeyMode, Provider } from '../../src/declarative/components.js';
import { toAirbyteStream } from '../../src/declarative/streams/airbyte-stream.js';
import { columnsOf } from './columns.js';
import { code, enumeration, table } from './markdown.js';
import { lateChanges, whatIsRead } from './reading.js';
import { relationsOf } from './relations.js';
import { endpointOf, pageSizeOf, rateLimits } from './requests.js';

function codes(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function anchor(provider: Provider, { name }: DeclarativeStream): string {
  return `[${code(name)}](${provider.name}-tables.md#${name})`;
}

function syncModes(stream: DeclarativeStream): string {
  return toAirbyteStream(stream, {})
    .supported_sync_modes.map((mode) => mode.replace('_', ' '))
    .join(', ');
}

/** For the README: `28 streams: transactions, customers …` */
export function streamNames({ source }: Provider): string {
  return `${source.streams.length} streams: ${codes(source.streams.map(({ name }) => name))}.`;
}

export function streamTable(provider: Provider): string {
  return table(
    ['stream', 'endpoint', 'primary key', 'cursor', 'sync modes', 'records a page'],
    provider.source.streams.map((stream) => [
      anchor(provider, stream),
      endpointOf(provider, stream),
      codes(stream.primary_key),
      codes(stream.incremental_sync === undefined ? [] : [stream.incremental_sync.cursor_field]),
      syncModes(stream),
      pageSizeOf(stream),
    ]),
  );
}

export function readingTable({ source }: Provider): string {
  return table(
    ['stream', 'what a sync reads', 'changes of older records that come'],
    source.streams.map((stream) => [code(stream.name), whatIsRead(stream), lateChanges(stream)]),
  );
}

const KEY_MODES: readonly KeyMode[] = ['live', 'test'];

export function rateTable(provider: Provider): string {
  const total = provider.source.streams.length;
  return table(
    ['key', 'limit', 'holds for', 'streams'],
    KEY_MODES.flatMap((mode) =>
      rateLimits(provider, mode).map(({ of, rate, streams }) => [
        mode,
        rate,
        of,
        streams.length === total ? 'all' : codes(streams),
      ]),
    ),
  );
}

/** Every column of every stream. */
export function columnTables(provider: Provider): string {
  const relations = relationsOf(provider);
  return provider.source.streams
    .map((stream) => {
      const keysIn = (column: string): string[] =>
        relations
          .filter(({ from }) => from.stream === stream && from.path === column)
          .map(({ to }) => `→ ${code(`${to.stream.name}.${to.path}`)}`);
      return [
        `### ${stream.name}`,
        table(
          ['column', 'type', 'description'],
          columnsOf(provider, stream).map(({ name, type, description }) => [
            code(name),
            type,
            [description, ...keysIn(name)].join(' '),
          ]),
        ),
      ].join('\n\n');
    })
    .join('\n\n');
}

/** For readers with little room: a line for each stream, without the columns that lists do not fill. */
export function streamOutline(provider: Provider): string {
  return provider.source.streams
    .map((stream) => {
      const cursor = stream.incremental_sync?.cursor_field;
      const about = [
        `key ${enumeration(stream.primary_key.map(code))}`,
        ...(cursor === undefined ? [] : [`cursor ${code(cursor)}`]),
        `read: ${whatIsRead(stream)}`,
        `late changes: ${lateChanges(stream)}`,
      ];
      const columns = columnsOf(provider, stream).filter(({ isInLists }) => isInLists);
      const fields = columns.map(({ name, type }) => `${code(name)} (${type})`).join(', ');
      return `- **${stream.name}** (${about.join('; ')}): ${fields}`;
    })
    .join('\n');
}
