import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { JsonObject } from './messages.js';

/** A compiled JSON schema (draft-07). Airbyte's own keywords (`airbyte_secret`, `order`, …) are ignored. */
export function validator(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    strict: false,
    // The schemas are the program's own, and small: checking and optimising them would take longer than their use.
    validateSchema: false,
    meta: false,
    code: { optimize: false },
  });
  formats.default(ajv);
  return ajv.compile(schema);
}
