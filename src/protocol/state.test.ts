import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TracedError } from './errors.js';
import type { JsonValue } from './messages.js';
import { parseState, readStateFile } from './state.js';

function stream(name: string, stream_state: JsonValue): JsonValue {
  return { type: 'STREAM', stream: { stream_descriptor: { name }, stream_state } };
}

function parsed(value: JsonValue): Record<string, JsonValue> {
  return Object.fromEntries(parseState(value));
}

function errorOf(value: JsonValue): TracedError {
  try {
    parseState(value);
  } catch (error) {
    if (error instanceof TracedError) return error;
    throw error;
  }
  throw new Error('the state was accepted');
}

const S = { createdAt: '2024-01-01T00:00:00.000Z' };

describe('what is no state', () => {
  test.each<[string, JsonValue]>([
    ['null', null],
    ['an empty list', []],
    ['an empty object', {}],
    ['an empty text', ''],
    ['zero', 0],
    ['false', false],
  ])('%s', (_, value) => {
    expect(parsed(value)).toEqual({});
  });

  test.each<[string, JsonValue]>([
    ['a reset stream, whose state is null', stream('a', null)],
    ['a stream without the field', { type: 'STREAM', stream: { stream_descriptor: { name: 'a' } } }],
    ['what a full refresh leaves', stream('a', { __ab_no_cursor_state_message: true })],
  ])('%s', (_, message) => {
    expect(parsed([message])).toEqual({});
  });

  describe('in a file', () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'state-test-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    test.each([
      ['empty', ''],
      ['white space', ' \n\t'],
      ['an empty list', '[]\n'],
    ])('%s', (name, text) => {
      const path = join(folder, `${name}.txt`);
      writeFileSync(path, text);
      expect(readStateFile(path).size).toBe(0);
    });

    test('one that is not JSON is refused', () => {
      const path = join(folder, 'broken.json');
      writeFileSync(path, '[{"type": ');
      expect(() => readStateFile(path)).toThrow(/state file .*broken\.json is not valid JSON/);
    });
  });
});

