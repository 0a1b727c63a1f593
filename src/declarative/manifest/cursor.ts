/** Incremental sync, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import { DEFAULT_CURSOR_GRANULARITY, DEFAULT_LOOKBACK_DAYS, DEFAULT_STEP } from '../components.js';
import type { DatetimeBasedCursor } from '../components.js';
import { fixedDuration } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import {
  dateFilter,
  dateFilterAndChanges,
  IS_CREATED_LIST,
  SLICE_END,
  SLICE_START,
} from './cursor-requests.js';
import type { CursorRequests } from './cursor-requests.js';
import { allOf, configValue, literal, template, valueIn } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import type { Notes } from './notes.js';

/** Of the slices and the state: as most records have it, and as this connector's own state. */
const STATE_FORMAT = '%Y-%m-%dT%H:%M:%S.%_msZ';
/** Of dates in records and states. Those without a zone are taken for UTC. */
const RECORD_FORMATS = [
  '%Y-%m-%dT%H:%M:%S.%f%z',
  '%Y-%m-%dT%H:%M:%S%z',
  '%Y-%m-%dT%H:%M:%S.%f',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%d',
];
const SECONDS_FORMAT = '%Y-%m-%dT%H:%M:%SZ';

export interface ManifestCursor extends CursorRequests {
  readonly incremental_sync: JsonObject;
  /** Expression that keeps a record; undefined if all are kept. */
  readonly record_filter: string | undefined;
  readonly transformations: readonly JsonObject[];
}

/** What a stream's cursor stands on. */
export type CursorScope =
  /** The stream's own list. */
  | 'own'
  /** The lists of all parents: one mark for them together. */
  | 'of_all_parents'
  /** The lists of the parents that the parents' own cursor chooses. */
  | 'by_parent';

export interface CursorContext {
  readonly stream: string;
  readonly scope: CursorScope;
  /** ISO timestamp from which a config without `start_date` is read. */
  readonly earliest_date: string;
  readonly notes: Notes;
}

function startDate({ earliest_date }: CursorContext): string {
  return `(config.get('start_date') or ${literal(earliest_date)})`;
}

/** Keeps the records before the end date of the config, if there is one. @param time expression */
function beforeEndDate(time: string): string {
  return `not config.get('end_date') or ${time} < timestamp(config.get('end_date'))`;
}

/** The date stands under the cursor's name too, where the API sends it under another one. */
function moveAliases(
  field: string,
  aliases: readonly string[],
  { notes, stream }: CursorContext,
): JsonObject[] {
  if (aliases.length === 0) return [];
  notes.add(
    'Where a record has its date under another of its known names, the date is added under that of the cursor field.',
    stream,
  );
  const values = aliases.map((alias) => `record.get(${literal(alias)})`).join(' or ');
  return [
    {
      type: 'AddFields',
      condition: template(`not record.get(${literal(field)}) and (${values})`),
      fields: [
        { type: 'AddedFieldDefinition', path: [field], value: template(values), value_type: 'string' },
      ],
    },
  ];
}

/** Records that belong to the slice, by their own dates; those without a cursor are kept. */
function recordFilter(
  definition: DatetimeBasedCursor,
  requests: CursorRequests,
  context: CursorContext,
): string {
  const { cursor_field, start_time_option, cursor_granularity, extensions } = definition;
  const time = (path: readonly string[]) => `timestamp(${valueIn('record', path)})`;
  const own = time([cursor_field]);
  const others = (extensions?.change_fields ?? []).map(
    (path) => `(${time(path)} if ${valueIn('record', path)} else 0)`,
  );
  const newest = others.length === 0 ? own : `max(${[own, ...others].join(', ')})`;
  const lower = `timestamp(${SLICE_START})`;
  const isNew = `${newest} >= ${lower}`;
  const conditions = [isNew];
  if (requests.partition_router !== undefined) {
    const isOlder = `timestamp(${startDate(context)}) <= ${own} < ${lower}`;
    conditions[0] = `(${isNew}) if ${IS_CREATED_LIST} else (${isOlder})`;
  } else if (start_time_option !== undefined) {
    const seconds = fixedDuration(cursor_granularity ?? DEFAULT_CURSOR_GRANULARITY) / 1000;
    conditions.push(`${own} < timestamp(${SLICE_END}) + ${seconds}`);
  }
  // A record that has changed may have been created before the start.
  if (others.length > 0) conditions.push(`${own} >= timestamp(${startDate(context)})`);
  conditions.push(beforeEndDate(own));
  return `not record.get(${literal(cursor_field)}) or (${allOf(conditions)})`;
}

function requestsOf(
  definition: DatetimeBasedCursor,
  { stream, scope, notes }: CursorContext,
): CursorRequests {
  const { start_time_option: start, end_time_option: end, extensions } = definition;
  // Of children that go by their parents, the parents' requests have the bounds.
  if (start === undefined || scope === 'by_parent') return { parameters: {} };
  notes.add(
    'A date filter that the API ignores goes unnoticed: each slice then reads the whole list.',
    stream,
  );
  if (extensions?.changed_since === undefined) return dateFilter(definition, start);
  if (scope !== 'own' || end === undefined) {
    throw new Error(`${stream}: changed_since cannot be exported for it`);
  }
  notes.add(
    'The first sync asks for everything twice, by date of creation and by date of change, and is one slice: it cannot be taken up in the middle.',
    stream,
  );
  const { start_time_option, end_time_option, ...rest } = extensions.changed_since;
  requireNothingLeft(rest);
  return dateFilterAndChanges(definition, { start, end }, { start: start_time_option, end: end_time_option });
}

