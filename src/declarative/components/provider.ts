/** A vendor. */
import type { DeclarativeSource } from './source.js';
import type { KeyMode } from './values.js';

/** How a vendor's API keys look. The first rule whose pattern matches decides. */
export interface KeyRule {
  readonly pattern: RegExp;
  /** The mode of a usable key … */
  readonly mode?: KeyMode;
  /** … or the sentence with which it is refused, before any request. */
  readonly refusal?: string;
}

/** A vendor: its API as a low-code source, and what the language has no word for. */
export interface Provider {
  /** Value of `provider.name` in the config. */
  readonly name: string;
  /** How sentences for the user name it. */
  readonly title: string;
  readonly source: DeclarativeSource;
  readonly key_rules: readonly KeyRule[];
  /** ISO timestamp before which the vendor has no records: the start of a config without `start_date`. */
  readonly earliest_date: string;
}
