/** Where a path template takes a value of the partition. */
const PLACE = /\{\{\s*stream_partition\.(\w+)\s*\}\}/g;

/** @param fill what stands for a value of the partition, by its name */
export function fillPlaces(template: string, fill: (name: string) => string): string {
  return template.replace(PLACE, (_, name: string) => fill(name));
}
