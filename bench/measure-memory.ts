import { readFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { runAndConsume, runAndCount } from './program.js';
import { connector, temporaryFile, withPeakMemory } from './programs.js';
import { atMost } from './rows.js';
import type { MeasureOptions, Measurement, Row } from './rows.js';
import { withServer } from './server-process.js';
import { median } from './statistics.js';

const MAX_MB = 120;
/** How far a peak may lie from that of the shortest read. */
const MAX_DEVIATION = 0.1;
const LINE_FEED = 0x0a;
/** Bytes a second of the slow reader. */
const SLOW = 2_500_000;
const KIB = 1024; // bytes

interface Case {
  readonly size: number;
  readonly slow: boolean;
  readonly runs: number;
}

/** Takes a part, then waits until its time is over. @returns the number of lines */
async function readSlowly(output: Readable): Promise<number> {
  const started = Date.now();
  let bytes = 0;
  let lines = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines++;
    const ahead = (bytes / SLOW) * 1000 - (Date.now() - started);
    if (ahead > 0) await sleep(ahead);
  }
  return lines;
}

async function peaksOf({ size, slow, runs }: Case, { progress }: MeasureOptions): Promise<number[]> {
  return withServer({ provider: 'paystack', size, cache: size <= 100_000 }, async (server) => {
    const peaks: number[] = [];
    for (let run = 0; run < runs; run++) {
      progress(`memory for ${size} records, ${slow ? 'slow' : 'fast'} reader`);
      const file = temporaryFile('');
      const program = withPeakMemory(connector(server), file);
      if (slow) {
        const { result } = await runAndConsume(program, readSlowly);
        if (result < size) throw new Error(`${program.name} wrote ${result} lines for ${size} records`);
      } else await runAndCount(program, size);
      peaks.push((Number(readFileSync(file, 'utf8')) * KIB) / 1e6);
    }
    return peaks;
  });
}

function nameOf({ size, slow }: Case): string {
  return `${size.toLocaleString('en')} records, ${slow ? 'slow' : 'fast'} reader`;
}

/** The peak of the connector's memory, and whether it grows with what is read or with who reads. */
export const memory: Measurement = {
  name: 'memory',
  async measure(options) {
    const title = 'Memory';
    if (!existsSync('/proc/self/status')) {
      const target = `≤ ${MAX_MB} MB`;
      const measured = 'not measured here: needs Linux';
      return { title, notes: [], rows: [{ what: 'peak memory', target, measured, verdict: 'not measured' }] };
    }
    const [few, many, slow] = options.quick ? [2000, 50_000, 10_000] : [10_000, 1_000_000, 60_000];
    const cases: Case[] = [
      { size: few, slow: false, runs: options.quick ? 1 : 3 },
      { size: many, slow: false, runs: 1 },
      { size: few, slow: true, runs: 1 },
      { size: slow, slow: true, runs: 1 },
    ];
    const rows: Row[] = [];
    let first = NaN;
    for (const one of cases) {
      const peak = median(await peaksOf(one, options));
      if (Number.isNaN(first)) first = peak;
      const deviation = peak / first - 1;
      const percent = `${deviation < 0 ? '−' : '+'}${Math.abs(deviation * 100).toFixed(0)} %`;
      rows.push({
        what: `peak memory: ${nameOf(one)}`,
        target: `≤ ${MAX_MB} MB`,
        measured: `${peak.toFixed(0)} MB`,
        verdict: atMost(peak, MAX_MB),
      });
      if (one !== cases[0]) {
        rows.push({
          what: `… compared with ${few.toLocaleString('en')} records, fast reader`,
          target: `± ${MAX_DEVIATION * 100} %`,
          measured: percent,
          verdict: atMost(Math.abs(deviation), MAX_DEVIATION),
        });
      }
    }
    return {
      title,
      rows,
      notes: [
        `Peak of the resident memory (VmHWM) in MB of 10⁶ bytes, with the default config and the environment of the image (MALLOC_ARENA_MAX=1); for the first row the median of three runs. The slow reader takes ${SLOW / 1e6} MB a second.`,
      ],
    };
  },
};
