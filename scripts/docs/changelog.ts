/** The changes that concern one provider, out of CHANGELOG.md. */
import type { Provider } from '../../src/declarative/components.js';

/**
 * For a page in docs/, where links to that folder are shorter.
 * @param text of CHANGELOG.md: headings `## version`, and `### group` above lists of changes
 * @param others providers whose own changes are left out: those that name them and not this one
 */
export function changesOf(text: string, provider: Provider, others: readonly Provider[]): string {
  const concerns = (line: string): boolean =>
    !line.startsWith('- ') ||
    line.includes(provider.title) ||
    !others.some(({ title }) => line.includes(title));
  return text
    .split('\n')
    .filter((line) => !line.startsWith('# ') && concerns(line))
    .map((line) => line.replace(/^##/, '###').replaceAll('](docs/', ']('))
    .join('\n')
    .trim();
}
