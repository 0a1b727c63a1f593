/** Numbers and times in the headers of answers. */
import type { Headers } from './http.js';

/** Seconds beyond which a number can only be a time (Unix seconds), not a span. */
const EPOCH_FROM = 1_000_000_000;
/** The same of Unix ms: as seconds it would be a time in the year 5138. */
const EPOCH_MS_FROM = 100_000_000_000;

/** No sign, no exponent, no other base: whatever else Number() reads, no API means it. */
const DECIMAL = /^\d+(\.\d+)?$/;

/**
 * The three forms of a date (RFC 9110, 5.6.7), the usual one first: `Sun, 06 Nov 1994 08:49:37 GMT`,
 * `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
 */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

function textIn(headers: Headers | undefined, name: string | undefined): string {
  return (name === undefined ? undefined : headers?.[name])?.trim() ?? '';
}

/** @returns undefined if the header is missing or is not a number from 0 on, in decimal digits */
export function numberIn(headers: Headers | undefined, name: string | undefined): number | undefined {
  const text = textIn(headers, name);
  const number = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** @returns Unix ms; undefined if the header is not a date as HTTP writes it */
function dateIn(headers: Headers | undefined, name: string | undefined): number | undefined {
  const text = textIn(headers, name);
  // All are in GMT, which the last form does not say.
  const time = HTTP_DATE.test(text) ? Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/**
 * @param now Unix ms, for an answer that does not say when it was given
 * @returns seconds from now on, also where the header names a time; 0 for one that is over
 */
export function secondsIn(
  headers: Headers | undefined,
  name: string | undefined,
  now: number,
): number | undefined {
  const number = numberIn(headers, name);
  if (number !== undefined && number < EPOCH_FROM) return number;
  const unit = number !== undefined && number >= EPOCH_MS_FROM ? 1 : 1000;
  const time = number === undefined ? dateIn(headers, name) : number * unit;
  if (time === undefined) return undefined;
  // By the clock that has named it: this machine's may be ahead or behind.
  const atServer = dateIn(headers, 'date') ?? now;
  return Math.max(0, (time - atServer) / 1000);
}
