import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readText } from '../acceptance-config.js';

interface Metadata {
  readonly data: { readonly dockerRepository: string; readonly dockerImageTag: string };
}

/** Instructions of a Dockerfile, their continued lines joined. */
function instructions(dockerfile: string): string[] {
  return dockerfile
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
}

/** The value of `NAME=value` or `NAME="value"` in instructions of one kind. */
function valueOf(kind: 'LABEL' | 'ENV', name: string): string | undefined {
  for (const line of instructions(readText('Dockerfile'))) {
    const found = new RegExp(`^${kind} .*?(?<![\\w.])${name.replaceAll('.', '\\.')}=("([^"]*)"|\\S+)`).exec(
      line,
    );
    if (found !== null) return found[2] ?? found[1];
  }
  return undefined;
}

describe('image', () => {
  const { data } = parse(readText('metadata.yaml')) as Metadata;
  const lines = instructions(readText('Dockerfile'));

  it('rule 17: the labels say what metadata.yaml says', () => {
    expect({
      name: valueOf('LABEL', 'io.airbyte.name'),
      version: valueOf('LABEL', 'io.airbyte.version'),
    }).toEqual({
      name: data.dockerRepository,
      version: data.dockerImageTag,
    });
  });

  it('rule 17: AIRBYTE_ENTRYPOINT is the entrypoint', () => {
    const [entrypoint] = lines.filter((line) => line.startsWith('ENTRYPOINT ')).slice(-1);
    const words = JSON.parse(entrypoint?.slice('ENTRYPOINT '.length) ?? '[]') as string[];
    expect(words.length).toBeGreaterThan(0);
    expect(valueOf('ENV', 'AIRBYTE_ENTRYPOINT')).toBe(words.join(' '));
  });

  it('starts the program by an absolute path, because the platform chooses the directory', () => {
    expect(valueOf('ENV', 'AIRBYTE_ENTRYPOINT')).toMatch(/(^|\s)\/\S+/);
  });

  it('is built from all files that the build names', () => {
    const allowed = readText('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => new RegExp(`^${line.slice(1).replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`));
    const named = [...readText('scripts/build.mjs').matchAll(/'(?:\.\/)?((?:scripts|src)\/[^']+)'/g)];
    expect(named.map(([, file]) => file)).toContain('scripts/no-fetch.mjs');
    for (const [, file = ''] of named)
      expect([file, allowed.some((one) => one.test(file))]).toEqual([file, true]);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(data.dockerImageTag).toBe(version);
  });
});
