import { isObject } from './json-object.js';
import type { ConnectorSpecification, JsonObject, JsonValue } from './messages.js';

/** The value at a JSON pointer. */
export function lookUp(schema: JsonValue | undefined, path: string): JsonValue | undefined {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>(
      (node, part) =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, part)
          ? (node as JsonObject)[part]
          : undefined,
      schema,
    );
}

function variantsOf(schema: JsonObject | undefined): JsonObject[] {
  return Array.isArray(schema?.['oneOf']) ? (schema['oneOf'] as JsonObject[]) : [];
}

function constOf(variant: JsonObject, name: string): JsonValue | undefined {
  return lookUp(variant, `/properties/${name}/const`);
}

/** The property that tells the variants of a oneOf apart: the one that is a `const` in each of them. */
function discriminator(variants: readonly JsonObject[]): string | undefined {
  const names = Object.keys((variants[0]?.['properties'] as JsonObject | undefined) ?? {});
  return names.find((name) => variants.every((variant) => constOf(variant, name) !== undefined));
}

/** The schema for a config: where there is a choice, as between providers, it is the one that was made. */
export interface ChosenSchema {
  readonly schema: JsonObject;
  /** Choices that are none, in sentences. */
  readonly problems: readonly string[];
}

/** A oneOf itself would complain in the name of every variant; the one that is meant is found by its const. */
export function chosenSchema(spec: ConnectorSpecification, config: JsonObject): ChosenSchema {
  const schema = structuredClone(spec.connectionSpecification);
  const properties = (schema['properties'] ?? {}) as Record<string, JsonObject>;
  const problems: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const variants = variantsOf(property);
    const by = discriminator(variants);
    if (by === undefined) continue;
    const value = config[name];
    const meant = isObject(value)
      ? variants.find((variant) => constOf(variant, by) === value[by])
      : undefined;
    properties[name] = meant ?? { type: 'object' };
    if (isObject(value) && meant === undefined) {
      const list = variants.map((variant) => JSON.stringify(constOf(variant, by))).join(', ');
      problems.push(`${name}.${by} must be ${variants.length > 1 ? 'one of ' : ''}${list}`);
    }
  }
  return { schema, problems };
}
