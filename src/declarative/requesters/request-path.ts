import { TracedError } from '../../protocol/errors.js';
import { fillPlaces } from '../path-places.js';
import { rawToText } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';

/** A path for people: `/settlement/{settlement_id}/transactions`. */
export function pathTemplate(template: string): string {
  return fillPlaces(template, (name) => `{${name}}`);
}

/** The list of a record whose id no path can hold. */
export class UnusableIdError extends TracedError {}

/** Characters of an id that messages show. */
const MAX_SHOWN = 100;

function idOf(template: string, { values }: StreamPartition, name: string): string {
  const raw = values.get(name);
  if (raw === undefined) throw new Error(`the path ${template} wants ${name}, which the partition has not`);
  return raw;
}

/** A path as messages show it, also of a list that cannot be asked for. */
export function shownPath(template: string, partition: StreamPartition): string {
  return fillPlaces(template, (name) => {
    const text = rawToText(idOf(template, partition, name)).slice(0, MAX_SHOWN);
    return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
  });
}

/**
 * Fills in `{{ stream_partition.NAME }}`.
 * @throws UnusableIdError for an id that would lead to another path, or that no path can hold
 */
export function fillPath(template: string, partition: StreamPartition): string {
  return fillPlaces(template, (name) => {
    const raw = idOf(template, partition, name);
    const text = rawToText(raw);
    const isTextOrNumber = /^["\d-]/.test(raw);
    // A URL resolves these, in any spelling, so the request would go to another list.
    const isOtherPath = /^\.{0,2}$/.test(text);
    // Half a character has no place in a URL.
    if (!isTextOrNumber || isOtherPath || /\p{Surrogate}/u.test(text)) {
      throw new UnusableIdError(
        `The API sent a record whose id is ${raw.slice(0, MAX_SHOWN)}, so the list that belongs to it cannot be asked for.`,
        'system_error',
      );
    }
    return encodeURIComponent(text);
  });
}