describe('a state that can be read', () => {
  test.each<[string, JsonValue]>([
    ['a list of STREAM messages', [stream('a', S), stream('b', {})]],
    [
      'nulls and unknown keys',
      [
        {
          type: 'STREAM',
          stream: { stream_descriptor: { name: 'a', namespace: null }, stream_state: S, x: 1 },
          global: null,
          data: null,
          sourceStats: null,
          id: 7,
        },
        stream('b', {}),
      ],
    ],
    ['no type', [{ stream: { stream_descriptor: { name: 'a' }, stream_state: S } }, stream('b', {})]],
    [
      'whole STATE messages',
      [
        { type: 'STATE', state: stream('a', S) },
        { type: 'STATE', state: stream('b', {}) },
      ],
    ],
    [
      'a GLOBAL message without shared state',
      [
        {
          type: 'GLOBAL',
          global: {
            shared_state: null,
            stream_states: [
              { stream_descriptor: { name: 'a' }, stream_state: S },
              { stream_descriptor: { name: 'b' }, stream_state: {} },
            ],
          },
        },
      ],
    ],
    [
      'the alias global_',
      [
        {
          type: 'GLOBAL',
          global_: {
            shared_state: {},
            stream_states: [
              { stream_descriptor: { name: 'a' }, stream_state: S },
              { stream_descriptor: { name: 'b' }, stream_state: {} },
            ],
          },
        },
      ],
    ],
  ])('%s', (_, value) => {
    expect(parsed(value)).toEqual({ a: S, b: {} });
  });

  test('one message that is not in a list', () => {
    expect(parsed(stream('a', S))).toEqual({ a: S });
    expect(parsed({ type: 'STATE', state: stream('a', S) })).toEqual({ a: S });
  });

  test('a GLOBAL message that is not in a list', () => {
    const stream_states = [{ stream_descriptor: { name: 'a' }, stream_state: S }];
    expect(parsed({ type: 'GLOBAL', global: { stream_states } })).toEqual({ a: S });
  });

  test('of two messages about a stream the later one counts', () => {
    expect(parsed([stream('a', { n: 1 }), stream('a', { n: 2 })])).toEqual({ a: { n: 2 } });
  });

  test('a later reset of a stream undoes what was said before', () => {
    expect(parsed([stream('a', S), stream('a', null)])).toEqual({});
  });

  test('streams may have names that objects have members of', () => {
    expect([...parseState([stream('__proto__', S), stream('constructor', S)]).keys()]).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});

describe('the state of a connection as Airbyte shows it', () => {
  const streamState = [
    { streamDescriptor: { name: 'a' }, streamState: S },
    { streamDescriptor: { name: 'b', namespace: null }, streamState: null },
  ];

  test.each<[string, JsonValue]>([
    ['the streams alone', streamState],
    ['with what stands around them', { stateType: 'stream', connectionId: 'c', streamState }],
    ['in the spelling of messages', [{ stream_descriptor: { name: 'a' }, stream_state: S }]],
  ])('is taken, %s', (_, value) => {
    expect([...parseState(value)]).toEqual([['a', S]]);
  });

  test('is taken where its streams stand together', () => {
    const globalState = { sharedState: {}, streamStates: streamState };
    const shown = { stateType: 'global', connectionId: 'c', streamState: [], globalState };
    expect([...parseState(shown)]).toEqual([['a', S]]);
    const shared = { ...shown, globalState: { ...globalState, sharedState: S } };
    expect(() => parseState(shared)).toThrow('shared state');
  });

  test.each<[JsonValue]>([
    [{ stateType: 'not_set', connectionId: 'c' }],
    [{ stateType: 'stream', connectionId: 'c', streamState: null }],
  ])('is none before the first sync: %j', (value) => {
    expect(parseState(value).size).toBe(0);
  });

  test('is refused where it is of the old protocol', () => {
    const shown = { stateType: 'legacy', connectionId: 'c', state: { a: S } };
    expect(() => parseState(shown)).toThrow('must be');
    expect(() => parseState({ ...shown, streamState: null })).toThrow('must be');
  });
});

describe('a state that is refused', () => {
  test.each<[string, JsonValue, RegExp]>([
    ['text', 'state', /must be a JSON list/],
    ['a number', 5, /must be a JSON list/],
    ['the object-shaped state of old protocols', { a: S }, /must be a JSON list/],
    ['an element that is no object', [stream('a', S), 5], /element 1 is not an object/],
    ['a null element', [null], /element 0 is not an object/],
    [
      'an element with neither stream nor global',
      [{ type: 'STREAM' }],
      /element 0 has neither "stream" nor "global"/,
    ],
    ['a LEGACY element', [{ type: 'LEGACY', data: { a: S } }], /neither "stream" nor "global"/],
    [
      'a stream without a descriptor',
      [{ stream: { stream_state: S } }],
      /stream has no stream_descriptor\.name/,
    ],
    ['a stream_state that is text', [stream('a', 'S')], /stream_state of "a" is not an object/],
    ['a stream_state that is a list', [stream('a', [S])], /stream_state of "a" is not an object/],
    [
      'a GLOBAL message with shared state',
      [{ type: 'GLOBAL', global: { shared_state: { lsn: 1 }, stream_states: [] } }],
      /shared state/,
    ],
    ['a GLOBAL message without streams', [{ type: 'GLOBAL', global: {} }], /no stream_states/],
  ])('%s', (_, value, sentence) => {
    const error = errorOf(value);
    expect(error.failureType).toBe('config_error');
    expect(error.message).toMatch(sentence);
    expect(error.message).toContain('or clear the state of the connection');
    expect(error.message).toContain('such as [{"type": "STREAM"');
  });

  test('whatever the JSON, nothing but a TracedError is thrown', () => {
    const message = fc.record(
      {
        type: fc.constantFrom('STREAM', 'GLOBAL', 'STATE'),
        stream: fc.jsonValue(),
        global: fc.jsonValue(),
        state: fc.jsonValue(),
      },
      { noNullPrototype: true, requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(message)), (value) => {
        try {
          expect(parseState(value)).toBeInstanceOf(Map);
        } catch (error) {
          expect(error).toBeInstanceOf(TracedError);
        }
      }),
    );
  });
});
