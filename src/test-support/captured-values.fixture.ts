import { CapturedValues } from '../declarative/extractors/captured-values.js';

/** The raw JSON of all values. */
export function rawOf(captured: CapturedValues): (string | undefined)[] {
  return Array.from({ length: captured.length }, (_, at) => captured.raw(at));
}

/** Values as if they had been captured from a page. @param raw JSON of each; undefined for one that is not there */
export function capturedOf(...raw: (string | undefined)[]): CapturedValues {
  const places: number[] = [];
  let bytes = Buffer.from(':');
  for (const one of raw) {
    const start = bytes.length;
    if (one === undefined) places.push(-1, -1);
    else {
      bytes = Buffer.from(`${bytes.toString()}${one},`);
      places.push(start, bytes.length - 1);
    }
  }
  return new CapturedValues(bytes, places);
}
