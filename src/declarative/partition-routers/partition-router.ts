import { systemError } from '../../protocol/errors.js';
import type { ParentStreamConfig } from '../components.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import { isPresent } from '../stream-slice.js';
import type { StreamPartition } from '../stream-slice.js';

/**
 * The partition that a parent record stands for.
 * @param within the partition in which the parent itself was read
 * @param width captured values for each record
 * @param keyPlace place of the parent's key among them
 * @param cursorPlaces places at which the parent's cursor may stand, by preference
 * @returns undefined for a parent without a key
 * @throws TracedError (system_error) for a key that cannot stand in a path
 */
export function parentPartition(
  config: ParentStreamConfig,
  within: StreamPartition,
  page: SelectedPage,
  offset: number,
  keyPlace: number,
  cursorPlaces: readonly number[],
): StreamPartition | undefined {
  const key = page.captured[offset + keyPlace];
  if (!isPresent(key)) return undefined;
  if (!isText(key) && !isNumber(key)) {
    throw systemError(
      `The API sent a record of ${config.stream.name} whose ${config.parent_key} is neither a text nor a number, so the list that belongs to it cannot be asked for.`,
    );
  }
  const cursor = cursorPlaces.map((place) => page.captured[offset + place]).find((raw) => isText(raw));
  return {
    values: new Map([...within.values, [config.partition_field, key]]),
    ...(cursor === undefined ? {} : { parentCursor: cursor }),
  };
}

function isText(raw: string | undefined): raw is string {
  return raw?.startsWith('"') === true;
}

function isNumber(raw: string): boolean {
  return /^[-\d]/.test(raw);
}
