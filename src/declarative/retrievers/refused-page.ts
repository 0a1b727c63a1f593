/** Whether a page that cannot be had is the end of its list. */
import type { TracedError } from '../../protocol/errors.js';
import type { PageSizes } from '../paginators/page-sizes.js';
import type { PageWalk } from '../paginators/page-walk.js';
import { RefusedRequestError } from '../requesters/requester.js';
import { mayBeLimit } from './count-limit.js';
import { VanishedListError } from './list.js';
import type { ListTally } from './list-tally.js';

/** Whether a page is not there, by the API's own word. One that is too large to be read is; any other fault may pass. */
export function isRefusal(error: TracedError): boolean {
  const isRefused = error instanceof RefusedRequestError && error.status >= 400;
  return isRefused || error instanceof VanishedListError;
}

/**
 * Some APIs refuse a page behind the last one rather than send an empty one. Where nothing says that there is another
 * page, or a count of pages may be too high, that is the end of the list if as many records have come as the API
 * counts, or the page lies behind as many; or, where it does not count them, if the last page was not full; if that may
 * be so, pages of another size show it. A fault that may pass is no end: the count may be of pages.
 * @param number of the page, 2 or more
 * @param ending of the walk that asked for it
 * @param tally what has been counted before it
 */
export function liesBehindEnd(
  error: TracedError,
  number: number,
  ending: PageWalk['ending'],
  { total, distinct }: ListTally,
  { size = 0, mayLastBeFull }: PageSizes,
): 'yes' | 'perhaps' | 'no' {
  if (!isRefusal(error) || ending === 'certain') return 'no';
  const isAll = distinct === total;
  if (ending !== 'guessed') {
    // A count of pages may be too high, but one of records may be a limit, or of a page alone.
    if (ending === 'linked' || !isAll || mayBeLimit(total)) return 'no';
    return mayLastBeFull ? 'perhaps' : 'yes';
  }
  // It may be the key that is refused, or the address of this machine.
  if (error instanceof VanishedListError && error.isForbidden) return isAll ? 'yes' : 'no';
  if (total !== undefined && distinct <= total) {
    return isAll || (number - 1) * size >= total ? 'yes' : 'no';
  }
  return mayLastBeFull ? 'perhaps' : 'yes';
}
