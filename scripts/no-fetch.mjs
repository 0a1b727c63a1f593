/** Axios asks whether they are there, and the question alone makes Node load its implementation of fetch (12 MB). */
Object.assign(globalThis, { FormData: undefined, Request: undefined, Response: undefined });
