import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AirbyteMessage, ConnectorSpecification, JsonObject } from '../../src/protocol/messages.js';
import { acceptanceConfig, readJson, testsOf } from '../acceptance-config.js';
import { createConnector } from '../connector-runner.js';
import type { ConnectorRun } from '../connector-runner.js';
import { compile, nodesOf, problemsOf, schemaProblems } from '../json-schema.js';
import { SPEC_RULES } from './spec-rules.js';

const connector = createConnector();
let run: ConnectorRun;
let spec: ConnectorSpecification;

function specsOf({ messages }: ConnectorRun): Extract<AirbyteMessage, { type: 'SPEC' }>[] {
  return messages.filter((message) => message.type === 'SPEC');
}

beforeAll(async () => {
  run = await connector.spec();
  const [found] = specsOf(run);
  if (found === undefined) throw new Error(`no SPEC:\n${run.stdout}${run.stderr}`);
  spec = found.spec;
});
afterAll(() => connector.close());

describe('spec', () => {
  it('rule 1: one SPEC, and nothing but messages', () => {
    expect(specsOf(run)).toHaveLength(1);
    expect({ code: run.code, stderr: run.stderr, otherLines: run.otherLines }).toEqual({
      code: 0,
      stderr: '',
      otherLines: [],
    });
  });

  it('rule 1: its schema is valid draft-07 and describes an object', () => {
    expect(schemaProblems(spec.connectionSpecification)).toEqual([]);
    expect(spec.connectionSpecification['type']).toBe('object');
  });

  it.each(testsOf(acceptanceConfig.acceptance_tests.spec))(
    'rule 1: SPEC is $spec_path, and $config_path fits',
    (test) => {
      if (test.spec_path !== undefined) expect(spec).toEqual(readJson(test.spec_path));
      const config = Object.fromEntries(
        Object.entries(readJson<JsonObject>(test.config_path)).filter(([name]) => !name.startsWith('_')),
      );
      expect(problemsOf(compile(spec.connectionSpecification), config)).toEqual([]);
    },
  );

  it.each(SPEC_RULES)('$title', ({ violations }) => {
    expect(violations(spec.connectionSpecification)).toEqual([]);
  });

  it('rule 14: paths of advanced_auth lead into the specification', () => {
    const { predicate_key: path } = ((spec as unknown as JsonObject)['advanced_auth'] ?? {}) as {
      predicate_key?: string[];
    };
    const names = nodesOf(spec.connectionSpecification).map(({ name }) => name);
    expect((path ?? []).filter((step) => !names.includes(step))).toEqual([]);
  });

  it('every field has a title, and what is not plain has a description', () => {
    const fields = nodesOf(spec.connectionSpecification).filter(({ name }) => name !== undefined);
    const untitled = fields
      .filter(({ schema }) => typeof schema['title'] !== 'string')
      .map(({ path }) => path);
    const silent = fields
      .filter(({ schema }) => schema['const'] === undefined && typeof schema['description'] !== 'string')
      .map(({ path }) => path);
    expect({ untitled, silent }).toEqual({ untitled: [], silent: [] });
  });
});

describe('the rules of a specification', () => {
  const secret = { type: 'string', airbyte_secret: true };
  const broken: [string, JsonObject][] = [
    ['rule 2', { properties: { a: { enum: ['x', 'x'] } } }],
    [
      'rule 3',
      {
        properties: { a: { type: 'object', oneOf: [{ title: 'A', properties: { b: { type: 'string' } } }] } },
      },
    ],
    ['rule 4', { properties: { Token: { type: 'string' } } }],
    ['rule 4', { properties: { a: { type: 'boolean', airbyte_secret: true } } }],
    ['rule 5', { properties: { a: { type: ['null', 'string'] } } }],
    ['rule 6', { properties: { a: { type: 'object' } } }],
    ['rule 7', { properties: { a: { type: 'array', items: { type: 'boolean' } } } }],
    ['rule 8', { properties: { a: { anyOf: [{ type: 'string' }] } } }],
    ['rule 9', { properties: { a: { type: 'string', format: 'date' } } }],
    ['rule 10', { properties: { a: { type: 'string', order: 1 }, b: { type: 'string', order: 1 } } }],
    ['rule 11', { properties: { a: { type: 'object', properties: { b: { type: 'string', group: 'x' } } } } }],
    ['rule 12', { properties: { a: { type: 'string', display_type: 'radio' } } }],
    ['rule 13', { properties: { a: { $ref: '#/definitions/a' } } }],
    ['rule 15', { additionalProperties: false, properties: { key: secret } }],
  ];

  it.each(broken)('%s notices a breach', (name, schema) => {
    const noticed = SPEC_RULES.filter(({ violations }) => violations(schema).length > 0);
    expect(noticed.map(({ title }) => title.split(':')[0])).toEqual([name]);
  });
});
