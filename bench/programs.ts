/** The programs that are compared, and how each is told where to read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from './program.js';
import type { ServerAddress } from './server-options.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Configs and catalogs of one run of the benchmark. */
const FOLDER = mkdtempSync(join(tmpdir(), 'source-payments-bench-'));
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

let files = 0;
export function temporaryFile(content: unknown = ''): string {
  const file = join(FOLDER, `${files++}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function catalogOf(stream: string): string {
  return temporaryFile({
    streams: [
      {
        stream: { name: stream, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
        sync_mode: 'incremental',
        destination_sync_mode: 'append',
      },
    ],
  });
}

/** The largest that the config takes: no limit, for what is read here. */
const UNLIMITED = 100_000;

interface ConnectorOptions {
  readonly provider?: 'paystack' | 'pagarme';
  readonly stream?: string;
  readonly numWorkers?: number;
  /** `undefined` for the connector's own limit. @default no limit */
  readonly requestsPerMinute?: number | undefined;
}

/** This connector. */
export function connector(server: ServerAddress, options: ConnectorOptions = {}): Program {
  const { provider = 'paystack', stream = 'transactions', numWorkers } = options;
  const requestsPerMinute = 'requestsPerMinute' in options ? options.requestsPerMinute : UNLIMITED;
  const config = temporaryFile({
    provider: { name: provider, secret_key: server.secretKey },
    start_date: server.startDate,
    ...(numWorkers === undefined ? {} : { num_workers: numWorkers }),
    ...(requestsPerMinute === undefined ? {} : { requests_per_minute: requestsPerMinute }),
  });
  return {
    name: numWorkers === undefined ? 'source-payments' : `source-payments, ${numWorkers} at a time`,
    command: process.execPath,
    args: [here('../dist/main.js'), 'read', '--config', config, '--catalog', catalogOf(stream)],
    // As in the image.
    environment: { MALLOC_ARENA_MAX: '1', ...server.environment },
  };
}

/** The small programs, by their files. */
const SMALL_PROGRAMS = {
  floor: 'floor',
  'copying-with-axios': 'axios that copies bytes',
  'copying-with-fetch': 'fetch that copies bytes',
  parsing: 'parsing program',
} as const;

/**
 * A program that reads the pages one after the other, several at a time, and does no more.
 * @param pages of 100 records, to read
 */
export function smallProgram(
  file: keyof typeof SMALL_PROGRAMS,
  server: ServerAddress,
  pages: number,
  connections: number,
): Program {
  const args = [
    here(`dist/contenders/${file}.js`),
    server.url,
    server.secretKey,
    `${pages}`,
    `${connections}`,
  ];
  return { name: SMALL_PROGRAMS[file], command: process.execPath, args };
}

export function sequentialReader(server: ServerAddress): Program {
  const args = [here('dist/contenders/sequential.js'), server.url, server.secretKey];
  return { name: 'sequential reader', command: process.execPath, args };
}

function configOf({ url, secretKey, startDate }: ServerAddress): string {
  return temporaryFile({ api_url: url, secret_key: secretKey, start_date: startDate });
}

export function farosSource(server: ServerAddress): Program {
  const script = here('dist/contenders/faros-source.js');
  const files = ['--config', configOf(server), '--catalog', catalogOf('transactions')];
  return { name: 'faros-airbyte-cdk', command: process.execPath, args: [script, 'read', ...files] };
}

/** @param command source-declarative-manifest of Airbyte's Python CDK */
export function pythonSource(server: ServerAddress, command: string): Program {
  const manifest = here('contenders/declarative-manifest.yaml');
  const files = ['--config', configOf(server), '--catalog', catalogOf('transactions')];
  return { name: 'Python CDK', command, args: ['read', ...files, '--manifest-path', manifest] };
}

/** The program with its peak of memory written to a file. */
export function withPeakMemory(program: Program, file: string): Program {
  const preload = new URL('dist/peak-memory.js', import.meta.url).href;
  const environment = { NODE_OPTIONS: `--import=${preload}`, BENCH_PEAK_FILE: file };
  return { ...program, environment: { ...program.environment, ...environment } };
}
