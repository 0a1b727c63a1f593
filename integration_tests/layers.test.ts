import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from './connector-runner.js';

interface SourceFile {
  /** From the root of the project, such as `src/protocol/output.ts`. */
  readonly path: string;
  readonly text: string;
  /** What it imports: paths from the root of the project, or names of packages. */
  readonly imports: readonly string[];
}

/** Comments, strings, templates and what is left, in this order of preference. */
const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
/** What only its types are taken of, and is not there at run time. */
const TYPE_IMPORT = /(?:^|[\s;}])(?:import|export) type [^;]*? from '([^']+)'/g;
const IMPORT = /(?:^|[\s;}])(?:from|import)\s*\(?\s*'([^']+)'/g;

function codeOf(text: string): string {
  return text.replace(COMMENT_OR_STRING, (token) => (token.startsWith('/') ? ' ' : "''"));
}

function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_STRING, (token) => (token.startsWith('/') ? ' ' : token));
}

function importsOf(path: string, text: string): string[] {
  return [...withoutComments(text).matchAll(IMPORT)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  );
}

const files: SourceFile[] = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

const isOwn = (specifier: string): boolean => specifier.startsWith('src/');
/** The parts of the declarative runtime, from the bottom up. */
const PARTS = [
  'extractors',
  'requesters',
  'paginators',
  'retrievers',
  'incremental',
  'partition-routers',
  'streams',
];

const lies =
  (...folders: string[]) =>
  (path: string): boolean =>
    folders.some((folder) => path.startsWith(`src/${folder}`));

/** Fails with one line for each breach. */
function expectNone(rule: string, breaches: readonly string[]): void {
  if (breaches.length === 0) return;
  throw new Error(
    [
      `${rule}. It is broken by:`,
      ...breaches.map((line) => `  ${line}`),
      'Why this is so: docs/decisions.md',
    ].join('\n'),
  );
}

function forbiddenImports(
  where: (path: string) => boolean,
  isAllowed: (specifier: string, file: SourceFile) => boolean,
): string[] {
  return files
    .filter(({ path }) => where(path))
    .flatMap((file) =>
      file.imports
        .filter((specifier) => !isAllowed(specifier, file))
        .map((specifier) => `${file.path} imports ${specifier}`),
    );
}

function forbiddenText(
  where: (path: string) => boolean,
  pattern: RegExp,
  text: (file: SourceFile) => string,
): string[] {
  return files
    .filter(({ path }) => where(path))
    .flatMap((file) => {
      const found = pattern.exec(text(file));
      return found === null ? [] : [`${file.path} has "${found[0].trim()}"`];
    });
}

