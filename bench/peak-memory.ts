/**
 * Loaded into a Node process before its program: at the end it writes the peak of the resident memory, in KiB,
 * into the file that BENCH_PEAK_FILE names. Linux only; getrusage would count the memory of the process that
 * started it, too.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env['BENCH_PEAK_FILE'];
if (file !== undefined) {
  process.on('exit', () => {
    const [, peak = ''] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    writeFileSync(file, peak);
  });
}
