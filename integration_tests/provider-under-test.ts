import type { Faults, PathPattern } from '../sandbox/faults.js';
import type { Reply } from '../sandbox/http-server.js';
import type { JsonObject } from '../src/protocol/messages.js';

/** A running model of a provider's API. */
export interface SandboxUnderTest {
  /** Points the program at the sandbox. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secretKey: string;
  /** Requests that a reader must not send. */
  readonly violations: readonly string[];
  readonly requests: readonly { readonly method: string }[];
  readonly faults: Faults;
  /** The records that a full read must print: stream name → text of `data` of each. */
  expected(): Map<string, string[]>;
  /** Adds records and changes others, all in ways that an incremental sync has to notice. */
  change(): void;
  close(): Promise<void>;
}

export interface Variant {
  /** What the API does differently. */
  readonly title: string;
  readonly start: () => Promise<SandboxUnderTest>;
  /** Streams that are begun anew on the way, so that some of their records come twice. */
  readonly mayRepeat?: readonly string[];
}

/**
 * What the suite must know of a provider. Its files lie in `integration_tests/<name>/`; an entry of
 * acceptance-test-config.yml belongs to the provider whose folder its config lies in.
 */
export interface ProviderUnderTest {
  readonly name: string;
  /** Fixed data: the files with expected records are made of it. */
  start(): Promise<SandboxUnderTest>;
  /** The same records in so small pages that streams are read in several slices. */
  startWithSmallPages(): Promise<SandboxUnderTest>;
  /** Where the vendor's documentation leaves open what the API does. */
  readonly variants: readonly Variant[];
  /** Such answers that matter to a sync that follows another one. */
  readonly changeVariants: readonly Variant[];
  /** A list that can be refused without harm to another. */
  readonly refusable: { readonly path: string; readonly stream: string };
  /**
   * How to let the oldest slice of a stream fail for good after its first page, in the sandbox with small pages,
   * while the later ones are read.
   */
  readonly brokenSlice: {
    readonly stream: string;
    /** `start_date` of the config. */
    readonly startDate: string;
    readonly pattern: PathPattern;
    readonly reply: Reply;
  };
  /**
   * Fields that the connector adds with the time of the read, by stream. They are left out where a record is
   * compared with what the sandbox holds.
   */
  readonly clockFields: Readonly<Record<string, readonly string[]>>;
  /**
   * Dates besides the cursor that make a record new, for the streams that have such. Integers too long for a number
   * are strings in these records.
   * @param recordsOf the records of a full read
   */
  readonly changeDates: Readonly<
    Record<string, (record: JsonObject, recordsOf: (stream: string) => readonly JsonObject[]) => unknown[]>
  >;
  /** The date that stands in for the cursor where records do not have it, by stream. */
  readonly cursorDates: Readonly<Record<string, (record: JsonObject) => unknown>>;
}
