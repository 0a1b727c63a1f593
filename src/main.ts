#!/usr/bin/env node
import { run } from './cli.js';
import { stopOnSignals } from './stop-on-signals.js';

const stop = stopOnSignals(process);
const exitCode = await run({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: stop.signal,
});
if (exitCode === 'stopped') stop.end();
else process.exitCode = exitCode;
