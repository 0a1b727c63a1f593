import { TracedError } from '../../protocol/errors.js';
import { toIso } from '../datetime.js';
import { DAY_MS } from '../durations.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { PageInfo } from '../retrievers/list.js';
import type { Glance, Retriever } from '../retrievers/retriever.js';
import type { StreamSlice } from '../stream-slice.js';
import { DateFilterError } from './cursor.js';
import type { Cursor, FilterInQuestion } from './cursor.js';
import { cutFault } from './cut-proof.js';
import { addToOrder, emptyPage } from './list-order.js';
import type { PageOrder } from './list-order.js';

/**
 * ms by which records may stand in another order than that of their dates, as in a list that is sorted by its ids. What is
 * asked for begins by as much earlier.
 */
const DISORDER = DAY_MS;

/** Times that the records are counted anew when some came in between. */
const MAX_TRIES = 4;

/** The list of a slice, as its first page shows it. */
interface CountedList {
  /** Records of the list. */
  readonly total: number;
  /** Records of a page. */
  readonly pageSize: number;
}

type Glances = Pick<Retriever, 'glance'>;

/** What is found out about the API's date filter beside the reading of a stream, once for each. */
export class FilterProof {
  readonly #cursor: Cursor;
  readonly #retriever: Retriever;
  readonly #warn: (message: string) => void;
  /** That it leaves out records that do not have the date it goes by. */
  #behind: Promise<DateFilterError | undefined> | undefined;
  /** That it leaves out records where slices meet. */
  #between: Promise<DateFilterError | undefined> | undefined;
  #isUnknown = false;

  /** @param warn told if something cannot be found out although something speaks for it */
  constructor(cursor: Cursor, retriever: Retriever, warn: (message: string) => void) {
    this.#cursor = cursor;
    this.#retriever = retriever;
    this.#warn = warn;
  }

  /** With each page of a slice; the first one counts. What has begun goes on beside the reading. */
  begin(slice: StreamSlice, page: SelectedPage, { number, total, hasMore }: PageInfo): void {
    if (number !== 1) return;
    // Where pages are cut, the first one shows their size.
    const pageSize = hasMore ? page.recordCount : this.#retriever.pageSize;
    const filter = this.#behind === undefined ? this.#cursor.filterInQuestion(slice) : undefined;
    if (total === undefined || pageSize === undefined || pageSize === 0) {
      if (filter?.isKnownFault === true) this.#behind = Promise.resolve(faultBefore(filter));
      return;
    }
    if (filter !== undefined) {
      const look = lookBehind(filter, { total, pageSize }, this.#retriever, this.#warn);
      this.#behind = this.#beside(
        look.then((found) => found ?? faultBefore(filter)),
        faultBefore(filter),
      );
    }
    // Where there are few records, their counts show nothing.
    const cuts = this.#between === undefined && hasMore ? this.#cursor.cutsInQuestion(slice) : undefined;
    if (cuts !== undefined) this.#between = this.#beside(cutFault(cuts, pageSize, this.#retriever));
  }

  /**
   * Before a slice counts as closed.
   * @returns what is wrong, as far as it matters to the slice
   */
  async fault(slice: StreamSlice): Promise<DateFilterError | undefined> {
    if (!slice.filtered) return undefined;
    const behind = await this.#behind;
    if (behind !== undefined || this.#cursor.cutsInQuestion(slice) === undefined) return behind;
    return this.#between;
  }

  /** The API failed in a way that may pass, so that the next sync may find out what this one could not. */
  get isUnknown(): boolean {
    return this.#isUnknown;
  }

  /** @param otherwise what is taken for wrong if the API fails */
  #beside(
    proof: Promise<DateFilterError | 'none' | undefined>,
    otherwise?: DateFilterError,
  ): Promise<DateFilterError | undefined> {
    const known = proof.then((found) => (found === 'none' ? undefined : found));
    const told = known.catch((error: unknown) => {
      if (!(error instanceof TracedError)) throw error;
      if (error.failureType === 'transient_error' && otherwise === undefined) this.#isUnknown = true;
      // Whatever is wrong with the API, the requests for the records themselves will tell.
      this.#warn(unknown(error.internalMessage ?? error.message));
      return otherwise;
    });
    // Whoever awaits it meets the error; until then nobody may be there.
    told.catch(() => undefined);
    return told;
  }
}

/** What an earlier sync has found, where this one cannot tell. */
function faultBefore({ isKnownFault, since }: FilterInQuestion): DateFilterError | undefined {
  if (!isKnownFault) return undefined;
  return new DateFilterError('partial', `as an earlier sync had found; asked for since ${toIso(since)}`);
}

