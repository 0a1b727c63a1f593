/**
 * Bundles src/ into dist/: one small entry and the parts that it loads when a command needs them. A bundle
 * starts faster than hundreds of files of node_modules, and the image needs nothing else.
 */
import { chmodSync, cpSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

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
