/**
 * Bundles src/ into dist/: one small entry and the parts that it loads when a command needs them. A bundle
 * starts faster than hundreds of files of node_modules, and the image needs nothing else.
 */
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { compiledSchemas } from './compiled-schemas.mjs';

/** Packages of which nothing is used, or less than they cost at each start. */
const REPLACED = {
  // For redirects, proxies, the bodies of requests (whose parts have random borders) and HTTP/2, of axios.
  'follow-redirects': './scripts/left-out.mjs',
  'https-proxy-agent': './scripts/left-out.mjs',
  'form-data': './scripts/left-out.mjs',
  http2: './scripts/left-out.mjs',
  crypto: './scripts/left-out.mjs',
  // Of yargs.
  'string-width': './scripts/text-width.mjs',
};

/**
 * The import of a built-in module reads all that it exports; of `node:http` that is WebSocket, too, for which
 * Node loads its implementation of fetch (12 MB).
 * @type {import('esbuild').Plugin}
 */
const requiredBuiltins = {
  name: 'required-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(https?|fs)$/ }, ({ path }) => ({ path, namespace: 'builtin' }));
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

/** @type {import('esbuild').Plugin} */
const schemasCompiledNow = {
  name: 'schemas-compiled-now',
  setup({ onLoad }) {
    onLoad({ filter: /compiled-schemas\.ts$/ }, async () => ({
      contents: await compiledSchemas(),
      resolveDir: '.',
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  minifyWhitespace: true,
  lineLimit: 120,
  plugins: [requiredBuiltins, schemasCompiledNow],
  alias: REPLACED,
  inject: ['scripts/no-fetch.mjs'],
  logLevel: 'warning',
  // Dependencies in CommonJS ask for Node's modules with require.
  banner: {
    js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
  },
});
for (const provider of readdirSync('src/providers')) {
  cpSync(`src/providers/${provider}/schemas`, `dist/providers/${provider}/schemas`, { recursive: true });
}
chmodSync('dist/main.js', 0o755);
