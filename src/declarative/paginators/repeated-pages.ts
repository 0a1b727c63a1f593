/** Pages that come again, under another number or token. */
import { crc32 } from 'node:zlib';
import { TracedError } from '../../protocol/errors.js';
import type { SelectedPage } from '../extractors/record-selector.js';

/** Times that a page is asked for again which has come before, for another number. */
export const MAX_REPEATED = 2;

/** The API sent a page that it had sent before, although it says that there are more. */
export class RepeatedPageError extends TracedError {
  constructor(page: number) {
    super('The API sent the same page twice, although it says that there are more.', 'transient_error', {
      internalMessage: `page ${page} holds the same records as one before it`,
    });
  }
}

/** Pages in a row that are as the one before them, whatever the API says about them. */
export const MAX_SAME = 20;

/** Bytes in which a record names its key, as a rule. */
const BEGINNING = 48;

/** What tells one page from another, without keeping it. A checksum alone may come twice among 100,000 pages. */
export function fingerprint(page: SelectedPage): string {
  const records = page.bytes.subarray(page.ranges[0] ?? 0, page.ranges.at(-1) ?? 0);
  return `${records.length} ${crc32(records)} ${records.toString('latin1', 0, BEGINNING)}`;
}

/** Bytes at either end of a page by which it is known: pages with the same first and last records are the same. */
const END = 4096;

/** Tells one page from another nearly always, in a few bytes, for whoever remembers many. */
export function checksum(page: SelectedPage): number {
  const records = page.bytes.subarray(page.ranges[0] ?? 0, page.ranges.at(-1) ?? 0);
  return records.length * 2 ** 32 + crc32(records.subarray(-END), crc32(records.subarray(0, END)));
}

/** Counts the pages that are as the one before them. */
export class SamePages {
  #last: string | undefined;
  #count = 0;

  /** @returns how many there were in a row, this one included */
  add(page: SelectedPage): number {
    const mark = fingerprint(page);
    this.#count = mark === this.#last ? this.#count + 1 : 0;
    this.#last = mark;
    return this.#count;
  }
}
