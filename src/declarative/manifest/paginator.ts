/** How a list is walked through, as a manifest says it. */
import type { JsonObject } from '../../protocol/messages.js';
import type { CursorPagination, DefaultPaginator, NoPagination, RequestOption } from '../components.js';
import { allOf, exactText, isNoToken, literal, template, valueIn } from './jinja.js';
import { requireNothingLeft } from './notes.js';
import type { Notes } from './notes.js';
import { pageIncrement } from './page-increment.js';
import type { Guard } from './response-filters.js';
import { MAPPING, noteEstimate } from './walk.js';
import type { Walk, WalkContext } from './walk.js';

export interface ManifestPaginator {
  readonly paginator: JsonObject;
  readonly guards: readonly Guard[];
}

export function requestOption({ type, inject_into, field_name, ...rest }: RequestOption): JsonObject {
  requireNothingLeft(rest);
  return { type, inject_into, field_name };
}

/** For each header of that name, in any case: the runtime keeps the spelling of the server. */
function ofHeader(name: string, text: string): string {
  return `{% for name, value in headers.items() if name | lower == ${literal(name)} %}{{ ${text} }}{% endfor %}`;
}

function cursorPagination(definition: CursorPagination, context: WalkContext): Walk {
  const { type, page_size, cursor_value, extensions, ...rest } = definition;
  const { total, required, ...more } = extensions ?? {};
  requireNothingLeft(rest);
  requireNothingLeft(more);
  noteEstimate(total, context);
  if ('headers' in cursor_value) {
    const { headers } = cursor_value;
    return {
      strategy: {
        type,
        page_size,
        cursor_value: ofHeader(headers, exactText('value')),
        stop_condition: ofHeader(headers, isNoToken('value')),
      },
      guards: [],
    };
  }
  const token = valueIn('response', cursor_value.response);
  const [container = ''] = cursor_value.response;
  return {
    strategy: {
      type,
      page_size,
      cursor_value: template(exactText(token)),
      stop_condition: template(isNoToken(token)),
    },
    guards:
      required === true
        ? [
            {
              action: 'FAIL',
              predicate: allOf([
                MAPPING,
                `${literal(container)} not in response`,
                `${context.list} | length >= ${page_size}`,
              ]),
              message: `The API's answer has no "${container}", so it does not say whether the list goes on.`,
            },
          ]
        : [],
    token,
  };
}

/** Whether an answer shows that its list goes on by page number. */
function goesOnByPage({ pagination_strategy: strategy }: DefaultPaginator): string | undefined {
  if (strategy.type !== 'PageIncrement') return undefined;
  const { page_count, next_page } = strategy.extensions ?? {};
  if (page_count !== undefined) return `${valueIn('response', page_count)} | int > 1`;
  if (next_page !== undefined) return `not (${isNoToken(valueIn('response', next_page))})`;
  return undefined;
}

export function paginator(
  definition: DefaultPaginator | NoPagination,
  list: string,
  stream: string,
  notes: Notes,
): ManifestPaginator {
  if (definition.type === 'NoPagination') {
    const { type, ...rest } = definition;
    requireNothingLeft(rest);
    return { paginator: { type }, guards: [] };
  }
  const { type, pagination_strategy, page_size_option, page_token_option, extensions, ...rest } = definition;
  const { cursor_fallback, page_fallback, page_size_alias, ...more } = extensions ?? {};
  requireNothingLeft(rest);
  requireNothingLeft(more);
  const context: WalkContext = { list, stream, notes };

  if (cursor_fallback !== undefined) {
    notes.add('A list that answers with page tokens although pages were asked for makes the stream fail.');
  }
  if (page_size_alias !== undefined) {
    notes.add(`The page size is sent as ${page_size_option.field_name} only, not as ${page_size_alias} too.`);
  }
  const walk: Walk =
    pagination_strategy.type === 'PageIncrement'
      ? pageIncrement(pagination_strategy, page_token_option.field_name, context)
      : cursorPagination(pagination_strategy, context);

  const goesOn = page_fallback === undefined ? undefined : goesOnByPage(page_fallback.paginator);
  if (page_fallback !== undefined) {
    notes.add('A list that answers with pages although tokens were asked for makes the stream fail.');
  }
  const { token } = walk;
  const byPage: Guard[] =
    page_fallback === undefined || goesOn === undefined
      ? []
      : [
          {
            action: 'FAIL',
            predicate: allOf([MAPPING, goesOn, ...(token === undefined ? [] : [isNoToken(token)])]),
            message: `The API's answer has pages by number ("${page_fallback.when.map((path) => path.join('.')).join('" or "')}"), and this manifest goes by tokens, so it would read the first page only.`,
            remedy: 'Write a paginator that goes by pages',
          },
        ];
  return {
    paginator: {
      type,
      pagination_strategy: walk.strategy,
      page_size_option: requestOption(page_size_option),
      page_token_option: requestOption(page_token_option),
    },
    guards: [...walk.guards, ...byPage],
  };
}
