/** Numbers in the headers of answers. */
import type { Headers } from './http-transport.js';

/** Seconds beyond which a number can only be a time (Unix seconds), not a span. */
const EPOCH_FROM = 1_000_000_000;

/** @returns undefined if the header is missing or is not a number from 0 on */
export function numberIn(headers: Headers | undefined, name: string | undefined): number | undefined {
  const text = name === undefined ? undefined : headers?.[name];
  const number = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/**
 * @param now Unix ms
 * @returns seconds from now on, also where the header names a time
 */
export function secondsIn(
  headers: Headers | undefined,
  name: string | undefined,
  now: number,
): number | undefined {
  const number = numberIn(headers, name);
  return number === undefined || number < EPOCH_FROM ? number : Math.max(0, number - now / 1000);
}
