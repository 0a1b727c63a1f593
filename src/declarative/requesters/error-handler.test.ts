import { describe, expect, test } from '@jest/globals';
import type { FailureType, JsonValue } from '../../protocol/messages.js';
import type { HttpResponseFilter, ResponseAction } from '../components.js';
import { apiMessage, resolveAnswer } from './error-handler.js';
import type { Answer, ErrorResolution } from './error-handler.js';

function filter(rest: Omit<HttpResponseFilter, 'type'>): HttpResponseFilter {
  return { type: 'HttpResponseFilter', ...rest };
}

function resolve(answer: Partial<Answer>, ...response_filters: HttpResponseFilter[]): ErrorResolution {
  return resolveAnswer(
    { type: 'DefaultErrorHandler', response_filters, backoff_strategies: [] },
    { status: 200, headers: {}, json: {}, isOtherThanJson: false, problem: undefined, ...answer },
    'Vendor',
  );
}

describe('an answer that no filter names', () => {
  test.each<[number, ResponseAction, FailureType]>([
    [301, 'FAIL', 'system_error'],
    [400, 'FAIL', 'system_error'],
    [401, 'FAIL', 'config_error'],
    [403, 'FAIL', 'config_error'],
    [404, 'FAIL', 'system_error'],
    [405, 'FAIL', 'system_error'],
    [408, 'RETRY', 'transient_error'],
    [418, 'RETRY', 'system_error'],
    [429, 'RATE_LIMITED', 'transient_error'],
    [500, 'RETRY', 'transient_error'],
    [503, 'RETRY', 'transient_error'],
  ])('with HTTP %i: %s, a %s', (status, action, failureType) => {
    const resolution = resolve({ status, json: undefined });
    expect(resolution).toMatchObject({ action, failureType });
    expect(resolution.message).toContain(String(status));
  });

  test.each([200, 201, 204])('with HTTP %i is a success if it can be used', (status) => {
    expect(resolve({ status, json: { message: 'Orders retrieved' } })).toMatchObject({
      action: 'SUCCESS',
      message: '',
    });
  });

  test('is asked for again if it cannot be used', () => {
    const resolution = resolve({ problem: 'the answer has no "data"' });
    expect(resolution).toMatchObject({ action: 'RETRY', failureType: 'transient_error' });
    expect(resolution.message).toContain(
      'Vendor sent an answer that cannot be used: the answer has no "data". Try again later',
    );
  });

  test("carries the API's own words", () => {
    const { message } = resolve({ status: 403, json: { status: false, message: 'No\n  access' } });
    expect(message).toBe(
      'The key may not read this (HTTP 403). Check its permissions. The API said: "No access"',
    );
  });
});

