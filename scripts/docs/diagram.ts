/** A provider's tables and what joins them: as a diagram in Mermaid's language, and as a list. */
import type { DeclarativeStream, Provider } from '../../src/declarative/components.js';
import { columnsOf } from './columns.js';
import { code, table } from './markdown.js';
import { relationsOf } from './relations.js';
import type { Relation } from './relations.js';

/** The column that a path begins in. */
function columnOf({ from: { path } }: Relation): string {
  return path.split(/[.[]/, 1)[0] ?? path;
}

function keys(isKey: boolean, isForeign: boolean): string {
  return [...(isKey ? ['PK'] : []), ...(isForeign ? ['FK'] : [])].join(', ');
}

/** Its keys, and its columns that hold keys of others. */
function entity(provider: Provider, stream: DeclarativeStream, relations: readonly Relation[]): string {
  const own = relations.filter(({ from }) => from.stream === stream);
  const aims = relations.filter(({ to }) => to.stream === stream).map(({ to }) => to.path);
  const lines = columnsOf(provider, stream).flatMap(({ name, types }) => {
    const isKey = stream.primary_key.includes(name);
    const foreign = own.filter((relation) => columnOf(relation) === name);
    if (!isKey && foreign.length === 0 && !aims.includes(name)) return [];
    const paths = [...new Set(foreign.map(({ from }) => from.path))].filter((path) => path !== name);
    const comment = paths.length === 0 ? '' : ` "${paths.join(', ')}"`;
    return [`    ${types.join('_or_')} ${name} ${keys(isKey, foreign.length > 0)}${comment}`.trimEnd()];
  });
  return [`  ${stream.name} {`, ...lines, '  }'].join('\n');
}

/** The row may do without; a list may hold several. */
function line({ from, to, isToParent, when }: Relation): string {
  const one = isToParent ? '||' : from.path.includes('[]') ? '}o' : '|o';
  const label = when === undefined ? from.path : `${from.path} (${when.is})`;
  return `  ${to.stream.name} ${one}--o{ ${from.stream.name} : "${label}"`;
}

export function diagram(provider: Provider): string {
  const relations = relationsOf(provider);
  return [
    '```mermaid',
    'erDiagram',
    ...provider.source.streams.map((stream) => entity(provider, stream, relations)),
    ...relations.map(line),
    '```',
  ].join('\n');
}

function note({ from, isToParent, otherForm, when, partly, isPresumed }: Relation): string {
  return [
    ...(isToParent ? ['added by the connector'] : []),
    ...(when === undefined ? [] : [`where ${code(when.column)} is ${code(when.is)}`]),
    ...(partly === undefined ? [] : [partly]),
    ...(otherForm === undefined ? [] : [`the vendor may also send ${otherForm}`]),
    ...(isPresumed ? ['by its name and description; no sample shows both sides'] : []),
    ...(from.path.includes('[]') ? ['one row may name several'] : []),
  ].join('; ');
}

/** As `relationTable`, for readers with little room. */
export function relationList(provider: Provider): string {
  return relationsOf(provider)
    .map((relation) => {
      const [{ from, to }, about] = [relation, note(relation)];
      const fields = `${code(`${from.stream.name}.${from.path}`)} → ${code(`${to.stream.name}.${to.path}`)}`;
      return `- ${fields}${about === '' ? '' : ` (${about})`}`;
    })
    .join('\n');
}

export function relationTable(provider: Provider): string {
  return table(
    ['field', 'is the key of', 'note'],
    relationsOf(provider).map((relation) => [
      code(`${relation.from.stream.name}.${relation.from.path}`),
      code(`${relation.to.stream.name}.${relation.to.path}`),
      note(relation),
    ]),
  );
}
