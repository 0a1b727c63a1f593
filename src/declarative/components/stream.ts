/** A stream: where its records are, what its lists belong to, and what is added to them. */
import type { DatetimeBasedCursor } from './cursor.js';
import type { DefaultPaginator, NoPagination } from './paginator.js';
import type { HttpRequester } from './requester.js';
import type { FieldPath } from './values.js';

/** Where the records are. */
export interface DpathExtractor {
  readonly type: 'DpathExtractor';
  readonly field_path: FieldPath;
  readonly extensions?: {
    /** A list of plain strings becomes records with this one field. A manifest cannot say it. */
    readonly wrap_as?: string;
    /** The answer may also be a list itself, where the vendor's sources disagree. */
    readonly or_root_list?: true;
    /** null in place of the list is an empty list. */
    readonly or_null?: true;
    /** One object stands in place of a list; it is the only record, and it has this field. */
    readonly single_object?: { readonly with_field: string };
  };
}

export interface RecordSelector {
  readonly type: 'RecordSelector';
  readonly extractor: DpathExtractor;
}

export interface ParentStreamConfig {
  readonly type: 'ParentStreamConfig';
  readonly stream: DeclarativeStream;
  /** Field of the parent record that identifies it. */
  readonly parent_key: string;
  /** Name under which the path template and AddFields refer to that value. */
  readonly partition_field: string;
  /**
   * True: the parents are read incrementally, and the state is the parents'. False: all parents are read,
   * and the children's own date decides.
   */
  readonly incremental_dependency: boolean;
  readonly extensions?: {
    /**
     * The date by which the parents' list comes newest first. As far as it really does, a sync that is taken
     * up again need not read the children of the same parents a second time.
     */
    readonly newest_first_by?: string;
  };
}

export interface SubstreamPartitionRouter {
  readonly type: 'SubstreamPartitionRouter';
  readonly parent_stream_configs: readonly [ParentStreamConfig];
}

export interface SimpleRetriever {
  readonly type: 'SimpleRetriever';
  readonly requester: HttpRequester;
  readonly record_selector: RecordSelector;
  readonly paginator: DefaultPaginator | NoPagination;
  readonly partition_router?: SubstreamPartitionRouter;
}

/** A value for a new field: from the partition, from the parent record, or the time of the request. */
export type AddedValue =
  | { readonly type: 'stream_partition'; readonly field: string }
  | { readonly type: 'parent_cursor' }
  | { readonly type: 'now_utc' };

export interface AddedFieldDefinition {
  readonly type: 'AddedFieldDefinition';
  readonly path: readonly [string];
  readonly value: AddedValue;
}

export interface AddFields {
  readonly type: 'AddFields';
  readonly fields: readonly AddedFieldDefinition[];
}

export interface JsonFileSchemaLoader {
  readonly type: 'JsonFileSchemaLoader';
  /** Relative to the provider's `schemas` folder. */
  readonly file_path: string;
}

export interface DeclarativeStream {
  readonly type: 'DeclarativeStream';
  readonly name: string;
  readonly primary_key: readonly string[];
  readonly retriever: SimpleRetriever;
  readonly incremental_sync?: DatetimeBasedCursor;
  readonly transformations?: readonly AddFields[];
  readonly schema_loader: JsonFileSchemaLoader;
}
