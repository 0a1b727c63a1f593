import { isObject } from '../../protocol/json-object.js';
import type { JsonObject, JsonValue } from '../../protocol/messages.js';
import type { DeclarativeStream, SubstreamPartitionRouter } from '../components.js';
import { parseTimestamp, toIso } from '../datetime.js';
import { ListOrder } from '../incremental/list-order.js';
import type { PageOrder } from '../incremental/list-order.js';
import { settledAt } from '../incremental/sync-window.js';

/** Beside the cursor field: how far an unfinished sync had come. Airbyte's `parent_state` beside it is the parents' mark. */
const PARENTS_DONE = 'parents_done';

/** Parents whose children have been read: newer than `downTo`, up to `asOf`. Unix ms. */
interface DoneParents {
  readonly downTo: number;
  /** When the sync began that read them, or its first attempt. */
  readonly asOf: number;
  /** Raw keys of those of which children are missing. */
  readonly short: readonly string[];
}

/** What a page of parents says of one of them. */
export interface ParentDates {
  /** Unix ms: the date that the list is sorted by. */
  readonly created: number | undefined;
  /** Unix ms: when it changed last, where the parents tell. */
  readonly changed: number | undefined;
}

/** Which children a sync takes, as the config says. Of another choice, other children of the same parents are left. */
export interface ChildWindow {
  /** ISO timestamp */
  readonly startDate: string;
  /** ISO timestamp; undefined for none */
  readonly endDate?: string | undefined;
  readonly lookbackDays: number;
}

/** Parents of which children are missing that a state lists; with more, it claims nothing more to be done. */
const MAX_SHORT = 100;

function timeAt(value: JsonValue | undefined, name: string): number | undefined {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === 'string' ? parseTimestamp(text) : undefined;
}

/**
 * How far the parents of a stream have been worked through. A list of each of 100,000 parents takes hours, so
 * an interrupted sync must not begin with the first one again.
 *
 * It relies on the parents' list being newest first, as far as the pages that were read have shown it; a list
 * that is not only loses the saving.
 */
export class ParentProgress {
  readonly #parent: string;
  readonly #cursorField: string;
  readonly #now: number;
  readonly #saved: DoneParents | undefined;
  readonly #window: JsonObject;
  readonly #order = new ListOrder();
  /** Down to where the pages up to each one reach: that of page 1 at 1. Unix ms; undefined as long as none shows an order. */
  readonly #reach: (number | undefined)[] = [];
  /** The last page up to which the children of all parents have been read. */
  #pagesDone = 0;
  /** All pages have come. */
  #hasEnded = false;
  readonly #short: Set<string>;
  #isUnsure = false;
  #isForgotten = false;
  /** A parent came that is older than all that had been done. */
  #hasPassed = false;

