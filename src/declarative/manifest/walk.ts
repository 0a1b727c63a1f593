/** What the ways of walking through a list have in common. */
import type { JsonObject } from '../../protocol/messages.js';
import type { Notes } from './notes.js';
import type { Guard } from './response-filters.js';

export interface WalkContext {
  /** Expression for the list of records of an answer. */
  readonly list: string;
  readonly stream: string;
  readonly notes: Notes;
}

/** A strategy, and what belongs to it. */
export interface Walk {
  readonly strategy: JsonObject;
  readonly guards: readonly Guard[];
  /** Expression for the next token of an answer. */
  readonly token?: string;
}

export const MAPPING = 'response is mapping';

export function noteEstimate(total: unknown, { notes, stream }: WalkContext): void {
  if (total !== undefined)
    notes.add('The records of a list are not counted against the total that the API states.', stream);
}