describe('a response filter', () => {
  const html = { 'content-type': 'Text/HTML; charset=utf-8' };

  test('matches by status', () => {
    const ignore = filter({ action: 'IGNORE', http_codes: [404, 410] });
    expect(resolve({ status: 404 }, ignore).action).toBe('IGNORE');
    expect(resolve({ status: 400 }, ignore).action).toBe('FAIL');
  });

  test("matches by a part of the API's message, in any case", () => {
    const retry = filter({ action: 'RETRY', error_message_contains: 'try AGAIN' });
    expect(resolve({ status: 400, json: { error: { message: 'Please Try again' } } }, retry).action).toBe(
      'RETRY',
    );
    expect(resolve({ status: 400, json: { message: 'No' } }, retry).action).toBe('FAIL');
    expect(resolve({ status: 400, json: undefined }, retry).action).toBe('FAIL');
  });

  test('matches by the start of the content type, in any case', () => {
    const retry = filter({ action: 'RETRY', extensions: { content_type: 'text/html' } });
    expect(resolve({ status: 403, headers: html }, retry).action).toBe('RETRY');
    expect(resolve({ status: 403, headers: {} }, retry).action).toBe('FAIL');
  });

  test('matches a body that is not JSON, whatever its type', () => {
    const retry = filter({ action: 'RETRY', http_codes: [403], extensions: { not_json: true } });
    const text = { status: 403, json: undefined, isOtherThanJson: true };
    expect(resolve(text, retry).action).toBe('RETRY');
    expect(resolve({ ...text, headers: { 'content-type': 'application/json' } }, retry).action).toBe('RETRY');
    expect(resolve({ ...text, isOtherThanJson: false }, retry).action).toBe('FAIL');
    expect(resolve({ status: 403, headers: html }, retry).action).toBe('FAIL');
  });

  test('matches by a value in the body, also of a 200', () => {
    const failed = filter({
      action: 'RETRY',
      extensions: { body_value: { path: ['status'], equals: false } },
    });
    expect(resolve({ json: { status: false } }, failed).action).toBe('RETRY');
    for (const json of [{ status: true }, { status: 'false' }, {}, [], null, undefined]) {
      expect(resolve({ json }, failed).action).toBe('SUCCESS');
    }
  });

  test('matches only if all of its conditions do', () => {
    const both = filter({ action: 'RETRY', http_codes: [403], extensions: { content_type: 'text/html' } });
    expect(resolve({ status: 403, headers: html }, both).action).toBe('RETRY');
    expect(resolve({ status: 401, headers: html }, both).action).toBe('FAIL');
    expect(resolve({ status: 403 }, both).action).toBe('FAIL');
  });

  test('decides before those behind it, and says its own sentence', () => {
    const first = filter({
      action: 'FAIL',
      http_codes: [403],
      error_message: 'First.',
      failure_type: 'transient_error',
    });
    const second = filter({ action: 'IGNORE', http_codes: [403] });
    const json = { message: 'nope' };
    expect(resolve({ status: 403, json }, first, second)).toMatchObject({
      action: 'FAIL',
      failureType: 'transient_error',
      message: 'First. The API said: "nope"',
    });
  });

  test('leaves what it does not say to the status', () => {
    const { failureType, message } = resolve({ status: 403 }, filter({ action: 'RETRY', http_codes: [403] }));
    expect(failureType).toBe('config_error');
    expect(message).toBe('The key may not read this (HTTP 403). Check its permissions.');
  });

  test('can call an answer with a problem a success', () => {
    const empty = filter({ action: 'SUCCESS', error_message_contains: 'nothing found' });
    const answer = { problem: 'the answer has no "data"', json: { message: 'Nothing found' } };
    expect(resolve(answer, empty).action).toBe('SUCCESS');
  });
});

test('an answer concerns all streams if a filter says so, else if it refuses the key', () => {
  const blocked = filter({ action: 'FAIL', http_codes: [403], extensions: { concerns_all_streams: true } });
  expect(resolve({ status: 403 }, blocked).concernsAllStreams).toBe(true);
  expect(resolve({ status: 401 }).concernsAllStreams).toBe(true);
  expect(resolve({ status: 403 }).concernsAllStreams).toBe(false);
  expect(resolve({ status: 401 }, filter({ action: 'FAIL', http_codes: [401] })).concernsAllStreams).toBe(
    false,
  );
});

describe('apiMessage', () => {
  test.each<[JsonValue | undefined, string | undefined]>([
    [{ message: 'a', error: 'b' }, 'a'],
    [{ error: { message: 'deep' } }, 'deep'],
    [{ message: '', errors: { detail: 'd' } }, 'd'],
    [{ message: null, reason: ' r\n\ts ' }, 'r s'],
    [{ message: 5 }, undefined],
    [{ errors: ['', 'IP address is not allowed', 'other'] }, 'IP address is not allowed'],
    [{ errors: [{ detail: 'd' }] }, 'd'],
    [{ other: 'x' }, undefined],
    ['text', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %j is %j', (json, text) => {
    expect(apiMessage(json)).toBe(text);
  });

  test('is cut where it is long', () => {
    expect(apiMessage({ message: 'x'.repeat(1000) })).toBe(`${'x'.repeat(300)}…`);
  });
});