  /**
   * @param parent name of the parents' stream
   * @param cursorField of the children's stream
   * @param state of the children's stream
   * @param now Unix ms: when this sync began
   */
  constructor(
    parent: string,
    cursorField: string,
    state: JsonObject | undefined,
    now: number,
    window: ChildWindow,
  ) {
    this.#parent = parent;
    this.#cursorField = cursorField;
    this.#now = now;
    this.#window = printWindow(window);
    const saved = state?.[PARENTS_DONE];
    const current = { since: state?.[cursorField], ...this.#window };
    this.#saved = parseDone(isObject(saved) ? saved[parent] : undefined, now, current);
    this.#short = new Set(this.#saved?.short);
  }

  /** Unix ms: when the sync began whose work this one goes on with; undefined if it begins anew. */
  get goesOnSince(): number | undefined {
    return this.#saved?.asOf;
  }

  /**
   * Whether the children of a parent need not be read. To be asked in the order of the list.
   * @param key of the parent, raw
   */
  isDone(dates: ParentDates, key: string | undefined): boolean {
    if (this.#saved === undefined || dates.created === undefined || key === undefined) return false;
    const { downTo, asOf, short } = this.#saved;
    if (dates.created <= downTo) this.#hasPassed = true;
    return !this.#hasPassed && isSettled(dates, asOf) && !short.includes(key);
  }

  /** Children of a parent are missing, so that it is not done with the others. @param key raw */
  addShort(key: string | undefined): void {
    if (key !== undefined && this.#short.has(key)) return;
    if (key === undefined || this.#short.size >= MAX_SHORT) this.mayHide();
    else this.#short.add(key);
  }

  /** A parent was found where the list has been read already: its children are not read yet. @param key raw */
  addMoved(dates: ParentDates, key: string | undefined): void {
    if (!isSettled(dates, this.#saved?.asOf ?? this.#now) || key === undefined || this.#short.has(key))
      return;
    if (this.#short.size >= MAX_SHORT) this.forget();
    else this.#short.add(key);
  }

  /**
   * A record may have moved to a page before this one, and so out of sight: from here on nothing more is claimed
   * to be done.
   */
  mayHide(): void {
    this.#isUnsure = true;
  }

  /** Some parents have not come, and nobody knows which: nothing at all is claimed to be done. */
  forget(): void {
    this.#isForgotten = true;
  }

  /** A page of parents has come, behind all pages before it. @param page 1 for the first one */
  pageListed(page: number, order: PageOrder): void {
    this.#order.add(page, order);
    this.#reach[page] = this.#order.readDownTo;
  }

  /** There are no further pages of parents. */
  listEnded(): void {
    this.#hasEnded = true;
  }

  /** The children of all parents of a page have been read, and of those before it. */
  pageDone(page: number): void {
    if (!this.#isUnsure) this.#pagesDone = page;
  }

  /**
   * Unix ms: the children of all newer parents have been read; undefined if nothing is known. Of the page that was listed
   * last only the next one can show whether it keeps the order: where a list goes by another date, it may end with a
   * parent that is much older than those behind it.
   */
  get #readDownTo(): number | undefined {
    if (this.#order.readDownTo === undefined) return undefined;
    const shown = this.#reach.length - (this.#hasEnded ? 1 : 2);
    return this.#reach[Math.min(this.#pagesDone, shown)];
  }

  /**
   * What a state of the unfinished sync says beside its cursor; nothing if there is no progress to speak of.
   * @param beside the rest of the state: whoever sets its mark back wants the children of all parents again
   */
  state(beside: JsonObject): JsonObject {
    const downTo = Math.min(this.#saved?.downTo ?? Infinity, this.#readDownTo ?? Infinity);
    if (downTo === Infinity || this.#isForgotten) return {};
    const asOf = this.#saved?.asOf ?? this.#now;
    const short = this.#short.size === 0 ? {} : { short: [...this.#short] };
    const since = beside[this.#cursorField] ?? null;
    const done = { down_to: toIso(downTo), as_of: toIso(asOf), since, ...this.#window, ...short };
    return { [PARENTS_DONE]: { [this.#parent]: done } };
  }
}

/**
 * Whether a list that was read as of a time has shown the parent where it stands now. Later ones may have become visible
 * after that; those that changed may have moved up from where it had not come to.
 */
function isSettled({ created, changed }: ParentDates, asOf: number): boolean {
  return created !== undefined && Math.max(created, changed ?? created) < settledAt(asOf);
}

function printWindow({ startDate, endDate, lookbackDays }: ChildWindow): JsonObject {
  return {
    start_date: startDate,
    lookback_days: lookbackDays,
    ...(endDate === undefined ? {} : { end_date: endDate }),
  };
}

/** @returns undefined if nothing is done, or not from this mark on and of this window */
function parseDone(
  own: JsonValue | undefined,
  now: number,
  current: Readonly<Record<string, JsonValue | undefined>>,
): DoneParents | undefined {
  const downTo = timeAt(own, 'down_to');
  const asOf = timeAt(own, 'as_of');
  if (!isObject(own) || downTo === undefined || asOf === undefined || asOf > now) return undefined;
  const isSame = ['since', 'start_date', 'lookback_days', 'end_date'].every(
    (key) => own[key] === current[key],
  );
  if (!isSame) return undefined;
  const short = Array.isArray(own['short']) ? own['short'] : [];
  return { downTo, asOf, short: short.filter((key) => typeof key === 'string') };
}

/** Name of the stream of parents whose lists are read in one slice, if those come in an order to go by. */
export function sortedParents({ retriever, incremental_sync }: DeclarativeStream): string | undefined {
  let parents: string | undefined;
  let router = retriever.partition_router;
  while (router !== undefined) {
    const [{ stream, extensions }]: SubstreamPartitionRouter['parent_stream_configs'] =
      router.parent_stream_configs;
    parents = extensions?.newest_first_by === undefined ? undefined : stream.name;
    router = stream.retriever.partition_router;
  }
  const isOneSlice = incremental_sync !== undefined && incremental_sync.start_time_option === undefined;
  return isOneSlice ? parents : undefined;
}
