// What stands where in the memory that the host and the scanner share.

/** Five numbers: what stands at the path, whether each element is an object, start and end of the list, its elements. */
export const RESULT: i32 = 1024;
/** A byte for each open bracket: 1 for an object, 0 for an array. */
export const STACK: i32 = 2048;
/** Levels of nesting; a page that goes deeper is refused rather than risked. */
export const MAX_DEPTH: i32 = 2000;
/** The keys that are looked for, which the host writes. */
export const KEYS: i32 = 8192;
/** The page, LANES bytes of zero, and the entries of its records. */
export const PAGE: i32 = 65536;
/** Bytes that are looked at together. */
export const LANES: i32 = 16;
