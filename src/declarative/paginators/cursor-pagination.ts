import { systemError, transientError } from '../../protocol/errors.js';
import type { TracedError } from '../../protocol/errors.js';
import { isObject } from '../../protocol/json-object.js';
import type { JsonValue } from '../../protocol/messages.js';
import type { CursorPagination } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { Headers } from '../requesters/http.js';
import { tokenText } from '../stream-slice.js';
import { mayBeCut } from './page-sizes.js';
import { countAt, MAX_EMPTY_PAGES, pagesOf } from './page-walk.js';
import type { PageParameters, PageWalk } from './page-walk.js';

/**
 * @returns undefined where the list ends
 * @throws TracedError (system_error) for a number that JSON.parse may have rounded: it would name another page
 */
export function tokenOf(
  { cursor_value }: CursorPagination,
  page: SelectedPage,
  headers: Headers,
): string | undefined {
  const value =
    'headers' in cursor_value ? headers[cursor_value.headers] : valueAt(page.envelope, cursor_value.response);
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw systemError(
      'The API sent a page token that is a number too large to be read exactly. Please report it; the API may have changed.',
    );
  }
  return tokenText(value);
}

/** Names under which APIs say that a list goes on. */
const LEADS_ON = /^(?!.*(prev|back)).*(next|forward|cursor|more)/i;

/** The same, where it is not known what else may stand beside; and those of counts of records, and of pages. */
const SURELY_LEADS_ON = /^(next|forward|has_?more)|cursor$/i;
const COUNTS_RECORDS = /^total(_?(count|records|items|elements))?$/i;
const COUNTS_PAGES = /^((total_?)?pages|page_?count)$/i;

/** What an object says under one of these names: whether there is more; undefined if it has none. */
function leadsOn(value: JsonValue | undefined, names: RegExp): boolean | undefined {
  const said = Object.entries(isObject(value) ? value : {}).filter(([key]) => names.test(key));
  if (said.length === 0) return undefined;
  return said.some(([, one]) => one === true || tokenText(one) !== undefined);
}

/** The same, of counts. @param reached records, or pages, so far */
function countsMore(value: JsonValue | undefined, names: RegExp, reached: number): boolean | undefined {
  if (!isObject(value)) return undefined;
  const counts = Object.keys(value)
    .filter((key) => names.test(key))
    .flatMap((key) => countAt(value, [key]) ?? []);
  return counts.length === 0 ? undefined : counts.some((count) => count > reached);
}

/** Whether the token's place is there, and holds none. */
export function saysEnd({ cursor_value }: CursorPagination, { envelope }: SelectedPage): boolean {
  return !('headers' in cursor_value) && valueAt(envelope, cursor_value.response) === null;
}

/**
 * Whether what stands around a missing token tells of more records: another token, or a count.
 * @param received records so far
 */
export function speaksOfMore(
  { cursor_value, extensions }: CursorPagination,
  { envelope }: SelectedPage,
  received: number,
): boolean {
  if ('headers' in cursor_value) return false;
  const [name = ''] = cursor_value.response;
  const container = valueAt(envelope, [name]);
  return leadsOn(container, LEADS_ON) === true || (countAt(envelope, extensions?.total) ?? 0) > received;
}

/** What an answer without the token's place says of more records, wherever it does; undefined if it says nothing. */
function saidElsewhere({ envelope }: SelectedPage, received: number, pages: number): boolean | undefined {
  const places = isObject(envelope) ? [envelope, ...Object.values(envelope)] : [];
  const answers = places.flatMap((place) => [
    leadsOn(place, SURELY_LEADS_ON),
    countsMore(place, COUNTS_RECORDS, received),
    countsMore(place, COUNTS_PAGES, pages),
  ]);
  return answers.includes(true) || (answers.includes(false) ? false : undefined);
}

/**
 * @param received records so far
 * @param pages that they came on
 * @returns why a page without a token may not be the last one, though it says nothing of others; undefined if it is
 * @throws TracedError (system_error) if it says that there are more
 */
function doubtEnd(
  strategy: CursorPagination,
  page: SelectedPage,
  received: number,
  pages: number,
): TracedError | undefined {
  const { page_size, cursor_value, extensions } = strategy;
  if (extensions?.required !== true || 'headers' in cursor_value || saysEnd(strategy, page)) return undefined;
  const [name = ''] = cursor_value.response;
  const container = valueAt(page.envelope, [name]);
  const isThere = container !== undefined;
  const said = isThere
    ? speaksOfMore(strategy, page, received) || leadsOn(container, LEADS_ON)
    : saidElsewhere(page, received, pages);
  const doubt = systemError(
    `The API's answer has no "${isThere ? cursor_value.response.join('.') : name}", so it does not say how the list goes on. Please report it; the API may have changed.`,
  );
  if (said === true) throw doubt;
  if (countAt(page.envelope, extensions.total) === received) return undefined;
  const size = page.recordCount;
  if (pages > 1) return size >= page_size ? doubt : undefined;
  if (!mayBeCut(size, page_size)) return undefined;
  // A page that is full may be the first one whatever else stands there; of a smaller one, what is said is believed.
  return size >= page_size || said === undefined ? doubt : undefined;
}

/** Empty pages in a row with the token by which they were asked for: one alone may be a fault. */
const MAX_ECHOES = 2;

/** Each page holds the token of the next one. */
export function cursorPagination(
  strategy: CursorPagination,
  parameters: (token: string | undefined) => PageParameters,
  start?: { token: string },
): PageWalk {
  // Brent's cycle detection: a token is held against the one at the last power of two, so that a loop of
  // any length is found without remembering all of them.
  let held = start?.token;
  let steps = 0;
  let power = 1;
  let sent = start?.token;
  let empty = 0;
  let received = 0;
  let pages = 0;
  let endDoubt: TracedError | undefined;
  return {
    first: parameters(held),
    pageSize: strategy.page_size,
    ending: 'certain',
    get endDoubt() {
      return endDoubt;
    },
    next(page, headers = {}) {
      const token = tokenOf(strategy, page, headers);
      received += page.recordCount;
      pages++;
      if (token === undefined) {
        endDoubt = doubtEnd(strategy, page, received, pages);
        return undefined;
      }
      const isEmpty = page.recordCount === 0;
      empty = isEmpty ? empty + 1 : 0;
      // Behind the last record some APIs send the token back that they were given, or new ones without end.
      const isEcho = isEmpty && token === sent;
      if (empty >= (isEcho ? MAX_ECHOES : MAX_EMPTY_PAGES)) return undefined;
      if (isEcho) return parameters(token);
      sent = token;
      if (token === held) {
        throw transientError('The API sent the same page token twice, so the list would never end.', {
          internalMessage: `the token at ${JSON.stringify(strategy.cursor_value)} came before`,
        });
      }
      if (++steps === power) {
        held = token;
        power *= 2;
        steps = 0;
      }
      return parameters(token);
    },
    total: (page) => countAt(page.envelope, strategy.extensions?.total),
    pageCount: (page) =>
      pagesOf(countAt(page.envelope, strategy.extensions?.total), strategy.page_size, page),
  };
}
