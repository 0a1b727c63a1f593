/** A stream, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import type { DeclarativeStream } from '../components.js';

import { cursor } from './cursor.js';
import type { CursorScope, ManifestCursor } from './cursor.js';
import { template } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import { paginator } from './paginator.js';
import { addFields, parentOf, partitionRouter } from './partition-router.js';
import type { ParentContext } from './partition-router.js';
import { recordSelector } from './record-selector.js';
import { requester } from './requester.js';
import { errorHandler } from './response-filters.js';

export interface StreamContext extends ParentContext {
  readonly earliest_date: string;
  /** The schema of a stream's records. */
  readonly schemaOf: (stream: DeclarativeStream) => JsonObject;
  /** Streams whose answers are lists themselves, where the definition allows both. */
  readonly plainLists: readonly string[];
  /** Names of the streams that others go by. */
  readonly parents: ReadonlySet<string>;
}

function scopeOf(stream: DeclarativeStream): CursorScope {
  const parent = parentOf(stream);
  if (parent === undefined) return 'own';
  return parent.incremental_dependency ? 'by_parent' : 'of_all_parents';
}

function cursorOf(
  stream: DeclarativeStream,
  { earliest_date, notes }: StreamContext,
): ManifestCursor | undefined {
  const { name, incremental_sync } = stream;
  if (incremental_sync === undefined) return undefined;
  return cursor(incremental_sync, { stream: name, scope: scopeOf(stream), earliest_date, notes });
}

function router(stream: DeclarativeStream, own: JsonObject | undefined, context: StreamContext): JsonObject {
  const { partition_router } = stream.retriever;
  if (partition_router === undefined) return own === undefined ? {} : { partition_router: own };
  return { partition_router: partitionRouter(partition_router, stream, context) };
}

/**
 * @param name the component's name
 * @param isWhole every record is read each time, as of a parent whose children go by dates of their own
 */
export function manifestStream(
  stream: DeclarativeStream,
  isWhole: boolean,
  context: StreamContext,
): JsonObject {
  const { type, name, primary_key, retriever } = stream;
  const { notes } = context;
  requireNothingLeft(
    without(
      stream,
      'type',
      'name',
      'primary_key',
      'retriever',
      'incremental_sync',
      'transformations',
      'schema_loader',
    ),
  );
  requireNothingLeft(
    without(retriever, 'type', 'requester', 'record_selector', 'paginator', 'partition_router'),
  );
  requireNothingLeft(without(stream.schema_loader, 'type', 'file_path'));

  const incremental = isWhole ? undefined : cursorOf(stream, context);
  const selector = recordSelector(retriever.record_selector, context.plainLists.includes(name), name, notes);
  const pages = paginator(retriever.paginator, selector.list, name, notes);
  const handler = errorHandler(
    retriever.requester,
    selector.records,
    [...selector.guards, ...pages.guards],
    notes,
  );
  const transformations = [
    ...selector.transformations,
    ...(incremental?.transformations ?? []),
    ...(stream.transformations ?? []).map((one) => addFields(one, stream, context.schemaOf(stream))),
  ];
  const filter = incremental?.record_filter;
  return {
    type,
    name,
    primary_key: [...primary_key],
    retriever: {
      type: retriever.type,
      requester: requester(
        stream,
        {
          parameters: incremental?.parameters ?? {},
          error_handler: handler,
          isParent: context.parents.has(name),
        },
        notes,
      ),
      record_selector: {
        type: retriever.record_selector.type,
        extractor: selector.extractor,
        ...(filter === undefined
          ? {}
          : {
              record_filter: { type: 'RecordFilter', condition: template(filter) },
              // The filter goes by the cursor field, which a transformation may have to fill in.
              transform_before_filtering: true,
            }),
      },
      paginator: pages.paginator,
      ...router(stream, incremental?.partition_router, context),
    },
    ...(incremental === undefined ? {} : { incremental_sync: incremental.incremental_sync }),
    ...(transformations.length === 0 ? {} : { transformations }),
  };
}
