import type { Retriever } from '../retrievers/retriever.js';
import { DateFilterError } from './cursor.js';
import type { CutsInQuestion } from './cursor.js';

/**
 * Finds out whether a date filter leaves out records where two slices meet, because it cuts the ends of what it is
 * asked for: some days then hold fewer records one by one than at once. Costs five requests, and one more if something is
 * wrong.
 *
 * @param pageSize records of a page
 * @returns what is wrong, or undefined if nothing is or the API does not count
 * @throws TracedError
 */
export async function cutFault(
  { whole, parts }: CutsInQuestion,
  pageSize: number,
  retriever: Pick<Retriever, 'glance'>,
): Promise<DateFilterError | undefined> {
  const count = async (parameters: Record<string, string>): Promise<number | undefined> =>
    (await retriever.glance(parameters, 1, pageSize))?.total;
  // First, so that records that come in meanwhile are in the parts.
  const atOnce = await count(whole);
  const inParts = await Promise.all(parts.map(count));
  let sum = 0;
  for (const part of inParts) {
    if (part === undefined) return undefined;
    sum += part;
  }
  if (atOnce === undefined || sum >= atOnce) return undefined;
  // Some may have been deleted meanwhile.
  const still = await count(whole);
  if (still === undefined || sum >= still) return undefined;
  return new DateFilterError(
    'coarse',
    `of ${parts.length} days it counts ${still} records at once, ${sum} one by one`,
  );
}
