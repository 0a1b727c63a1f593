/** Texts of a given width. Everything that is shown is one column wide a character. */

export type Color = 'green' | 'red' | 'yellow' | 'dim';

const CODES: Readonly<Record<Color, number>> = { green: 32, red: 31, yellow: 33, dim: 2 };

export function colored(text: string, color: Color | undefined, isOn: boolean): string {
  return color === undefined || !isOn ? text : `\u001b[${CODES[color]}m${text}\u001b[0m`;
}

/** Cuts a text to a width; what is cut shows as `…`. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 0 ? '' : `${text.slice(0, width - 1)}…`;
}

/** Characters that are not shown but tell a terminal what to do. */
const COMMANDS = /[\p{Cc}\p{Cf}]/gu;

/** Breaks a text, which may be an API's, into lines at its spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(COMMANDS, ' ').split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((one) => cut(one, width));
}

/** `0:42`, `1:02:03` */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** Columns with the highest number go first where there is no room. */
  readonly rank: number;
}

export interface Cell {
  readonly text: string;
  readonly color?: Color | undefined;
}

const GAP = 2;
/** To which the first column is cut before one of rank 1 is left out. */
const MIN_FIRST = 12;

/**
 * A table that fits. Columns of a rank above 1 are left out first, then the first column is cut, then those of
 * rank 1 are left out; those of rank 0 stay.
 * @param width columns of the terminal
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width: number,
  hasColor: boolean,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.text.length ?? 0)),
  );
  const first = widths[0] ?? 0;
  let shown = columns.map((_, i) => i);
  const total = () => shown.reduce((sum, i) => sum + (widths[i] ?? 0) + GAP, -GAP);
  for (const rank of [...new Set(columns.map((column) => column.rank))].sort((a, b) => b - a)) {
    const least = rank > 1 ? total() : total() - Math.max(0, first - MIN_FIRST);
    if (rank > 0 && least > width) shown = shown.filter((i) => columns[i]?.rank !== rank);
  }
  const over = total() - width;
  if (over > 0) widths[0] = Math.max(1, first - over);

  const line = (cells: readonly Cell[]): string => {
    let left = width;
    const parts = shown.map((i, place) => {
      const { text = '', color } = cells[i] ?? { text: '' };
      const size = Math.min(widths[i] ?? 0, left);
      const fitting = cut(text, size);
      const isLast = place === shown.length - 1;
      const padded =
        columns[i]?.align === 'right' ? fitting.padStart(size) : isLast ? fitting : fitting.padEnd(size);
      left = Math.max(0, left - padded.length - GAP);
      return colored(padded, color, hasColor);
    });
    return parts.filter((part) => part !== '').join(' '.repeat(GAP));
  };
  return [columns.map(({ title }) => ({ text: title, color: 'dim' as const })), ...rows].map(line);
}
