import { describe, expect, test } from '@jest/globals';
import {
  configError,
  OutputClosedError,
  systemError,
  toErrorTrace,
  toTracedError,
  TracedError,
  transientError,
} from './errors.js';

describe('toTracedError', () => {
  test('leaves a traced error as it is', () => {
    const error = configError('Change this.');
    expect(toTracedError(error)).toBe(error);
  });

  test.each<[string, unknown]>([
    ['an Error', new Error('boom')],
    ['a thrown text', 'boom'],
  ])('makes %s a system_error with a sentence, and keeps the reason for maintainers', (_, thrown) => {
    const error = toTracedError(thrown);
    expect(error).toMatchObject({ failureType: 'system_error', internalMessage: 'boom', cause: thrown });
    expect(error.message).not.toContain('boom');
  });

  test.each<unknown>([undefined, null, 5, {}])('takes anything that can be thrown: %p', (thrown) => {
    expect(toTracedError(thrown)).toBeInstanceOf(TracedError);
  });
});

describe('toErrorTrace', () => {
  test('carries the sentence, the failure type, the time and the stream', () => {
    expect(toErrorTrace(transientError('Wait.', { internalMessage: 'HTTP 500' }), 5, { name: 'a' })).toEqual({
      type: 'ERROR',
      emitted_at: 5,
      error: {
        message: 'Wait.',
        internal_message: 'HTTP 500',
        failure_type: 'transient_error',
        stream_descriptor: { name: 'a' },
      },
    });
  });

  test('leaves out what is not known, and has no stack for an expected error', () => {
    const trace = toErrorTrace(systemError('What?', { cause: configError('Inner.') }), 5);
    expect(trace.error).toEqual({ message: 'What?', failure_type: 'system_error' });
  });

  test('has the stack of an unexpected error', () => {
    const cause = new Error('boom');
    expect(toErrorTrace(toTracedError(cause), 5).error.stack_trace).toBe(cause.stack);
  });
});

test.each([
  [Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }), 'EPIPE'],
  [new Error('closed'), 'UNKNOWN'],
])('OutputClosedError names the code of its cause', (cause, code) => {
  const error = new OutputClosedError(cause);
  expect(error.code).toBe(code);
  expect(error.message).toContain(cause.message);
});
