import { setMaxListeners } from 'node:events';

/** ms after a signal by which the process ends, even if nobody reads its output any more. */
const GRACE_MS = 800;

type Signal = 'SIGTERM' | 'SIGINT';

const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGTERM: 143, SIGINT: 130 };

export interface Stop {
  /** Aborts on the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Lets go of whatever is still under way, so that the process can end with its exit code. */
  abandon(): void;
  /** Ends the process as the signal would have done. */
  end(): void;
}

/**
 * Lets a sync end in order: output that is being written is flushed, nothing new is begun.
 *
 * Then the signal is raised again, so that the parent sees a process that died by it (PyAirbyte takes any
 * other end for a failure). Process 1 of a container has no default action for signals, so there the exit
 * code of the shells' convention says the same.
 */
export function stopOnSignals(process: NodeJS.Process): Stop {
  const controller = new AbortController();
  // Each request and each wait listens.
  setMaxListeners(0, controller.signal);
  let received: Signal | undefined;

  const end = (): void => {
    const signal = received ?? 'SIGTERM';
    process.off(signal, onSignal);
    // Output that nobody reads would keep it alive: standard output cannot be closed.
    if (process.pid === 1) process.exit(EXIT_CODES[signal]);
    else process.kill(process.pid, signal);
  };
  function onSignal(signal: Signal): void {
    if (received !== undefined) return;
    received = signal;
    controller.abort();
    setTimeout(end, GRACE_MS).unref();
  }
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { signal: controller.signal, end, abandon: () => controller.abort() };
}
