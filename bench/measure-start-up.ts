import { fileURLToPath } from 'node:url';
import type { Program } from './program.js';
import { runOnly } from './program.js';
import { atMost } from './rows.js';
import type { Measurement } from './rows.js';
import { alternate, median, printRatio, ratioOf } from './statistics.js';

const TARGET = 2.5;

const NOTHING: Program = { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] };
const SPEC: Program = {
  name: 'spec',
  command: process.execPath,
  args: [fileURLToPath(new URL('../dist/main.js', import.meta.url)), 'spec'],
};

/** How long the platform waits for the shortest command, compared with a Node that does nothing. */
export const startUp: Measurement = {
  name: 'start-up',
  async measure({ quick, progress }) {
    progress('start-up');
    for (const program of [NOTHING, SPEC]) await runOnly(program);
    const times = await alternate(quick ? 10 : 40, [NOTHING, SPEC], runOnly);
    const secondsOf = (program: Program): number[] =>
      (times.get(program) ?? []).map(({ seconds }) => seconds);
    const ratio = ratioOf(secondsOf(SPEC), secondsOf(NOTHING));
    const ms = (program: Program): string => `${(median(secondsOf(program)) * 1000).toFixed(0)} ms`;
    return {
      title: 'Start-up',
      rows: [
        {
          what: 'start-up: `spec` to `node -e 0`',
          target: `≤ ${TARGET} ×`,
          measured: `${printRatio(ratio)} × (${ms(SPEC)} against ${ms(NOTHING)})`,
          verdict: atMost(ratio.value, TARGET),
        },
      ],
      notes: [`Wall clock, ${secondsOf(SPEC).length} runs of each by turns.`],
    };
  },
};
