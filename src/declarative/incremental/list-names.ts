import type { JsonValue } from '../../protocol/messages.js';

/** Lists that a state names; of more than these it says that there are such, and any is among them. */
const MAX_LISTED = 100;
/** Characters by which a list is known. */
const MAX_NAME = 100;

/** Name of a stream's one list among those of parents. */
export const OWN_LIST = '';

/** Lists of parents by their names, a few of which a state can hold. */
export class ListNames {
  readonly #names = new Set<string>();
  #areMany = false;

  /** @param saved what `print` made of them; anything else names none */
  static parse(saved: JsonValue | undefined): ListNames {
    const lists = new ListNames();
    if (saved === true) lists.#areMany = true;
    for (const name of Array.isArray(saved) ? saved : []) if (typeof name === 'string') lists.add(name);
    return lists;
  }

  /** The stream's one list. */
  static own(): ListNames {
    const lists = new ListNames();
    lists.add(OWN_LIST);
    return lists;
  }

  get isEmpty(): boolean {
    return !this.#areMany && this.#names.size === 0;
  }

  has(name: string): boolean {
    return this.#areMany || this.#names.has(name.slice(0, MAX_NAME));
  }

  add(name: string): void {
    if (this.#names.size < MAX_LISTED) this.#names.add(name.slice(0, MAX_NAME));
    else if (!this.has(name)) this.#areMany = true;
  }

  addAll(others: ListNames): void {
    if (others.#areMany) this.#areMany = true;
    for (const name of others.#names) this.add(name);
  }

  /** Whether there is one that another one does not have. */
  exceeds(other: ListNames): boolean {
    return (this.#areMany && !other.#areMany) || [...this.#names].some((name) => !other.has(name));
  }

  /** For a state; undefined if there are none. */
  print(): JsonValue | undefined {
    if (this.#areMany) return true;
    return this.#names.size === 0 ? undefined : [...this.#names];
  }
}
