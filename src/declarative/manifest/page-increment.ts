/** Pages by number, as a manifest says them. */
import type { FieldPath, PageIncrement } from '../components.js';
import { allOf, isNoToken, template, valueIn } from './jinja.js';
import { requireNothingLeft, without } from './notes.js';
import type { Guard } from './response-filters.js';
import { MAPPING, noteEstimate } from './walk.js';
import type { Walk, WalkContext } from './walk.js';

/**
 * Pages by the number that the answer repeats (beside the count of pages, under the parameter's name), up to
 * that count or, without one, to an empty page. PageIncrement would stop at a short page, and page sizes may
 * be clamped.
 */
function countedPages(
  { page_size }: PageIncrement,
  page_count: FieldPath,
  parameter: string,
  { list }: WalkContext,
): Walk {
  const count = valueIn('response', page_count);
  const path = [...page_count.slice(0, -1), parameter];
  const page = valueIn('response', path);
  const isLast = `${count} is not none and ${page} | int >= ${count} | int`;
  return {
    strategy: {
      type: 'CursorPagination',
      page_size,
      cursor_value: template(`(${page} | int) + 1`),
      stop_condition: template(`${list} | length == 0 or (${isLast})`),
    },
    guards: [
      {
        action: 'FAIL',
        predicate: allOf([
          `${list} | length > 0`,
          `${page} is none`,
          `(${count} is none or ${count} | int > 1)`,
        ]),
        message: `The API's answer does not say which page it is ("${path.join('.')}"), so this manifest cannot read the list to its end.`,
        remedy: 'Write a paginator that goes by tokens, or NoPagination for a list without pages,',
      },
    ],
  };
}

/**
 * Pages by number up to a short one; what shows that this rule does not hold makes the stream fail. Unless
 * pages are cut, all before the last one are full.
 */
function pagesToShortOne(
  { page_size: preferred, start_from_page, extensions }: PageIncrement,
  { list, stream, notes }: WalkContext,
): Walk {
  const { fallback_page_size, next_page, total } = extensions ?? {};
  const page_size = fallback_page_size ?? preferred;
  if (page_size !== preferred) {
    notes.add(
      `Pages hold ${page_size} records, the size that is documented, because the language cannot go on with smaller pages when larger ones are refused.`,
      stream,
    );
  }
  notes.add(
    'A page with fewer records than asked for ends the list. An answer that shows otherwise makes the stream fail.',
    stream,
  );
  const size = `${list} | length`;
  const isShort = `0 < ${size} < ${page_size}`;
  const cut = `The API cuts pages to fewer than ${page_size} records, so this manifest would miss some.`;
  const remedy = 'Write the size that the API allows for page_size';
  const guards: Guard[] = [];
  if (next_page !== undefined) {
    const next = valueIn('response', next_page);
    guards.push({
      action: 'FAIL',
      predicate: allOf([MAPPING, isShort, `not (${isNoToken(next)})`]),
      message: cut,
      remedy,
    });
  }
  if (total !== undefined) {
    const count = `(${valueIn('response', total)} | int)`;
    guards.push({
      action: 'FAIL',
      predicate: allOf([
        MAPPING,
        isShort,
        `${count} > ${size}`,
        `(${count} - (${size})) % ${page_size} != 0`,
      ]),
      message: cut,
      remedy,
    });
  }
  guards.push({
    action: 'FAIL',
    predicate: `${size} > ${page_size}`,
    message: `The API sends more than the ${page_size} records that were asked for: the list may have no pages, and this manifest would read it over and over.`,
    remedy: 'Write NoPagination for its paginator',
  });
  return {
    strategy: { type: 'PageIncrement', page_size, start_from_page, inject_on_first_request: true },
    guards,
  };
}

export function pageIncrement(definition: PageIncrement, parameter: string, context: WalkContext): Walk {
  const { page_count, total } = definition.extensions ?? {};
  requireNothingLeft(
    without(definition, 'type', 'page_size', 'start_from_page', 'inject_on_first_request', 'extensions'),
  );
  requireNothingLeft(
    without(definition.extensions ?? {}, 'page_count', 'total', 'next_page', 'fallback_page_size'),
  );
  if (page_count === undefined) return pagesToShortOne(definition, context);
  noteEstimate(total, context);
  return countedPages(definition, page_count, parameter, context);
}
