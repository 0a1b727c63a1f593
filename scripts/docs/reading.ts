/** What a sync reads of a stream, said in words. All of it follows from the stream's definition. */
import type {
  DatetimeBasedCursor,
  DeclarativeStream,
  ParentStreamConfig,
} from '../../src/declarative/components.js';
import { code, enumeration } from './markdown.js';

export function parentOf({ retriever }: DeclarativeStream): ParentStreamConfig | undefined {
  const router = retriever.partition_router;
  return router?.parent_stream_configs[0];
}

/** The date of the last change as cursor: every change shows. */
function isDateOfChange(cursor: DatetimeBasedCursor): boolean {
  return /updated/i.test(cursor.cursor_field);
}

/** @throws Error for a cursor field whose name does not say what its date means */
function verbOf(cursor: DatetimeBasedCursor): string {
  if (isDateOfChange(cursor)) return 'changed';
  if (/created/i.test(cursor.cursor_field)) return 'created';
  if (/payment_date/i.test(cursor.cursor_field)) return 'paid';
  throw new Error(`What the date ${cursor.cursor_field} means is not known here: add its verb.`);
}

function changeFields(cursor: DatetimeBasedCursor): readonly string[] {
  return (cursor.extensions?.change_fields ?? []).map((path) => code(path.join('.')));
}

/** Which records of a list belong to a sync: `created in the window`. */
function selection(cursor: DatetimeBasedCursor): string {
  const { changed_since, look_ahead } = cursor.extensions ?? {};
  const changes = changeFields(cursor);
  const days = /^P(\d+)D$/.exec(look_ahead ?? '')?.[1];
  return [
    `${verbOf(cursor)} in the window`,
    ...(changes.length === 0 ? [] : [` or with ${enumeration(changes, 'or')} in it`]),
    ...(changed_since === undefined ? [] : [', and older ones that changed in it']),
    ...(days === undefined ? [] : [`, and due in the next ${days} days`]),
  ].join('');
}

function ownDate(cursor: DatetimeBasedCursor): string {
  return cursor.start_time_option === undefined
    ? `the whole list; kept are those ${selection(cursor)}`
    : selection(cursor);
}

function isSnapshot({ transformations = [] }: DeclarativeStream): boolean {
  return transformations.some(({ fields }) => fields.some(({ value }) => value.type === 'now_utc'));
}

/** What one sync asks for and keeps: `created in the window`. */
export function whatIsRead(stream: DeclarativeStream): string {
  const { incremental_sync: cursor } = stream;
  const parent = parentOf(stream);
  const whose = parent === undefined ? '' : `of each record of ${code(parent.stream.name)}`;
  if (parent !== undefined && parent.incremental_dependency) {
    const parentCursor = parent.stream.incremental_sync;
    return parentCursor === undefined ? whose : `${whose} ${selection(parentCursor)}`;
  }
  if (cursor === undefined) {
    return [isSnapshot(stream) ? 'a snapshot' : 'the whole list', whose].join(' ').trim();
  }
  return parent === undefined ? ownDate(cursor) : `${whose}; kept are those ${selection(cursor)}`;
}

/** Which changes of a record that is older than the window come all the same. */
export function lateChanges(stream: DeclarativeStream): string {
  const { incremental_sync: cursor } = stream;
  const parent = parentOf(stream);
  if (isSnapshot(stream)) return 'each sync brings what is there now';
  if (cursor === undefined) return 'all';
  if (parent !== undefined && parent.incremental_dependency) {
    const ofParent = lateChanges(parent.stream);
    return ofParent === 'none' ? ofParent : `when the record of ${code(parent.stream.name)} comes again`;
  }
  if (cursor.extensions?.changed_since !== undefined || isDateOfChange(cursor)) return 'all';
  const [change, ...more] = changeFields(cursor);
  if (change === undefined) return 'none';
  return more.length === 0 ? `those that move ${change}` : 'those that move one of these dates';
}
