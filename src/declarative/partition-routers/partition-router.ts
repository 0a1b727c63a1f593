import type { ParentStreamConfig } from '../components.js';
import type { SelectedPage } from '../extractors/record-selector.js';
import type { StreamPartition } from '../stream-slice.js';

/**
 * The partition that a parent record stands for.
 * @param within the partition in which the parent itself was read
 * @param width captured values for each record
 * @param keyPlace place of the parent's key among them
 * @param cursorPlaces places at which the parent's cursor may stand, by preference
 * @returns undefined for a parent without a key
 */
export function parentPartition(
  config: ParentStreamConfig,
  within: StreamPartition,
  page: SelectedPage,
  offset: number,
  keyPlace: number,
  cursorPlaces: readonly number[],
): StreamPartition | undefined {
  const { captured } = page;
  const key = captured.present(offset + keyPlace);
  if (key === undefined) return undefined;
  const places = cursorPlaces.map((place) => offset + place);
  // The same choice as the cursor's own; one that no date can be read of is passed on as it is.
  const place =
    places.find((at) => captured.time(at) !== undefined) ??
    places.find((at) => captured.text(at) !== undefined);
  const cursor = place === undefined ? undefined : captured.raw(place);
  return {
    values: new Map([...within.values, [config.partition_field, key]]),
    ...(cursor === undefined ? {} : { parentCursor: cursor }),
  };
}