/**
 * Where slices end: now, or the end date. A data feed has none: the runtime would take its first record, which
 * is newer, for the end of the list. Nor have changes, which older records go through after the end date.
 */
function endDatetime({ is_data_feed, extensions }: DatetimeBasedCursor): JsonObject {
  const { changed_since, look_ahead } = extensions ?? {};
  if (is_data_feed === true || changed_since !== undefined) return {};
  const format = literal(SECONDS_FORMAT);
  const end = look_ahead === undefined ? 'now_utc()' : `(now_utc() + duration(${literal(look_ahead)}))`;
  return {
    end_datetime: {
      type: 'MinMaxDatetime',
      datetime: template(`${end}.strftime(${format})`),
      max_datetime: template(
        `format_datetime(config.get('end_date'), ${format}) if config.get('end_date') else ''`,
      ),
      datetime_format: SECONDS_FORMAT,
    },
  };
}

/** The bounds of the sync; the runtime takes the mark from the newest record, which may lie ahead. */
function range(definition: DatetimeBasedCursor, context: CursorContext): JsonObject {
  const days = Math.ceil(fixedDuration(definition.extensions?.look_ahead ?? 'P0D') / DAY_MS);
  const lookback = configValue('lookback_window_days', String(DEFAULT_LOOKBACK_DAYS));
  if (days > 0) {
    context.notes.add(
      `The state can lie up to ${days} days ahead, so the lookback window is longer by as much.`,
      context.stream,
    );
  }
  return {
    start_datetime: {
      type: 'MinMaxDatetime',
      datetime: template(`format_datetime(${startDate(context)}, ${literal(SECONDS_FORMAT)})`),
      datetime_format: SECONDS_FORMAT,
    },
    ...endDatetime(definition),
    lookback_window: `P${template(days === 0 ? lookback : `${lookback} + ${days}`)}D`,
  };
}

/**
 * The runtime knows lists that it filters by date and lists that it reads until they are old. Without the filter, one
 * that the API ignores does no harm.
 */
function asFeed(definition: DatetimeBasedCursor): DatetimeBasedCursor {
  const feed = without(definition, 'start_time_option', 'end_time_option', 'step', 'cursor_granularity');
  return { ...feed, extensions: without(definition.extensions ?? {}, 'prove_filter') };
}

export function cursor(given: DatetimeBasedCursor, context: CursorContext): ManifestCursor {
  const definition = given.is_data_feed === true ? asFeed(given) : given;
  const { type, cursor_field, start_time_option, step, cursor_granularity, is_data_feed, extensions } =
    definition;
  const { cursor_field_aliases, changed_since, limited_range, change_fields, prove_filter, ...more } =
    extensions ?? {};
  // The runtime reads a window that has ended like any other.
  const others = without(more, 'change_moves_cursor');
  requireNothingLeft(
    without(
      definition,
      'type',
      'cursor_field',
      'datetime_format',
      'start_time_option',
      'end_time_option',
      'step',
      'cursor_granularity',
      'is_data_feed',
      'extensions',
    ),
  );
  requireNothingLeft(without(others, 'look_ahead'));
  const { stream, scope, notes } = context;
  const requests = requestsOf(definition, context);
  const isSliced = start_time_option !== undefined && changed_since === undefined && scope === 'own';
  if (isSliced && limited_range !== true) {
    notes.add(
      `Slices have a fixed length (${step ?? DEFAULT_STEP}), whether they hold many records or none.`,
      stream,
    );
  }
  if (prove_filter === true) {
    notes.add('A date filter that goes by another date goes unnoticed where it leaves out records.', stream);
  }
  if (is_data_feed === true) {
    notes.add('That the list is newest first is not verified.', stream);
    if (given.start_time_option !== undefined) {
      notes.add('The whole list is one slice: it cannot be taken up in the middle.', stream);
    }
    if (change_fields !== undefined) throw new Error(`${stream}: a data feed cannot have change_fields`);
  }
  const filter =
    is_data_feed === true
      ? // The runtime itself drops what was there before; to filter that too would hide from it where to stop.
        `not record.get(${literal(cursor_field)}) or (${beforeEndDate(`timestamp(${valueIn('record', [cursor_field])})`)})`
      : recordFilter(definition, requests, context);
  return {
    incremental_sync: {
      type,
      cursor_field,
      datetime_format: STATE_FORMAT,
      cursor_datetime_formats: RECORD_FORMATS,
      ...range(definition, context),
      ...(isSliced
        ? { step: step ?? DEFAULT_STEP, cursor_granularity: cursor_granularity ?? DEFAULT_CURSOR_GRANULARITY }
        : {}),
      ...(is_data_feed === true ? { is_data_feed } : {}),
      // One mark for all lists of the stream, as this connector has it.
      ...(scope === 'own' && changed_since === undefined ? {} : { global_substream_cursor: true }),
    },
    ...requests,
    record_filter: scope === 'by_parent' ? undefined : filter,
    transformations:
      scope === 'by_parent' ? [] : moveAliases(cursor_field, cursor_field_aliases ?? [], context),
  };
}
