import { systemError } from '../../protocol/errors.js';
import { rawToText } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';

const PLACE = /\{\{\s*stream_partition\.(\w+)\s*\}\}/g;

/** A path for people: `/settlement/{settlement_id}/transactions`. */
export function pathTemplate(template: string): string {
  return template.replace(PLACE, '{$1}');
}

/**
 * Fills in `{{ stream_partition.NAME }}`.
 * @throws TracedError (system_error) for an id that would lead to another path, or that no path can hold
 */
export function fillPath(template: string, partition: StreamPartition): string {
  return template.replace(PLACE, (_, name: string) => {
    const raw = partition.values.get(name);
    if (raw === undefined) throw new Error(`the path ${template} wants ${name}, which the partition has not`);
    const text = rawToText(raw);
    // A URL resolves these, in any spelling, so the request would go to another list.
    const isOtherPath = /^\.{0,2}$/.test(text);
    // Half a character has no place in a URL.
    if (isOtherPath || /\p{Surrogate}/u.test(text)) {
      throw systemError(
        `The API sent a record whose id is ${JSON.stringify(text)}, so the list that belongs to it cannot be asked for.`,
      );
    }
    return encodeURIComponent(text);
  });
}
