/** What an answer says about the list beside its records, and what it is taken for when it does not. */
import type { DefaultPaginator, FieldPath, NoPagination } from '../components.js';
import { valueAt } from '../extractors/record-selector.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { countAt } from './page-walk.js';

/** Times that a page without it is asked for before it is believed. */
const MAX_ASKS = 4;
/** Requests for which that had to be, after which it is no longer surprising. */
const ENOUGH = 2;
/** ms before a page is asked for a second time; twice as long before each further one. */
const DOUBT_WAIT = 100;
/** Requests that are asked for at once; those behind them first wait for what comes of these. */
const FIRST_DOUBTS = 2 * ENOUGH;
/** ms: a little more than the first ones take. */
const WAIT_FOR_FIRST = 1000;

function containersOf(definition: DefaultPaginator | NoPagination): string[] {
  if (definition.type === 'NoPagination') return [];
  const { pagination_strategy: strategy, extensions } = definition;
  const paths: (FieldPath | undefined)[] = [strategy.extensions?.total];
  if (strategy.type === 'PageIncrement') {
    paths.push(strategy.extensions?.page_count, strategy.extensions?.next_page);
  } else if (!('headers' in strategy.cursor_value)) paths.push(strategy.cursor_value.response);
  const fallback = extensions?.page_fallback?.paginator;
  const own = paths.flatMap((path) => (path?.[0] === undefined ? [] : [path[0]]));
  return [...new Set([...own, ...(fallback === undefined ? [] : containersOf(fallback))])];
}

/** Why a page is asked for again. */
export interface Doubt {
  /** ms to wait before */
  readonly wait: number;
  /** What is wrong with the answer, as "the answer …" goes on. */
  readonly what: string;
}

/**
 * Doubts pages that say nothing about their list (`meta`, `paging`): on a faulty way an empty list may stand for a
 * failure, and to believe it would be to take the list for ended. Such a page is asked for again a few times; an API
 * that does answer so is known after two of them.
 */
export class PagingContainer {
  readonly #names: readonly string[];
  /** Requests that were answered so to the last, by whether the page had records. */
  readonly #confirmed = { filled: 0, empty: 0 };
  readonly #doubted = { filled: 0, empty: 0 };
  /** The list has come with records and nothing around them: that is its form, and it has lost nothing. */
  #isPlain = false;
  readonly #total: FieldPath | undefined;
  /** An answer has counted the records of its list. */
  #hasCounted = false;

  constructor(definition: DefaultPaginator | NoPagination) {
    this.#names = containersOf(definition);
    if (definition.type !== 'NoPagination') this.#total = definition.pagination_strategy.extensions?.total;
  }

  /** Whether a page is empty and does not count, of an API that counts the records of other lists. */
  #isUncounted(page: SelectedPage): boolean {
    const isCounted = countAt(page.envelope, this.#total) !== undefined;
    if (isCounted) this.#hasCounted = true;
    return !isCounted && this.#hasCounted && page.recordCount === 0;
  }

  /**
   * @param asked times that the page was asked for
   * @returns undefined if the page is to be taken as it is
   */
  doubts(page: SelectedPage, asked: number): Doubt | undefined {
    const isThere = (name: string): boolean => (valueAt(page.envelope, [name]) ?? null) !== null;
    const kind = page.recordCount === 0 ? 'empty' : 'filled';
    const isPlain = Array.isArray(page.envelope);
    if (isPlain && kind === 'filled') this.#isPlain = true;
    const isUncounted = this.#isUncounted(page);
    if (this.#names.length === 0 || (isPlain && this.#isPlain)) return undefined;
    const hasContainer = this.#names.some(isThere);
    if (hasContainer && !isUncounted) return undefined;
    if (this.#confirmed[kind] >= ENOUGH) return undefined;
    const what = hasContainer
      ? `counts nothing at "${this.#total?.join('.') ?? ''}"`
      : `has no ${this.#names.map((name) => `"${name}"`).join(' and no ')}`;
    if (asked === 1 && this.#doubted[kind]++ >= FIRST_DOUBTS) return { wait: WAIT_FOR_FIRST, what };
    if (asked < MAX_ASKS) return { wait: DOUBT_WAIT * 2 ** (asked - 1), what };
    this.#confirmed[kind]++;
    return undefined;
  }
}
