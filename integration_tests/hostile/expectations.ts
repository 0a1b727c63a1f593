/** What must hold of a run, in few words. */
import { expect } from '@jest/globals';
import type { FailureType } from '../../src/protocol/messages.js';
import type { Outcome } from './stage.js';

/** The stream failed, alone and with one sentence that says why. */
export function expectFailed(run: Outcome, stream: string, type: FailureType, says: RegExp | string): void {
  expect({ stream, status: run.statusOf(stream), code: run.code }).toEqual({
    stream,
    status: 'INCOMPLETE',
    code: 1,
  });
  const errors = run.errorsOf(stream);
  expect(errors.map(({ failure_type }) => failure_type)).toEqual([type]);
  for (const { message, internal_message = '' } of errors)
    expect(`${message} (${internal_message})`).toMatch(says);
}

/** A connection check that found all but one stream in order. */
export function expectUnreadable(run: Outcome, stream: string): void {
  const status = run.messages.find(({ type }) => type === 'CONNECTION_STATUS');
  expect(status).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } });
  expect(JSON.stringify(status)).toMatch(new RegExp(`; not [^(]*\\b${stream}\\b`));
  expect(run.code).toBe(0);
}

/** The stream was read to its end: this many records, no error. */
export function expectComplete(run: Outcome, stream: string, records: number): void {
  expect({
    stream,
    status: run.statusOf(stream),
    records: run.read.recordsOf(stream).length,
    errors: run.errorsOf(stream),
  }).toEqual({ stream, status: 'COMPLETE', records, errors: [] });
}
