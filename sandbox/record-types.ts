import type { Json, JsonObject } from './json-text.js';
import type { Timeline } from './timeline.js';

/**
 * The records of one stream. Nothing is kept but what a test has changed: record `index` (0 = oldest) is built anew
 * whenever it is asked for, so that a million records cost no memory. Ids and times rise with the index.
 */
export interface Generator {
  readonly count: number;
  id(index: number): string;
  /** The way back from an id, for lists too long to be searched; it may trust the id's form. */
  indexOf?(id: string): number | undefined;
  /** Absent for streams without a creation time. */
  readonly timeline?: Timeline;
  build(index: number, createdMs: number): Json;
  /** Shortcuts to single fields, so that filters and sums over a long list need not build every record. */
  readonly fields?: Readonly<Record<string, (index: number) => Json>>;
  /** A record that the list leaves out unless it is asked for, e.g. an archived one. */
  isHidden?(index: number): boolean;
  /** The last change as the API knows it inside, ms, for lists that filter by it without showing it. */
  updatedAt?(index: number): number;
}

export interface StoredRecord {
  readonly id: string;
  /** The exact text that replies carry. */
  readonly json: string;
  /** What JSON.parse makes of it: integers beyond 2^53 are rounded. */
  readonly parsed: unknown;
  /** ms; 0 where the stream has no creation time. */
  readonly createdMs: number;
  readonly hidden: boolean;
  /** Id of the parent record, for the streams that hang under another. */
  readonly parentId?: string;
}

/** A filter from the query string: any of the paths may hold the value. */
export interface FieldFilter {
  readonly paths: readonly string[];
  readonly value: string;
}

/** Stands for the time of the last change in a `TimeRange`. */
export const UPDATED_TIME = '@updated';

/** A range over another time than creation; records without that time are left out. */
export interface TimeRange {
  /** A dotted path to an ISO time in the record, or `UPDATED_TIME`. */
  readonly path: string;
  /** ms, included. */
  readonly lower?: number;
  /** ms, excluded. */
  readonly upper?: number;
}

export interface SelectOptions {
  /** ms, included. */
  readonly lower?: number;
  /** ms, excluded. */
  readonly upper?: number;
  readonly filters?: readonly FieldFilter[];
  readonly ranges?: readonly TimeRange[];
  readonly includeHidden?: boolean;
}

/** Records in the order of the API: newest first. */
export interface Selection {
  readonly count: number;
  /** The text alone: pages are made of it. */
  json(position: number): string;
  id(position: number): string;
  record(position: number): StoredRecord;
  /** The first position whose id is at or below `id`. */
  positionOf(id: string): number;
  /** The record's number in the order of creation: unlike its position, it never changes. */
  index(position: number): number;
  /** The first position whose index is at or below `index`. */
  positionAt(index: number): number;
  /** The sum of an integer field. */
  sum(path: string): number;
}

export interface RecordStore {
  all(): Selection;
  select(options: SelectOptions): Selection;
  /** Puts a new record in front; its creation time is the last one's plus a second, unless `record` gives one. */
  add(record: JsonObject): StoredRecord;
  /**
   * Replaces top-level fields.
   * @param updatedMs what `UPDATED_TIME` is from now on. @default a second after the last change of all
   */
  update(id: string, changes: JsonObject, updatedMs?: number): StoredRecord;
  find(id: string): StoredRecord | undefined;
  indexOf(id: string): number | undefined;
  remove(id: string): void;
  value(index: number): Json;
}
