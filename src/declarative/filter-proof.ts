import { TracedError } from '../protocol/errors.js';
import { DateFilterError } from './cursor.js';
import type { FilterInQuestion } from './cursor.js';
import { toIso } from './datetime.js';
import { addToOrder, emptyPage } from './list-order.js';
import type { Glance, Retriever } from './retriever.js';

/** Times that the records are counted anew when some came in between. */
const MAX_TRIES = 4;

/**
 * Finds out whether a date filter leaves out records that it should not, because it goes by a date that they do not
 * have: of a list that is newest first, so many as the filter counts are the newest, and the one behind them must be
 * too old for it. Costs a request or two of one record; more only if something is wrong.
 *
 * @param sliceTotal records of the slice's list, as its first page counts them
 * @returns what is wrong, or undefined if nothing is or it cannot be told
 */
export async function filterFault(
  filter: FilterInQuestion,
  sliceTotal: number | undefined,
  retriever: Pick<Retriever, 'glance'>,
): Promise<DateFilterError | undefined> {
  try {
    return await lookBehind(filter, sliceTotal, retriever);
  } catch (error) {
    // Whatever is wrong with the API, the requests for the records themselves will tell.
    if (error instanceof TracedError) return undefined;
    throw error;
  }
}

async function lookBehind(
  { parameters, isSlice, since, timeOf }: FilterInQuestion,
  sliceTotal: number | undefined,
  retriever: Pick<Retriever, 'glance'>,
): Promise<DateFilterError | undefined> {
  if (sliceTotal === undefined) return undefined;
  let counted: number | undefined = isSlice ? sliceTotal : undefined;
  let total: number | undefined;
  /** Places further down the list, so that new records cannot be the reason. */
  let allowance = 0;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    counted ??= (await retriever.glance(parameters, 1, 1))?.total;
    if (counted === undefined) return undefined;
    const place = counted + allowance + 1;
    const behind = await retriever.glance({}, place, 1);
    // A count that does not reach to a record that is there is of something else.
    if (behind?.total === undefined || behind.total < place) return undefined;
    const time = timeOf(behind.captured, 0);
    if (time === undefined || time < since) return undefined;
    const added = total === undefined ? 0 : behind.total - total;
    if (total !== undefined && added <= allowance) {
      const first = await retriever.glance({}, 1);
      if (!isNewestFirst(first, place, time, timeOf)) return undefined;
      return new DateFilterError(
        'ignored',
        `of ${behind.total} records it counts ${counted} since ${toIso(since)}, but there are more: one of ${toIso(time)} is number ${place}`,
      );
    }
    ({ total } = behind);
    allowance = 2 * Math.max(0, added);
    counted = undefined;
  }
  return undefined;
}

/** Whether a list shows that its newest records come first. @param time of the record at a place of it */
function isNewestFirst(
  first: Glance | undefined,
  place: number,
  time: number,
  timeOf: FilterInQuestion['timeOf'],
): boolean {
  if (first === undefined || first.count === 0) return false;
  const width = first.captured.length / first.count;
  const order = emptyPage();
  for (let i = 0; i < first.count; i++) addToOrder(order, timeOf(first.captured, i * width));
  const isBehind = place <= first.count || time <= order.last;
  return order.isNewestFirst && isBehind && order.newest > time;
}
