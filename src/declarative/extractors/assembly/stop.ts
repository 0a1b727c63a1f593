import { PAGE } from './memory';

/** Ends the scan: the host throws. @param at offset in the page. @param isEnd whether that is its end */
@external('host', 'fail')
declare function fail(code: i32, at: i32, isEnd: bool): void;

// Its codes; the sentences are the host's, in ../json-scanner.ts.
export const NOT_A_VALUE: i32 = 0;
export const NOT_A_KEY: i32 = 1;
export const NOT_A_COLON: i32 = 2;
export const NOT_A_COMMA: i32 = 3;
export const NOT_AN_ESCAPE: i32 = 4;
export const NOT_A_HEX_DIGIT: i32 = 5;
export const NOT_TRUE: i32 = 6;
export const NOT_FALSE: i32 = 7;
export const NOT_NULL: i32 = 8;
export const CONTROL_CHARACTER: i32 = 9;
export const TEXT_BEHIND: i32 = 10;
export const TOO_DEEP: i32 = 11;
export const TOO_MANY: i32 = 12;
export const NO_ROOM: i32 = 13;

let end: i32 = 0;

/** Where the page ends. */
export function pageEnd(): i32 {
  return end;
}

export function setPageEnd(at: i32): void {
  end = at;
}

/** @param at address of what should not be there. Never returns; has a type for where a value is due. */
export function stop(code: i32, at: i32): i32 {
  fail(code, at - PAGE, at >= end);
  return unreachable();
}
