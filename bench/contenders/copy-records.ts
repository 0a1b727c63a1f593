/**
 * Finds the records of a page with the native search for what happens to stand between two of them here, and copies
 * them into RECORD lines. No JSON; wrong for any other data.
 */
import { PAGE_SIZE } from './pages.js';

const LIST_START = Buffer.from('"data":[');
const LIST_END = Buffer.from('],"meta":');
/** Two records meet here; `{"id":` begins no object inside of an array of theirs. */
const MEETING = Buffer.from('},{"id":');
const SUFFIX = Buffer.from('}}\n');

export function copyRecords(page: Buffer): Buffer {
  const prefix = Buffer.from(
    `{"type":"RECORD","record":{"stream":"transactions","emitted_at":${Date.now()},"data":`,
  );
  const end = page.lastIndexOf(LIST_END);
  let start = page.indexOf(LIST_START) + LIST_START.length;
  const lines = Buffer.allocUnsafe(end - start + PAGE_SIZE * (prefix.length + SUFFIX.length));
  let at = 0;
  while (start < end) {
    const meeting = page.indexOf(MEETING, start);
    const stop = meeting === -1 ? end : meeting + 1;
    at += prefix.copy(lines, at);
    at += page.copy(lines, at, start, stop);
    at += SUFFIX.copy(lines, at);
    start = stop + 1;
  }
  return lines.subarray(0, at);
}
