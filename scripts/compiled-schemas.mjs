/**
 * The module of validators that stands in the bundle in place of src/protocol/compiled-schemas.ts: ajv compiles the
 * schemas of spec.json now, not at each start.
 */
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import formats from 'ajv-formats';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

/** The schemas that configs are held against: one for each provider. */
async function schemasOfSpec() {
  const spec = JSON.parse(readFileSync('spec.json', 'utf8'));
  const { outputFiles } = await build({
    entryPoints: ['src/protocol/chosen-schema.ts'],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? []).toString('base64');
  const { chosenSchema } = await import(`data:text/javascript;base64,${code}`);
  return spec.connectionSpecification.properties.provider.oneOf.map(
    ({ properties }) => chosenSchema(spec, { provider: { name: properties.name.const } }).schema,
  );
}

/** @returns the code of the module */
export async function compiledSchemas() {
  const schemas = await schemasOfSpec();
  const ajv = new Ajv({ allErrors: true, strict: false, code: { source: true, esm: true } });
  formats(ajv);
  schemas.forEach((schema, i) => ajv.addSchema(schema, `schema${i}`));
  const names = schemas.map((_, i) => `schema${i}`);
  const entries = schemas.map((schema, i) => `[${JSON.stringify(JSON.stringify(schema))}, schema${i}]`);
  return [
    standaloneCode(ajv, Object.fromEntries(names.map((name) => [name, name]))),
    `export const compiledSchemas = new Map([${entries.join(',')}]);`,
  ].join('\n');
}
