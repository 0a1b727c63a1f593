/** An account of the sandbox, and the files with which the program reads it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../../src/declarative/durations.js';
import type { AirbyteState } from '../../src/protocol/messages.js';
import { IdLedger } from './id-ledger.js';
import { readOnce, Violation } from './reading.js';
import type { Pace, Reading } from './reading.js';
import type { ProviderName } from './sandbox-messages.js';
import { startSandboxProcess } from './sandbox-process.js';
import type { SandboxProcess } from './sandbox-process.js';

/** Requests that fail, of all. */
const FAULT_RATE = 0.02;
/** So that records which come later lie in the past too. */

export interface Account {
  readonly sandbox: SandboxProcess;
  readonly ledgers: ReadonlyMap<string, IdLedger>;
  readonly states: Map<string, AirbyteState>;
  /** Reads on from the last STATE of each stream. */
  read(pace: Pace, killAfter?: number): Promise<Reading>;
  /** Adds records that the next read must bring. */
  add(count: number): Promise<void>;
  /** @throws Violation unless all records have come */
  requireAll(when: string): Promise<void>;
  close(): void;
}

export interface AccountOptions {
  readonly provider: ProviderName;
  readonly streams: readonly string[];
  /** Those of them that `add` adds to: lists of their own, not those of a parent. @default all */
  readonly growing?: readonly string[];
  readonly size: number;
  readonly seed: number;
}

function catalogOf(streams: readonly string[]): object {
  return {
    streams: streams.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  };
}

export async function openAccount({
  provider,
  streams,
  growing = streams,
  size,
  seed,
}: AccountOptions): Promise<Account> {
  const folder = mkdtempSync(join(tmpdir(), 'source-payments-soak-'));
  const write = (name: string, content: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const now = Date.now() - HOUR_MS;
  const sandbox = await startSandboxProcess({ provider, size, seed, now, faultRate: FAULT_RATE });
  const config = write('config.json', {
    provider: { name: provider, secret_key: sandbox.secretKey },
    start_date: '2015-01-01T00:00:00Z',
    requests_per_minute: 100_000,
  });
  const catalog = write('catalog.json', catalogOf(streams));
  const ledgers = new Map(streams.map((name) => [name, new IdLedger()]));
  const states = new Map<string, AirbyteState>();
  for (const [name, ledger] of ledgers) {
    for await (const ids of sandbox.ids(name)) for (const id of ids) ledger.expect(id);
  }

  return {
    sandbox,
    ledgers,
    states,
    read(pace, killAfter) {
      const args = ['read', '--config', config, '--catalog', catalog];
      if (states.size > 0) args.push('--state', write('state.json', [...states.values()]));
      const { environment } = sandbox;
      return readOnce({
        args,
        environment,
        pace,
        ledgers,
        states,
        ...(killAfter === undefined ? {} : { killAfter }),
      });
    },
    async add(count) {
      for (const name of growing) {
        for (const id of await sandbox.add(name, count)) ledgers.get(name)?.expect(id);
      }
    },
    async requireAll(when) {
      for (const [name, ledger] of ledgers) {
        if (ledger.missing === 0) continue;
        let example = 'one that was added';
        for await (const ids of sandbox.ids(name)) example = ids.find((id) => !ledger.isSeen(id)) ?? example;
        throw new Violation(
          `${when}, ${ledger.missing} of ${ledger.expected} ${name} had not come, such as ${example}.`,
        );
      }
    },
    close() {
      sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
