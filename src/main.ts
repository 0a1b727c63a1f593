#!/usr/bin/env node
import { fstatSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { run } from './cli.js';
import { fileOutput } from './file-output.js';
import { stopOnSignals } from './stop-on-signals.js';

// What a page leaves behind dies young: a larger nursery, and a heap that grows by 8 MB and more before it is swept, cost
// tens of megabytes and save next to no time.
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--optimize-for-size');
// It is swept before it is full: in a long read a few megabytes less.
setFlagsFromString('--incremental-marking-soft-trigger=40');
// The second compiler, whose threads keep 13 MB for themselves. The third makes the code of long reads anyway.
setFlagsFromString('--no-maglev');
const stop = stopOnSignals(process);
const uncaught = new Promise<never>((_, reject) => process.on('uncaughtException', reject));
// Reported by the command that is running; after that there is nobody to tell.
uncaught.catch(() => undefined);
const STDOUT = 1;
const exitCode = await run({
  argv: process.argv.slice(2),
  stdout: fstatSync(STDOUT).isFile() ? fileOutput(STDOUT) : process.stdout,
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
