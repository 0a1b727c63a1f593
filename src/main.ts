#!/usr/bin/env node
import { run } from './cli.js';
import { stopOnSignals } from './stop-on-signals.js';

const stop = stopOnSignals(process);
const uncaught = new Promise<never>((_, reject) => process.on('uncaughtException', reject));
// Reported by the command that is running; after that there is nobody to tell.
uncaught.catch(() => undefined);
const exitCode = await run({
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  signal: stop.signal,
  uncaught,
});
if (exitCode === 'stopped') stop.end();
else {
  process.exitCode = exitCode;
  stop.abandon();
}
