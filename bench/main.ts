/** Measures what the connector promises about speed, cost and size, as ratios within one run. `npm run bench`. */
import { parseArgs } from 'node:util';
import { budget } from './measure-budget.js';
import { cpu } from './measure-cpu.js';
import { image } from './measure-image.js';
import { latency } from './measure-latency.js';
import { memory } from './measure-memory.js';
import { startUp } from './measure-start-up.js';
import { buildPrograms } from './prepare.js';
import { printTable, writeReport } from './report.js';
import type { Measurement, Section } from './rows.js';

const MEASUREMENTS: readonly Measurement[] = [latency, budget, cpu, memory, startUp, image];
const NAMES = MEASUREMENTS.map(({ name }) => name).join(',');

const HELP = `Usage: npm run bench -- [options]

  --only <names>  some of ${NAMES}
  --quick         a small version of everything, in about two minutes: whether it works, not what comes out
  --help

A whole run takes about ten minutes and writes bench/results.md. The machine should have nothing else to do.`;

function chosen(only: string | undefined): readonly Measurement[] {
  if (only === undefined) return MEASUREMENTS;
  return only.split(',').map((name) => {
    const measurement = MEASUREMENTS.find((one) => one.name === name.trim());
    if (measurement === undefined) throw new Error(`--only takes some of ${NAMES}, not "${name}"`);
    return measurement;
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return;
  }
  const measurements = chosen(values.only);
  const quick = values.quick === true;
  const started = Date.now();
  const secondsSince = (): number => (Date.now() - started) / 1000;
  const progress = (text: string): void =>
    console.error(`${secondsSince().toFixed(0).padStart(4)} s  ${text}`);

  await buildPrograms();
  const sections: Section[] = [];
  for (const { measure } of measurements) {
    const section = await measure({ quick, progress });
    sections.push(section);
    console.log(`\n${printTable(section.rows)}\n`);
  }
  console.log(`\n${printTable(sections.flatMap(({ rows }) => rows))}`);
  console.log(`\n${secondsSince().toFixed(0)} s`);
  if (quick || values.only !== undefined) return;
  await writeReport(new URL('results.md', import.meta.url), sections, 'npm run bench', secondsSince());
  console.log('written to bench/results.md');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
});
