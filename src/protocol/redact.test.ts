import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject, JsonValue } from './messages.js';
import { redactor, secretsOf } from './redact.js';

const secret = { type: 'string', airbyte_secret: true };
const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    plain: { type: 'string' },
    top: secret,
    provider: {
      type: 'object',
      oneOf: [
        { properties: { name: { const: 'a' }, secret_key: secret } },
        { properties: { name: { const: 'b' }, nested: { type: 'object', properties: { token: secret } } } },
      ],
    },
    list: { type: 'array', items: { type: 'object', properties: { password: secret } } },
    words: { type: 'array', items: secret },
  },
};

describe('secretsOf', () => {
  test.each<[string, JsonValue, string[]]>([
    ['at the top', { top: 'one', plain: 'no' }, ['one']],
    [
      'in any variant of a oneOf',
      { provider: { secret_key: 'one', nested: { token: 'two' } } },
      ['one', 'two'],
    ],
    ['of a variant that the name does not choose', { provider: { name: 'b', secret_key: 'one' } }, ['one']],
    ['in objects of an array', { list: [{ password: 'one' }, { password: 'two' }, {}] }, ['one', 'two']],
    ['as items of an array', { words: ['one', 'two'] }, ['one', 'two']],
    ['once, though it stands there twice', { top: 'one', words: ['one'] }, ['one']],
  ])('finds secrets %s', (_, config, expected) => {
    expect(secretsOf(SCHEMA, config)).toEqual(expected);
  });

  test.each<[string, JsonValue]>([
    ['null', null],
    ['a string', 'top'],
    ['an array', [{ top: 'one' }]],
    ['nulls', { top: null, provider: null, list: null, words: [null] }],
    ['wrong types', { top: 5, provider: 'a', list: 'x', words: { a: 'b' } }],
  ])('does not fail at a config that is not valid: %s', (_, config) => {
    expect(secretsOf(SCHEMA, config)).toEqual([]);
  });

  test('names texts only, whatever the config', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (config) => {
        for (const one of secretsOf(SCHEMA, config)) expect(typeof one).toBe('string');
      }),
    );
  });
});

describe('redactor', () => {
  test('replaces every occurrence of every secret', () => {
    expect(redactor(['alpha', 'omega'])('alpha, omega, alpha')).toBe('****, ****, ****');
  });

  test('replaces a longer secret before a shorter one that it holds', () => {
    expect(redactor(['abcd', 'abcdef'])('abcdef abcd')).toBe('**** ****');
  });

  test('finds a secret that JSON has escaped', () => {
    const text = JSON.stringify({ message: 'key a"b\\c\nd!' });
    expect(redactor(['a"b\\c\nd'])(text)).toBe('{"message":"key ****!"}');
  });

  test('leaves a text alone when there is nothing to hide, or hiding it would blot out everything', () => {
    expect(redactor([])('a text')).toBe('a text');
    expect(redactor(['', ' ', 'e'])('even this')).toBe('even this');
  });

  test('finds a secret by the part behind its prefix', () => {
    const mask = redactor(['sk_live_0123456789abcdef', 'sk_test_short']);
    expect(mask('0123456789ABCDEF, short')).toBe('****, short');
  });

  test('finds a secret in lines or groups', () => {
    const mask = redactor(['key-0123456789']);
    for (const text of [
      'key-\r\n0123456789',
      'key- 0123 4567 89',
      'k\u200bey-0123456789',
      'key-\\n0123456789',
    ])
      expect(mask(`<${text}>`)).toBe('<****>');
  });

  test('no spelling of a secret is left in a text', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_+/=-]{8,40}$/).filter((one) => !one.includes('****'));
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (one, before, after) => {
        const bytes = [...Buffer.from(one)].map((byte) => byte.toString(16).padStart(2, '0'));
        const spelled = [
          one,
          encodeURIComponent(one),
          Buffer.from(`${one}:`).toString('base64'),
          bytes.join(''),
          bytes.map((byte) => `%${byte}`).join(''),
          bytes.map((byte) => `\\x${byte}`).join(''),
          bytes.map((byte) => `\\u00${byte}`).join(''),
          bytes.map((byte) => `&#x${byte};`).join(''),
          bytes.map((byte) => `&#${parseInt(byte, 16)};`).join(''),
          one.replace(/.{5}/g, '$& '),
        ];
        for (const spelling of spelled) {
          expect(redactor([one])(`${before}|${spelling}|${after}`)).toMatch(/\|\*{4}\s*\|/);
        }
      }),
    );
  });
});
