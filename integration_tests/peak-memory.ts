/** Peak memory of another process, where the system tells it. */
import { readFileSync } from 'node:fs';

const EVERY = 20; // ms

export interface PeakMemory {
  /** MiB; undefined on systems without /proc. */
  readonly mebibytes: () => number | undefined;
  stop(): void;
}

/**
 * VmHWM only grows, so its last sample is the peak up to then.
 * @param onSample gets MiB
 */
export function watchPeakMemory(
  pid: number,
  onSample: (mebibytes: number) => void = () => undefined,
): PeakMemory {
  let peak: number | undefined;
  const sample = (): void => {
    try {
      const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      if (kibibytes === undefined) return;
      peak = Math.max(peak ?? 0, Number(kibibytes) / 1024);
      onSample(peak);
    } catch {
      // The process has ended, or there is no /proc.
    }
  };
  sample();
  const timer = setInterval(sample, EVERY);
  return {
    mebibytes: () => peak,
    stop() {
      sample();
      clearInterval(timer);
    },
  };
}
