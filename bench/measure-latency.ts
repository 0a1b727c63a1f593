import { runAndCount } from './program.js';
import { connector, sequentialReader } from './programs.js';
import type { Program, RunTimes } from './program.js';
import { atLeast } from './rows.js';
import type { MeasureOptions, Measurement, Row } from './rows.js';
import { withServer } from './server-process.js';
import { alternate, median, printRatio, ratioOf } from './statistics.js';

/** What a request takes at the vendor, on top of what the sandbox needs. */
const LATENCY_MS = 200;
const TARGET = 10; // times the sequential reader's speed

async function compare(size: number, rounds: number, { progress }: MeasureOptions): Promise<Row[]> {
  const options = { provider: 'paystack', size, cache: true } as const;
  return withServer(options, async (server) => {
    const sequential = sequentialReader(server);
    const usual = connector(server);
    const widest = connector(server, { numWorkers: 100 });
    // The sandbox makes the pages now; made on demand they would take longer than the latency, for whoever is fast.
    for (const program of [usual, widest, sequential]) await runAndCount(program, size);
    await server.setLatency(LATENCY_MS);
    const times = await alternate(rounds, [usual, widest, sequential], async (program: Program) => {
      progress(`${size} records at ${LATENCY_MS} ms a request: ${program.name}`);
      return runAndCount(program, size);
    });
    const secondsOf = (program: Program): number[] =>
      (times.get(program) ?? []).map(({ seconds }: RunTimes) => seconds);
    const rowOf = (program: Program, setting: string): Row => {
      const ratio = ratioOf(secondsOf(sequential), secondsOf(program));
      const medians = [sequential, program].map((one) => `${median(secondsOf(one)).toFixed(2)} s`);
      return {
        what: `latency-bound read of ${size.toLocaleString('en')} records, ${setting}`,
        target: `≥ ${TARGET} × a sequential reader`,
        measured: `${printRatio(ratio)} × (${medians.join(' against ')})`,
        verdict: atLeast(ratio.value, TARGET),
      };
    };
    return [rowOf(usual, 'default config'), rowOf(widest, 'num_workers 100')];
  });
}

/** How much sooner than a plain reader the connector is done when each request takes long. */
export const latency: Measurement = {
  name: 'latency',
  async measure(options) {
    const rows = options.quick
      ? await compare(3000, 1, options)
      : [...(await compare(3000, 3, options)), ...(await compare(20_000, 2, options))];
    return {
      title: 'Latency-bound read',
      rows,
      notes: [
        `Every request takes ${LATENCY_MS} ms and there is no rate limit. Wall clock of the whole process. The sequential reader fetches page after page.`,
      ],
    };
  },
};
