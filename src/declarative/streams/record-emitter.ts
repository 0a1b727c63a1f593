import { recordCountOf } from '../../protocol/record-batch.js';
import type { RecordBatch } from '../../protocol/record-batch.js';
import type { DeclarativeStream } from '../components.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { beginPage } from '../incremental/cursor.js';
import type { Cursor, OpenSlice } from '../incremental/cursor.js';
import type { Clock } from '../requesters/api-budget.js';
import type { StreamPartition } from '../stream-slice.js';
import { addedFields, toMembers } from './add-fields.js';
import type { AddedField } from './add-fields.js';

/** Resolves when the records have left the process. */
export type WriteRecords = (batch: RecordBatch) => Promise<void>;

/** Start and end of each record, by the members to add to it. */
export type SelectedRanges = ReadonlyMap<string, readonly number[]>;

/** What is known of each record. */
interface RecordPlaces {
  /** Says which records belong to a slice; undefined if all do. */
  readonly cursor: Cursor | undefined;
  /** Values captured from each record; those of the cursor come first. */
  readonly width: number;
  /** Places of the primary key among them, as far as records bring it themselves. */
  readonly keyPlaces: readonly number[];
  /** From which place on they are those of the fields that AddFields names. */
  readonly addedPlace: number;
}

/** Picks the records of a page that belong to a slice, and writes them with the members that are added to them. */
export class RecordEmitter {
  readonly #definition: DeclarativeStream;
  readonly #places: RecordPlaces;
  readonly #clock: Clock;
  readonly #write: WriteRecords;

  constructor(definition: DeclarativeStream, places: RecordPlaces, clock: Clock, write: WriteRecords) {
    this.#definition = definition;
    this.#places = places;
    this.#clock = clock;
    this.#write = write;
  }

  /**
   * The byte ranges of the records to emit, by the members to add to them. What a record has already, with
   * the same value, is not added a second time; with another value ours comes last, where it counts.
   * @param fresh for each record whether it came for the first time
   * @throws DateFilterError
   */
  select(
    page: SelectedPage,
    fresh: readonly boolean[],
    open: OpenSlice,
    partition: StreamPartition,
  ): SelectedRanges {
    const { cursor, width } = this.#places;
    const fields = addedFields(this.#definition.transformations, partition, this.#clock.now());
    const all = toMembers(fields);
    if (cursor !== undefined) beginPage(open);
    const groups = new Map<string, number[]>();
    for (let i = 0; i < fresh.length; i++) {
      if (fresh[i] !== true) continue;
      const offset = i * width;
      if (cursor !== undefined && cursor.judge(open, page.captured, offset) !== 'emit') continue;
      if (this.#hasNoKey(page, offset)) open.withoutKey++;
      const members = fields.length === 0 ? all : this.#missingMembers(fields, all, page, offset);
      let ranges = groups.get(members);
      if (ranges === undefined) groups.set(members, (ranges = []));
      ranges.push(page.ranges[2 * i] ?? 0, page.ranges[2 * i + 1] ?? 0);
    }
    return groups;
  }

  #hasNoKey({ captured }: SelectedPage, offset: number): boolean {
    // Not `some`, which would make a function for each record.
    for (const place of this.#places.keyPlaces) {
      if (!captured.isPresent(offset + place)) return true;
    }
    return false;
  }

  /** @param all the members of all fields */
  #missingMembers(fields: readonly AddedField[], all: string, page: SelectedPage, offset: number): string {
    const start = offset + this.#places.addedPlace;
    const isMissing = ({ raw }: AddedField, i: number) => page.captured.raw(start + i) !== raw;
    return fields.every(isMissing) ? all : toMembers(fields.filter(isMissing));
  }

  /** @throws OutputClosedError */
  async write(page: SelectedPage, groups: SelectedRanges, open: OpenSlice): Promise<void> {
    const wrapAs = this.#definition.retriever.record_selector.extractor.extensions?.wrap_as;
    for (const [members, ranges] of groups) {
      const batch = {
        bytes: page.bytes,
        ranges,
        addedFields: members,
        ...(wrapAs === undefined ? {} : { wrapAs }),
      };
      await this.#write(batch);
      open.written += recordCountOf(batch);
    }
  }
}
