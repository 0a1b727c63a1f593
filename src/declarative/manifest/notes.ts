/** What the exporter tells the person who uses a manifest. */

export interface Note {
  readonly text: string;
  /** Streams that it concerns; empty if it concerns all. */
  readonly streams: readonly string[];
}

/** Collects the notes of one manifest; the same text for several streams becomes one note. */
export class Notes {
  readonly #streams = new Map<string, Set<string>>();

  /** @param stream left out: the note concerns all streams */
  add(text: string, stream?: string): void {
    const streams = this.#streams.get(text) ?? new Set();
    this.#streams.set(text, streams);
    if (stream !== undefined) streams.add(stream);
  }

  list(): Note[] {
    return [...this.#streams].map(([text, streams]) => ({ text, streams: [...streams] }));
  }
}

/**
 * Takes what is left of a component when all keys that the exporter knows are taken out. A key that nobody
 * handles does not compile, so a new word of the vocabulary cannot be forgotten here.
 * @throws Error if there is one all the same
 */
export function requireNothingLeft(rest: Readonly<Record<string, never>>): void {
  const [key] = Object.keys(rest);
  if (key !== undefined) throw new Error(`the manifest exporter does not know what to do with "${key}"`);
}

/** A component without some of its keys, for `requireNothingLeft` where their values are used elsewhere. */
export function without<T extends object, K extends keyof T>(component: T, ...keys: K[]): Omit<T, K> {
  const rest = { ...component };
  for (const key of keys) delete rest[key];
  return rest;
}
