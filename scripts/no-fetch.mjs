/** Axios asks whether they are there, and the question alone makes Node load its implementation of fetch (12 MB). */
const ASKED_FOR = ['Blob', 'FormData', 'ReadableStream', 'Request', 'Response'];
Object.assign(globalThis, Object.fromEntries(ASKED_FOR.map((name) => [name, undefined])));
