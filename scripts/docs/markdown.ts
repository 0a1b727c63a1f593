/** Pieces of Markdown. How they are laid out (the width of a table's columns, say) is Prettier's business. */

export function code(text: string): string {
  return `\`${text}\``;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `a`, `b` and `c` */
export function enumeration(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  const before = words.slice(0, -1).join(', ');
  return before === '' ? words.join('') : `${before} ${last} ${words.at(-1) ?? ''}`;
}
