/**
 * Bundles src/ into dist/: one small entry and the parts that it loads when a command needs them. A bundle
 * starts faster than hundreds of files of node_modules, and the image needs nothing else.
 */
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { build } from 'esbuild';
import { compiledSchemas } from './compiled-schemas.mjs';

/** Packages of which nothing is used, or less than they cost at each start. */
const REPLACED = {
  // For redirects, proxies, the bodies of requests and HTTP/2, of axios.
  'follow-redirects': './scripts/left-out.mjs',
  'https-proxy-agent': './scripts/left-out.mjs',
  'form-data': './scripts/left-out.mjs',
  http2: './scripts/left-out.mjs',
  // Of yargs.
  'string-width': './scripts/text-width.mjs',
};

/**
 * Node's own modules are loaded when something of them is used, and no more of them: an import would load each at once
 * and read all that it exports (of `node:http` that is WebSocket, too, for which Node loads its implementation of fetch,
 * 12 MB). The look-up is left to a prototype, since own properties would be copied where the module is imported. Modules
 * that are a function themselves, as `events`, are wanted at once in any case.
 * @type {import('esbuild').Plugin}
 */
const builtinsWhenUsed = {
  name: 'builtins-when-used',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z]/ }, ({ path }) =>
      isBuiltin(path) && !(path in REPLACED) ? { path, namespace: 'builtin' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      const load = `process.getBuiltinModule('${path}')`;
      const isFunction = typeof process.getBuiltinModule(path) === 'function';
      const traps = '{ get: (_, name) => used()[name], has: (_, name) => name in used() }';
      return {
        contents: isFunction
          ? `module.exports = ${load};`
          : `let loaded; const used = () => (loaded ??= ${load}); module.exports = Object.create(new Proxy({}, ${traps}));`,
      };
    });
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
  plugins: [builtinsWhenUsed, schemasCompiledNow],
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
