import { TracedError } from '../protocol/errors.js';
import { DateFilterError } from './cursor.js';
import type { FilterInQuestion } from './cursor.js';
import { toIso } from './datetime.js';
import { addToOrder, emptyPage } from './list-order.js';
import type { PageOrder } from './list-order.js';
import type { Glance, Retriever } from './retriever.js';

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

/**
 * Finds out whether a date filter leaves out records that it should not, because it goes by a date that they do not
 * have: of a list that is newest first, so many as the filter counts are the newest, and the one behind them must be
 * too old for it. Costs a request or two; more only if something is wrong.
 *
 * @param list of the slice
 * @param warn told if it cannot be found out although something speaks for it
 * @returns what is wrong, or undefined if nothing is or it cannot be told
 */
export async function filterFault(
  filter: FilterInQuestion,
  list: CountedList,
  retriever: Glances,
  warn: (message: string) => void,
): Promise<DateFilterError | undefined> {
  try {
    return await lookBehind(filter, list, retriever, warn);
  } catch (error) {
    if (!(error instanceof TracedError)) throw error;
    // Whatever is wrong with the API, the requests for the records themselves will tell.
    warn(unknown(error.internalMessage ?? error.message));
    return undefined;
  }
}

function unknown(why: string): string {
  return `it cannot be found out whether the API's date filter leaves records out (${why})`;
}

async function lookBehind(
  { parameters, isSlice, since, timeOf }: FilterInQuestion,
  list: CountedList,
  retriever: Glances,
  warn: (message: string) => void,
): Promise<DateFilterError | undefined> {
  let counted: number | undefined = isSlice ? list.total : undefined;
  let total: number | undefined;
  /** Places further down the list, so that new records cannot be the reason. */
  let allowance = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    counted ??= (await retriever.glance(parameters, 1, list.pageSize))?.total;
    if (counted === undefined) return undefined;
    const place = counted + allowance + 1;
    const found = await recordAt(place, list.pageSize, retriever, timeOf);
    if (found === undefined) {
      warn(unknown(`the list without it has other pages than asked for, or a count of something else`));
      return undefined;
    }
    const { time } = found;
    if (time === undefined || time < since) return undefined;
    const added = total === undefined ? 0 : found.total - total;
    if (total !== undefined && added <= allowance) {
      const first = await retriever.glance({}, 1, list.pageSize);
      if (!isNewestFirst(orderOf(first, timeOf), found.order, place <= list.pageSize)) return undefined;
      return new DateFilterError(
        'partial',
        `of ${found.total} records it counts ${counted} since ${toIso(since)}, but there are more: one of ${toIso(time)} is number ${place}`,
      );
    }
    ({ total } = found);
    allowance = 2 * Math.max(0, added);
    counted = undefined;
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
  const { captured, count } = page ?? { captured: [], count: 0 };
  const width = captured.length / Math.max(1, count);
  for (let i = 0; i < count; i++) addToOrder(order, timeOf(captured, i * width));
  return order;
}

/** Whether the first page of a list and a later one show that its newest records come first. */
function isNewestFirst(first: PageOrder, later: PageOrder, isSame: boolean): boolean {
  return (
    first.isNewestFirst &&
    later.isNewestFirst &&
    (isSame || first.last >= later.newest) &&
    first.newest > later.last
  );
}
