/**
 * Files that lie beside the program: spec.json in the package's root, the schemas in `providers/`. This
 * module lies in `src/` or, bundled, in `dist/`; seen from either the paths are the same.
 */
import { readFileSync } from 'node:fs';
import type { ConnectorSpecification, JsonObject } from './protocol/messages.js';

function readPackageFile(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

/** The connector's specification, as it is printed by `spec`. */
export function readSpec(): ConnectorSpecification {
  return readPackageFile('../spec.json') as ConnectorSpecification;
}

/** @param file a schema loader's `file_path` */
export function readSchema(provider: string, file: string): JsonObject {
  return readPackageFile(`./providers/${provider}/schemas/${file}`) as JsonObject;
}

/** Name and version, for the User-Agent header and `--version`. */
export function readVersion(): string {
  return (readPackageFile('../package.json') as { version: string }).version;
}
