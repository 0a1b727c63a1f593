/**
 * Runs the image as Airbyte's workload launcher does in Kubernetes: `sh -c` evaluates $AIRBYTE_ENTRYPOINT in another
 * working directory, a volume that is writable and holds the input files; `read` prints into named pipes that another
 * container reads, `check` and `discover` into a file; the exit code is written to a file; a marker file ends it all.
 * Here one container plays both parts, so that the pipes need not cross the border of a virtual machine.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AirbyteMessage } from '../src/protocol/messages.js';
import { messagesOf, runContainer } from './docker.js';
import type { Ended } from './docker.js';

/** As ROOTLESS_WORKLOAD=true has it, and the read-only root that Airbyte's operator guide shows. */
export const RESTRICTIONS: readonly string[] = [
  '--user=1000:1000',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--read-only',
  '--cpus=1',
  '--memory=512m',
  '--memory-swap=512m',
];

export interface PodOptions {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of `docker run`. @default RESTRICTIONS */
  readonly restrictions?: readonly string[];
  /** uid that owns the volume. @default 1000 */
  readonly owner?: number;
  /** Appended to the connector's command, such as `<&-`. */
  readonly redirection?: string;
  /** Run beside the connector, in the working directory. */
  readonly meanwhile?: string;
  /** Seconds after which the reader of standard output begins. @default 0 */
  readonly lateReader?: number;
}

export interface PodResult extends Ended {
  readonly messages: readonly AirbyteMessage[];
}

type Files = Readonly<Record<string, unknown>>;

/**
 * Starts the connector, ends it once the marker file is there, and passes on how it ended.
 * @param last run before the container ends, unless the marker file ended it
 */
function supervise(command: string, last: string): string {
  return `
(${command}) &
child=$!
(until [ -f TERMINATED ]; do sleep 0.2; done; kill $child) &
wait $child
code=$?
echo $code > exitCode.txt
[ -f TERMINATED ] || ${last}
exit $code`;
}

async function runPod(
  volume: string,
  script: string,
  files: Files,
  { image, environment = {}, restrictions = RESTRICTIONS, owner = 1000, meanwhile }: PodOptions,
): Promise<PodResult> {
  const input = mkdtempSync(join(tmpdir(), 'source-payments-pod-'));
  try {
    // The container's user is another one than ours.
    chmodSync(input, 0o755);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(input, name), JSON.stringify(content));
    }
    const beside = meanwhile === undefined ? '' : `(${meanwhile}) &\n`;
    const ended = await runContainer([
      ...restrictions,
      '--network=host',
      `--volume=${input}:/input:ro`,
      `--tmpfs=${volume}:uid=${owner},gid=${owner},mode=0755`,
      `--workdir=${volume}`,
      ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
      '--entrypoint=/bin/sh',
      image,
      '-c',
      `cp /input/* . 2>/dev/null\n${beside}${script}`,
    ]);
    return { ...ended, messages: messagesOf(ended.stdout) };
  } finally {
    rmSync(input, { recursive: true, force: true });
  }
}

export interface ReadInput {
  readonly config: unknown;
  readonly catalog: unknown;
  readonly state?: unknown;
}

/** `read`, as the source's container of a sync runs it. Standard error is what came through its pipe. */
export function readInPod({ config, catalog, state }: ReadInput, options: PodOptions): Promise<PodResult> {
  const files = {
    'connectorConfig.json': config,
    'catalog.json': catalog,
    ...(state === undefined ? {} : { 'inputState.json': state }),
  };
  const argument = state === undefined ? '' : ' --state /source/inputState.json';
  const command = `eval "$AIRBYTE_ENTRYPOINT read --config /source/connectorConfig.json --catalog /source/catalog.json${argument}" 2> stderr > stdout ${options.redirection ?? ''}`;
  const script = `
mkfifo stdout stderr
(exec < stdout; sleep ${options.lateReader ?? 0}; exec cat) & readers=$!
cat stderr >&2 & readers="$readers $!"
${supervise(command, 'wait $readers')}`;
  return runPod('/source', script, files, options);
}

/** `spec`, `check` or `discover`, whose output goes into a file. */
export async function operateInPod(
  operation: 'spec' | 'check' | 'discover',
  config: unknown,
  options: PodOptions,
): Promise<PodResult> {
  const argument = operation === 'spec' ? '' : ' --config /config/connectionConfiguration.json';
  const files: Files = operation === 'spec' ? {} : { 'connectionConfiguration.json': config };
  const command = `eval "$AIRBYTE_ENTRYPOINT ${operation}${argument}" > jobOutput.json ${options.redirection ?? ''}`;
  return runPod('/config', supervise(command, 'cat jobOutput.json'), files, options);
}
