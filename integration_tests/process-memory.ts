/** Memory of another process, where the system tells it. */
import { readFileSync } from 'node:fs';

const EVERY = 20; // ms

/** MiB of physical memory. */
export interface MemorySample {
  readonly now: number;
  /** The most that there was up to now, between two samples as well. */
  readonly peak: number;
}

export interface ProcessMemory {
  /** MiB; undefined on systems without /proc. */
  readonly peak: () => number | undefined;
  stop(): void;
}

function sampleOf(pid: number): MemorySample | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined; // The process has ended, or there is no /proc.
  }
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  const sample = { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
  return Number.isNaN(sample.now) || Number.isNaN(sample.peak) ? undefined : sample;
}

/** Looks again and again until it is stopped or the process ends. */
export function watchMemory(
  pid: number,
  onSample: (sample: MemorySample) => void = () => undefined,
): ProcessMemory {
  let peak: number | undefined;
  const look = (): void => {
    const sample = sampleOf(pid);
    if (sample === undefined) return;
    ({ peak } = sample);
    onSample(sample);
  };
  look();
  const timer = setInterval(look, EVERY);
  return {
    peak: () => peak,
    stop() {
      look();
      clearInterval(timer);
    },
  };
}
