/** Parents of a stream, and what their ids are called below them, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import type {
  AddedValue,
  AddFields,
  DeclarativeStream,
  ParentStreamConfig,
  SubstreamPartitionRouter,
} from '../components.js';
import { fillPlaces } from '../path-places.js';
import { literal, template } from './jinja.js';
import { requireNothingLeft } from './notes.js';
import type { Notes } from './notes.js';

/** The parent of a stream, if it has one. */
export function parentOf({ retriever }: DeclarativeStream): ParentStreamConfig | undefined {
  return retriever.partition_router?.parent_stream_configs[0];
}

/** Where a partition's value is: the values of parents of parents lie one level deeper each. */
function partitionValue(stream: DeclarativeStream, field: string): string {
  let parent = parentOf(stream);
  let place = 'stream_partition';
  while (parent !== undefined && parent.partition_field !== field) {
    parent = parentOf(parent.stream);
    place += "['parent_slice']";
  }
  if (parent === undefined) throw new Error(`${stream.name}: no parent is called ${field}`);
  return `${place}[${literal(field)}]`;
}

/** A path template with each partition value where the runtime has it. */
export function manifestPath(stream: DeclarativeStream): string {
  return fillPlaces(stream.retriever.requester.path, (field) => template(partitionValue(stream, field)));
}

/** Whether one of a stream's added fields is its parent's cursor. */
function addsParentCursor({ transformations }: DeclarativeStream): boolean {
  return (transformations ?? []).some(({ fields }) =>
    fields.some(({ value }) => value.type === 'parent_cursor'),
  );
}

export interface ParentContext {
  /** What stands for a parent stream. */
  readonly parent: (config: ParentStreamConfig) => JsonObject;
  readonly notes: Notes;
}

function parentConfig(
  definition: ParentStreamConfig,
  child: DeclarativeStream,
  { parent, notes }: ParentContext,
): JsonObject {
  const { type, stream, parent_key, partition_field, incremental_dependency, extensions, ...rest } =
    definition;
  const { newest_first_by, ...more } = extensions ?? {};
  requireNothingLeft(rest);
  requireNothingLeft(more);
  if (newest_first_by !== undefined) {
    notes.add('A sync that is taken up again begins with the first parent.', child.name);
  }
  const cursorField = stream.incremental_sync?.cursor_field;
  return {
    type,
    stream: parent(definition),
    parent_key,
    partition_field,
    ...(incremental_dependency ? { incremental_dependency } : {}),
    ...(addsParentCursor(child) && cursorField !== undefined ? { extra_fields: [[cursorField]] } : {}),
  };
}

export function partitionRouter(
  router: SubstreamPartitionRouter,
  stream: DeclarativeStream,
  context: ParentContext,
): JsonObject {
  const { type, parent_stream_configs, ...rest } = router;
  requireNothingLeft(rest);
  return {
    type,
    parent_stream_configs: parent_stream_configs.map((one) => parentConfig(one, stream, context)),
  };
}

function addedValue(value: AddedValue, stream: DeclarativeStream): string {
  switch (value.type) {
    case 'stream_partition':
      return template(partitionValue(stream, value.field));
    case 'parent_cursor': {
      const field = parentOf(stream)?.stream.incremental_sync?.cursor_field;
      if (field === undefined) throw new Error(`${stream.name}: the parent has no cursor`);
      return template(`stream_slice.extra_fields[${literal(field)}]`);
    }
    case 'now_utc':
      return `${template("now_utc().strftime('%Y-%m-%dT%H:%M:%S')")}Z`;
  }
}

function isInteger(schema: JsonObject, field: string): boolean {
  const { properties } = schema as { properties?: Readonly<Record<string, { type?: unknown }>> };
  return [properties?.[field]?.type].flat().includes('integer');
}

/** @param schema of the stream's records: it says which of the values are numbers */
export function addFields(definition: AddFields, stream: DeclarativeStream, schema: JsonObject): JsonObject {
  const { type, fields, ...rest } = definition;
  requireNothingLeft(rest);
  return {
    type,
    fields: fields.map((field) => {
      const { type: fieldType, path, value, ...more } = field;
      requireNothingLeft(more);
      return {
        type: fieldType,
        path: [...path],
        value: addedValue(value, stream),
        value_type: isInteger(schema, path[0]) ? 'integer' : 'string',
      };
    }),
  };
}
