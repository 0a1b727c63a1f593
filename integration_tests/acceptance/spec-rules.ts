/** What the acceptance tests demand of a specification. Each rule returns a line for each place that breaks it. */
import type { JsonObject, JsonValue } from '../../src/protocol/messages.js';
import { isObject, nodesOf, propertiesOf, typesOf } from '../json-schema.js';
import type { SchemaNode } from '../json-schema.js';

export interface SpecRule {
  readonly title: string;
  readonly violations: (schema: JsonObject) => string[];
}

/** Property names that stand for a secret, in any case. */
const SECRET_NAMES = new Set(
  'client_token access_token api_token token secret client_secret password key service_account_info service_account tenant_id certificate jwt credentials app_id appid refresh_token'.split(
    ' ',
  ),
);
const FORBIDDEN_KEYWORDS =
  'not anyOf patternProperties prefixItems allOf if then else dependentSchemas dependentRequired'.split(' ');
const DATE_FORMATS = ['date', 'date-time'];

function at({ path }: SchemaNode, what: string): string {
  return `${path || 'the root'}: ${what}`;
}

function eachNode(check: (node: SchemaNode) => (string | false | undefined)[]): SpecRule['violations'] {
  return (schema) =>
    nodesOf(schema).flatMap((node) =>
      check(node)
        .filter((what): what is string => typeof what === 'string')
        .map((what) => at(node, what)),
    );
}

function variantsOf(schema: JsonObject): JsonObject[] {
  return Array.isArray(schema['oneOf']) ? schema['oneOf'].filter(isObject) : [];
}

function repeated(values: readonly (JsonValue | undefined)[]): boolean {
  const texts = values.map((value) => JSON.stringify(value));
  return new Set(texts).size < texts.length;
}

function oneOfProblems({ schema }: SchemaNode): (string | false)[] {
  const variants = variantsOf(schema);
  if (variants.length === 0) return [];
  const [first, ...others] = variants.map((variant) => Object.keys(propertiesOf(variant)));
  const shared = (first ?? []).filter((name) => others.every((names) => names.includes(name)));
  const constants = shared.filter((name) =>
    variants.every((variant) => propertiesOf(variant)[name]?.['const'] !== undefined),
  );
  const constant = variants.map((variant) => propertiesOf(variant)[constants[0] ?? '']);
  return [
    schema['type'] !== 'object' && 'the parent of oneOf is not of type object',
    variants.some((variant) => Object.keys(propertiesOf(variant)).length === 0) &&
      'a variant has no properties',
    shared.length === 0 && 'the variants share no property',
    constants.length !== 1 && `${constants.length} shared properties are a const, instead of one`,
    constant.some((one) => one?.['default'] !== undefined && one['default'] !== one['const']) &&
      'a default is not the const',
    constant.some(
      (one) => one?.['enum'] !== undefined && JSON.stringify(one['enum']) !== JSON.stringify([one['const']]),
    ) && 'an enum is not just the const',
    repeated(constant.map((one) => one?.['const'])) && 'two variants have the same const',
    variants.some((variant) => typeof variant['title'] !== 'string') && 'a variant has no title',
  ];
}

function secretProblems({ name, schema }: SchemaNode): (string | false)[] {
  const types = typesOf(schema);
  const isSecret = schema['airbyte_secret'] === true;
  const isPlain = types.some((type) => ['string', 'integer', 'number'].includes(type));
  const isConst = schema['const'] !== undefined;
  return [
    name !== undefined &&
      SECRET_NAMES.has(name.toLowerCase()) &&
      isPlain &&
      !isConst &&
      !isSecret &&
      'a secret, but not airbyte_secret',
    isSecret && (isConst || !isPlain) && 'airbyte_secret on what is no string or number',
  ];
}

function arrayProblems({ schema }: SchemaNode): (string | false)[] {
  if (!typesOf(schema).includes('array')) return [];
  const items = schema['items'];
  if (!isObject(items)) return ['items is not one schema'];
  const types = typesOf(items);
  const isAllowed = types.some((type) => ['object', 'string', 'number', 'integer'].includes(type));
  return [!isAllowed && items['enum'] === undefined && 'items are of another type'];
}

