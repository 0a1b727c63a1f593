import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { SECOND_MS } from './declarative/durations.js';
import { stopOnSignals } from './stop-on-signals.js';

/** A process that notes how it is ended. */
class FakeProcess extends EventEmitter {
  readonly killed: unknown[] = [];
  readonly exits: unknown[] = [];

  constructor(readonly pid: number) {
    super();
  }

  kill(...args: unknown[]): void {
    this.killed.push(args);
  }

  exit(code: unknown): void {
    this.exits.push(code);
  }
}

function start(pid: number) {
  const process = new FakeProcess(pid);
  return { process, stop: stopOnSignals(process as unknown as NodeJS.Process) };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test.each(['SIGTERM', 'SIGINT'])('%s is known at once to what is under way', (signal) => {
  const { process, stop } = start(42);
  expect(stop.signal.aborted).toBe(false);
  process.emit(signal, signal);
  expect(stop.signal.aborted).toBe(true);
  expect(process.killed).toEqual([]);
});

test.each(['SIGTERM', 'SIGINT'])(
  '%s ends the process within a second, even if nothing else does',
  (signal) => {
    const { process } = start(42);
    process.emit(signal, signal);
    jest.advanceTimersByTime(SECOND_MS - 1);
    expect(process.killed).toEqual([[42, signal]]);
    expect(process.listenerCount(signal)).toBe(0);
  },
);

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
])('in a container, whose process 1 no signal ends, %s becomes the exit code %d', (signal, exitCode) => {
  const { process } = start(1);
  process.emit(signal, signal);
  jest.advanceTimersByTime(SECOND_MS - 1);
  expect(process).toMatchObject({ killed: [], exits: [exitCode] });
});

test('what ends in order before that raises the signal again at once', () => {
  const { process, stop } = start(42);
  process.emit('SIGTERM', 'SIGTERM');
  stop.end();
  expect(process.killed).toEqual([[42, 'SIGTERM']]);
});

test('a second signal does not put the end off', () => {
  const { process } = start(42);
  process.emit('SIGTERM', 'SIGTERM');
  jest.advanceTimersByTime(SECOND_MS / 2);
  process.emit('SIGTERM', 'SIGTERM');
  jest.advanceTimersByTime(SECOND_MS / 2 - 1);
  expect(process.killed).toHaveLength(1);
});

test('without a signal nothing is ended', () => {
  const { process, stop } = start(42);
  stop.abandon();
  jest.advanceTimersByTime(10 * SECOND_MS);
  expect(stop.signal.aborted).toBe(true);
  expect(process.killed).toEqual([]);
});
