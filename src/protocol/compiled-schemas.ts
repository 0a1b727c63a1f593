import type { ValidateFunction } from 'ajv';

/**
 * Validators by the text of their schema. Here there are none; the build puts those of spec.json in this place
 * (scripts/build.mjs), because loading ajv and compiling a schema takes 20 ms at each start.
 */
export const compiledSchemas: ReadonlyMap<string, ValidateFunction> = new Map();