function unknown(why: string): string {
  return `it cannot be found out whether the API's date filter leaves records out (${why})`;
}

/**
 * Finds out whether a date filter leaves out records that it should not, because it goes by a date that they do not
 * have. Asked for everything, it must count as many as the list has without it; if it does not, and the list is newest
 * first, then so many as it counts are the newest, and the one behind them must be too old for it. Costs a request or
 * two; more only if something is wrong.
 *
 * @param list of the slice
 * @param warn told if it cannot be found out although something speaks for it
 * @returns what is wrong; `none` if nothing is, undefined if it cannot be told
 * @throws TracedError
 */
async function lookBehind(
  { parameters, isSlice, since, timeOf }: FilterInQuestion,
  list: CountedList,
  retriever: Glances,
  warn: (message: string) => void,
): Promise<DateFilterError | 'none' | undefined> {
  let { pageSize } = list;
  let total: number | undefined;
  /** Places further down the list, so that new records cannot be the reason. */
  let allowance = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    // At first beside each other, to take no time.
    const [first, beside] = await Promise.all([
      retriever.glance({}, 1, pageSize),
      tries > 0 ? undefined : isSlice ? list : retriever.glance(parameters, 1, pageSize),
    ]);
    const all = first?.total;
    if (first === undefined || all === undefined) return undefined;
    // The slice may have had too few records to show that pages are cut.
    if (first.count > 0 && first.count < Math.min(all, pageSize)) pageSize = first.count;
    const isEnough = beside?.total !== undefined && beside.total >= all;
    // Behind the other one, so that new records are in both.
    const counted = isEnough ? beside.total : (await retriever.glance(parameters, 1, pageSize))?.total;
    if (counted === undefined) return undefined;
    if (counted >= all) return 'none';
    const place = counted + allowance + 1;
    const found = await recordAt(place, pageSize, retriever, timeOf);
    if (found === undefined) {
      warn(unknown(`the list without it has other pages than asked for, or a count of something else`));
      return undefined;
    }
    const { time } = found;
    if (time === undefined) return undefined;
    if (time < since) return 'none';
    const added = total === undefined ? 0 : found.total - total;
    if (total !== undefined && added <= allowance) {
      if (!isNewestFirst(orderOf(first, timeOf), found.order, place <= pageSize)) {
        warn(unknown('its records come in no order of their dates, and more than it counts'));
        return undefined;
      }
      return new DateFilterError(
        'partial',
        `of ${found.total} records it counts ${counted} since ${toIso(since)}, but there are more: one of ${toIso(time)} is number ${place}`,
      );
    }
    ({ total } = found);
    allowance = 2 * Math.max(0, added);
  }
  return undefined;
}

interface FoundRecord {
  /** Unix ms; undefined if the list is not so long, or the record has no date. */
  readonly time: number | undefined;
  /** Of the page that it stands on. */
  readonly order: PageOrder;
  /** Records of the list. */
  readonly total: number;
}

/** The record at a place of the list without the filter. @returns undefined if the answers do not fit together */
async function recordAt(
  place: number,
  pageSize: number,
  retriever: Glances,
  timeOf: FilterInQuestion['timeOf'],
): Promise<FoundRecord | undefined> {
  const number = Math.ceil(place / pageSize);
  const page = await retriever.glance({}, number, pageSize);
  if (page?.total === undefined) return undefined;
  const before = (number - 1) * pageSize;
  // A page that is cut would hold other records than those of its number.
  if (page.count !== Math.max(0, Math.min(pageSize, page.total - before))) return undefined;
  const width = page.captured.length / Math.max(1, page.count);
  const isThere = place - before <= page.count;
  return {
    time: isThere ? timeOf(page.captured, (place - before - 1) * width) : undefined,
    order: orderOf(page, timeOf),
    total: page.total,
  };
}

function orderOf(page: Glance | undefined, timeOf: FilterInQuestion['timeOf']): PageOrder {
  const order = emptyPage();
  if (page === undefined) return order;
  const { captured, count } = page;
  const width = captured.length / Math.max(1, count);
  for (let i = 0; i < count; i++) addToOrder(order, timeOf(captured, i * width));
  return order;
}

/** Whether the first page of a list and a later one show that its newest records come first. */
function isNewestFirst(first: PageOrder, later: PageOrder, isSame: boolean): boolean {
  return (
    first.rise <= DISORDER &&
    later.rise <= DISORDER &&
    (isSame || first.oldest + DISORDER >= later.newest) &&
    first.newest > later.oldest
  );
}