describe('layers', () => {
  it('the files and their imports are found', () => {
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['src/main.ts', 'src/protocol/output.ts', 'src/providers/paystack/provider.ts']),
    );
    const cli = files.find(({ path }) => path === 'src/cli.ts');
    // A type, a value and a dynamic import.
    expect(cli?.imports).toEqual(
      expect.arrayContaining(['src/source.js', 'src/command-line.js', 'src/protocol/output.js']),
    );
  });

  it('protocol/ imports nothing above it', () => {
    expectNone(
      'The protocol knows neither HTTP nor the layers above it',
      forbiddenImports(lies('protocol/'), (specifier) => !isOwn(specifier) || lies('protocol/')(specifier)),
    );
  });

  it('declarative/ imports only the protocol and itself', () => {
    expectNone(
      'The declarative runtime stands on the protocol and names no vendor',
      forbiddenImports(
        lies('declarative/'),
        (specifier) => !isOwn(specifier) || lies('declarative/', 'protocol/')(specifier),
      ),
    );
  });

  it('the parts of declarative/ stand on one another, and the manifest on none of them', () => {
    const partOf = (path: string): string => path.split('/').slice(2, -1)[0] ?? '';
    const parts = new Set(
      files
        .map(({ path }) => path)
        .filter(lies('declarative/'))
        .map(partOf),
    );
    expect([...parts].sort()).toEqual(['', 'components', 'manifest', ...PARTS].sort());
    expectNone(
      'What reads a page does not know for what, and a manifest is made of the definitions alone',
      forbiddenImports(lies('declarative/'), (specifier, { path }) => {
        if (!lies('declarative/')(specifier)) return true;
        const [own, other] = [partOf(path), partOf(specifier)];
        if (!PARTS.includes(other)) return other !== 'manifest' || own === 'manifest';
        return PARTS.indexOf(other) <= PARTS.indexOf(own);
      }),
    );
  });

  it('terminal/ asks how far a read is, and knows nothing else of it', () => {
    expectNone(
      'What is shown must not reach into the read',
      forbiddenImports(
        lies('terminal/'),
        (specifier) =>
          ['src/declarative/streams/stream-progress.js', 'src/protocol/figures.js'].includes(specifier) ||
          specifier.startsWith('src/terminal/'),
      ),
    );
  });

  it('providers/ import only the vocabulary and themselves', () => {
    expectNone(
      'A provider is data: it imports the vocabulary (declarative/components) and its own files',
      forbiddenImports(lies('providers/'), (specifier, { path }) => {
        const own = path.split('/').slice(0, 3).join('/');
        return specifier === 'src/declarative/components.js' || specifier.startsWith(`${own}/`);
      }),
    );
  });

  it('providers/ hold no control flow', () => {
    expectNone(
      'A provider is data: what must be decided at run time belongs to declarative/',
      forbiddenText(lies('providers/'), /\b(if|for|while|do|switch|throw|try|await)\b(?!\s*:)/, ({ text }) =>
        codeOf(text),
      ),
    );
  });

  it('only main.ts imports cli.ts, and only cli.ts imports source.ts', () => {
    expectNone(
      'The command line is the only way in',
      forbiddenImports(
        () => true,
        (specifier, { path }) =>
          (specifier !== 'src/cli.js' || path === 'src/main.ts') &&
          (specifier !== 'src/source.js' || path === 'src/cli.ts'),
      ),
    );
  });

  it('src/ imports nothing from the folders beside it', () => {
    expectNone(
      'The product does not know its tests, its sandbox and its measurements',
      forbiddenImports(
        () => true,
        (specifier) =>
          isOwn(specifier) || !/^(\.\.|sandbox|bench|integration_tests|scripts)(\/|$)/.test(specifier),
      ),
    );
  });

  it('protocol/ and declarative/ name no vendor', () => {
    expectNone(
      'A vendor is named in its folder of providers/ only',
      forbiddenText(lies('protocol/', 'declarative/'), /paystack|pagar|stripe/i, ({ text }) => text),
    );
  });

  it('standard output and the process belong to main.ts', () => {
    // cli.ts gets the process as an argument, so that its tests need no real one.
    const allowed = ['src/main.ts', 'src/stop-on-signals.ts'];
    expectNone('Only Output writes standard output, and only main.ts ends the process', [
      ...forbiddenText(
        (path) => !allowed.includes(path),
        /\bconsole\s*\.|\bprocess\s*\.\s*exit\s*\(/,
        ({ text }) => codeOf(text),
      ),
      ...forbiddenText(
        (path) => !allowed.includes(path) && path !== 'src/cli.ts',
        /\bprocess\s*\.\s*(stdout|stderr|env|exitCode)\b/,
        ({ text }) => codeOf(text),
      ),
    ]);
  });

  it('only http-transport.ts opens connections', () => {
    const isElsewhere = (path: string): boolean => path !== 'src/declarative/requesters/http-transport.ts';
    const clients =
      /^(node:)?(axios|https?|http2|net|tls|dgram|undici|ws|child_process|cluster|worker_threads)(\/|$)/;
    /** Without the calls of a function that the file itself names so. */
    const withoutOwn = (code: string): string =>
      /\b(function|async)\s+fetch\b/.test(code) ? code.replace(/\bfetch\b/g, '') : code;
    const isTypeOnly = (specifier: string, { text }: SourceFile): boolean =>
      !importsOf('', withoutComments(text).replace(TYPE_IMPORT, '')).includes(specifier);
    expectNone('All requests go through one place, which sends GET only', [
      ...forbiddenImports(
        isElsewhere,
        (specifier, file) => !clients.test(specifier) || isTypeOnly(specifier, file),
      ),
      ...forbiddenText(
        isElsewhere,
        /(?<![.\w])(fetch|WebSocket|EventSource|XMLHttpRequest|require)\s*[(<]|\b(globalThis|getBuiltinModule)\b/,
        ({ text }) => withoutOwn(codeOf(text)),
      ),
    ]);
  });
});