function dateProblems({ schema }: SchemaNode): (string | false)[] {
  const { format, pattern } = schema;
  const isDate = typeof format === 'string' && DATE_FORMATS.includes(format);
  if (isDate && typeof pattern !== 'string') return ['a date without a pattern'];
  if (!isDate || typeof pattern !== 'string') {
    return [
      typeof pattern === 'string' && pattern.includes('[0-9]{4}-') && 'a pattern of dates without a format',
    ];
  }
  const sample = format === 'date' ? '2024-01-31' : '2024-01-31T12:30:00Z';
  return [!new RegExp(pattern).test(sample) && 'the pattern refuses what the format means'];
}

function orderProblems({ schema }: SchemaNode): (string | false)[] {
  const groups = new Map<string, JsonValue[]>();
  for (const property of Object.values(propertiesOf(schema))) {
    const group = JSON.stringify(property['group'] ?? null);
    if (property['order'] !== undefined) groups.set(group, [...(groups.get(group) ?? []), property['order']]);
  }
  return [...groups.values()].map((orders) => repeated(orders) && 'two properties have the same order');
}

export const SPEC_RULES: readonly SpecRule[] = [
  {
    title: 'rule 2: the values of an enum are distinct',
    violations: eachNode(({ schema }) => [
      Array.isArray(schema['enum']) && repeated(schema['enum']) && 'an enum value stands twice',
    ]),
  },
  { title: 'rule 3: variants of a oneOf are told apart by one const', violations: eachNode(oneOfProblems) },
  { title: 'rule 4: secrets, and nothing else, are airbyte_secret', violations: eachNode(secretProblems) },
  {
    title: 'rule 5: a list of types is a type, perhaps followed by null',
    violations: eachNode(({ schema: { type } }) => [
      Array.isArray(type) &&
        !(type[0] !== 'null' && (type.length === 1 || (type.length === 2 && type[1] === 'null'))) &&
        `the types are ${JSON.stringify(type)}`,
    ]),
  },
  {
    title: 'rule 6: an object has properties, unless it is a oneOf',
    violations: eachNode(({ schema, parent }) => [
      parent !== undefined &&
        typesOf(schema).includes('object') &&
        variantsOf(schema).length === 0 &&
        Object.keys(propertiesOf(schema)).length === 0 &&
        'an object without properties',
    ]),
  },
  { title: 'rule 7: the items of an array are of one plain kind', violations: eachNode(arrayProblems) },
  {
    title: 'rule 8: no keyword that the platform cannot show',
    violations: eachNode(({ schema }) =>
      FORBIDDEN_KEYWORDS.map((keyword) => schema[keyword] !== undefined && `uses ${keyword}`),
    ),
  },
  { title: 'rule 9: dates have both a format and a pattern', violations: eachNode(dateProblems) },
  { title: 'rule 10: no order stands twice in an object', violations: eachNode(orderProblems) },
  {
    title: 'rule 11: only top-level properties have a group',
    violations: eachNode(({ schema, parent }) => [
      schema['group'] !== undefined && (parent === undefined || parent.parent !== undefined) && 'has a group',
    ]),
  },
  {
    title: 'rule 12: display_type is dropdown or radio, of a oneOf',
    violations: eachNode(({ schema }) => {
      const kind = schema['display_type'];
      return [
        kind !== undefined && variantsOf(schema).length === 0 && 'display_type without oneOf',
        kind !== undefined &&
          kind !== 'dropdown' &&
          kind !== 'radio' &&
          `display_type ${JSON.stringify(kind)}`,
      ];
    }),
  },
  {
    title: 'rule 13: no $ref',
    violations: eachNode(({ schema }) => [schema['$ref'] !== undefined && 'uses $ref']),
  },
  {
    title: 'rule 15: additionalProperties is true where it stands',
    violations: eachNode(({ schema: { additionalProperties } }) => [
      additionalProperties !== undefined &&
        additionalProperties !== true &&
        'additionalProperties is not true',
    ]),
  },
];
