/** Installs and builds what `npm test` and `npm run demo` need, where it is missing or older than its source. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function run(command, ...args) {
  console.error(`> ${command} ${args.join(' ')}`);
  execFileSync(command, args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
}

if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json')) run('npm', 'ci');

const sources = readdirSync('src', { recursive: true })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => changedAt(`src/${file}`));
const build = readdirSync('scripts').filter((file) => file.endsWith('.mjs'));
const others = ['spec.json', 'package.json', 'package-lock.json', ...build.map((file) => `scripts/${file}`)];
const newest = Math.max(...sources, ...others.map(changedAt));
if (changedAt('dist/main.js') < newest) run('npm', 'run', '--silent', 'build');
