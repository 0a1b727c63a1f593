import { writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem, type as system } from 'node:os';
import { format } from 'prettier';
import type { Row, Section } from './rows.js';

const MARKS: Record<Row['verdict'], string> = {
  ok: 'ok',
  miss: '**miss**',
  'not measured': 'not measured',
  'for comparison': 'for comparison',
};

function markdownTable(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, target, measured, verdict }) => `| ${what} | ${target} | ${measured} | ${MARKS[verdict]} |`,
  );
  return ['| what | target | measured | |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

function machine(): string {
  const [first] = cpus();
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  return [
    `${first?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${gigabytes} GiB`,
    `${system()} ${release()} ${arch()}, Node ${process.version}`,
    new Date().toISOString().slice(0, 10),
  ].join('; ');
}

/** The table for a terminal. */
export function printTable(rows: readonly Row[]): string {
  const widthOf = (pick: (row: Row) => string): number => Math.max(...rows.map((row) => pick(row).length));
  const what = widthOf((row) => row.what);
  const target = widthOf((row) => row.target);
  const measured = widthOf((row) => row.measured);
  return rows
    .map((row) =>
      [
        row.what.padEnd(what),
        row.target.padEnd(target),
        row.measured.padEnd(measured),
        row.verdict === 'miss' ? 'MISS' : row.verdict,
      ].join('  '),
    )
    .join('\n');
}

/** Writes the results as a page for people. */
export async function writeReport(
  file: URL,
  sections: readonly Section[],
  command: string,
  seconds: number,
): Promise<void> {
  const parts = [
    '# Benchmark',
    `Written by \`${command}\` in ${(seconds / 60).toFixed(1)} minutes. All programs read the sandbox of this repository, which runs in a process of its own, and take turns; a ratio is that of medians, behind it the lowest and highest of a round. Times depend on the machine and on what else it does; ratios less so.`,
    `Machine: ${machine()}.`,
    markdownTable(sections.flatMap(({ rows }) => rows)),
    ...sections
      .filter(({ notes }) => notes.length > 0)
      .map(({ title, notes }) => `## ${title}\n\n${notes.map((note) => `- ${note}`).join('\n')}`),
  ];
  writeFileSync(file, await format(parts.join('\n\n'), { parser: 'markdown', printWidth: 110 }));
}
