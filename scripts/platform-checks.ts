/** What Airbyte's platform does to a connector's container, a check for each. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AirbyteMessage, AirbyteState, JsonObject } from '../src/protocol/messages.js';
import type { Check } from './checks.js';
import { docker, messagesOf, runContainer } from './docker.js';
import { operateInPod, readInPod, RESTRICTIONS } from './pod.js';
import type { PodOptions, PodResult, ReadInput } from './pod.js';
import type { Subject } from './subjects.js';

const catalogOf = (...names: string[]) => ({
  streams: names.map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  })),
});

const recordsOf = (messages: readonly AirbyteMessage[], stream: string): JsonObject[] =>
  messages.flatMap((message) =>
    message.type === 'RECORD' && message.record.stream === stream ? [message.record.data] : [],
  );

function lastStates(messages: readonly AirbyteMessage[]): AirbyteState[] {
  const states = messages.flatMap((message) => (message.type === 'STATE' ? [message.state] : []));
  return [...new Map(states.map((state) => [state.stream.stream_descriptor.name, state])).values()];
}

function assertWhole({ code, stderr, messages }: PodResult, { counted }: Subject): void {
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.equal(recordsOf(messages, counted.stream).length, counted.records);
}

/** @param title what the container is run with */
function reads(title: string, image: string, subject: Subject, options: Partial<PodOptions>): Check {
  const input: ReadInput = { config: subject.config, catalog: catalogOf(subject.counted.stream) };
  return {
    title: `${subject.name}: read, ${title}`,
    run: async () =>
      assertWhole(await readInPod(input, { image, environment: subject.environment, ...options }), subject),
  };
}

/** One restriction at a time shows which one it is that a connector does not bear. */
function restrictionChecks(image: string, subject: Subject): Check[] {
  return [
    reads('uid 1000', image, subject, { restrictions: ['--user=1000:1000'] }),
    reads('no capabilities', image, subject, {
      restrictions: ['--cap-drop=ALL', '--security-opt=no-new-privileges'],
    }),
    reads('read-only root', image, subject, { restrictions: ['--read-only'] }),
    reads('1 CPU and 512 MB', image, subject, {
      restrictions: ['--cpus=1', '--memory=512m', '--memory-swap=512m'],
    }),
    // OpenShift gives each namespace uids of its own.
    reads('a uid that the image does not know', image, subject, {
      restrictions: [...RESTRICTIONS.slice(1), '--user=1000660000:1000660000'],
      owner: 1_000_660_000,
    }),
    reads('standard input closed', image, subject, { redirection: '<&-' }),
  ];
}

/** Everything that restricts a pod at once, from a state file too. */
function togetherChecks(image: string, subject: Subject): Check[] {
  const { config, environment, counted } = subject;
  const options = { image, environment };
  const catalog = catalogOf(counted.stream);
  return [
    {
      title: `${subject.name}: check and discover, all restrictions, output into a file`,
      run: async () => {
        const checked = await operateInPod('check', config, { ...options, redirection: '<&-' });
        assert.ok(
          checked.messages.some(
            (one) => one.type === 'CONNECTION_STATUS' && one.connectionStatus.status === 'SUCCEEDED',
          ),
        );
        const discovered = await operateInPod('discover', config, { ...options, redirection: '<&-' });
        assert.ok(discovered.messages.some((one) => one.type === 'CATALOG'));
        assert.deepEqual([checked.code, discovered.code], [0, 0]);
      },
    },
    {
      title: `${subject.name}: read, all restrictions, then again from inputState.json`,
      run: async () => {
        const first = await readInPod({ config, catalog }, options);
        assertWhole(first, subject);
        const state = lastStates(first.messages);
        const second = await readInPod({ config, catalog, state }, options);
        assert.equal(second.code, 0);
        assert.ok(recordsOf(second.messages, counted.stream).length < counted.records);
        assert.deepEqual(subject.violations, []);
      },
    },
  ];
}

/**
 * Arguments of a `docker run` of `read` as process 1, which a shell would be otherwise. The input comes as arguments
 * and lies in memory, so that nothing has to be mounted.
 * @param output `unread`: it goes into a pipe that somebody holds open and nobody reads
 */
function readAsProcessOne(image: string, subject: Subject, output?: 'unread'): string[] {
  const [before, to] = output === undefined ? ['', ''] : ['mkfifo out; sleep 60 < out & ', ' > out'];
  const files = { config: subject.config, catalog: catalogOf(subject.counted.stream) };
  return [
    '--network=host',
    ...Object.entries(subject.environment).map(([name, value]) => `--env=${name}=${value}`),
    '--entrypoint=/bin/sh',
    image,
    '-c',
    `cd /dev/shm; printf %s "$0" > config.json; printf %s "$1" > catalog.json; ${before}` +
      `exec $AIRBYTE_ENTRYPOINT read --config config.json --catalog catalog.json${to}`,
    JSON.stringify(files.config),
    JSON.stringify(files.catalog),
  ];
}

function endingChecks(image: string, subject: Subject, large: Subject): Check[] {
  const { config, environment, counted } = subject;
  /** The API answers so slowly that the read is under way all the time. */
  async function slowly(run: () => Promise<void>): Promise<void> {
    subject.slowDown(20_000);
    try {
      await run();
    } finally {
      subject.slowDown(0);
    }
  }
  return [
    {
      title: 'the marker file ends the container at once',
      run: () =>
        slowly(async () => {
          const input = { config, catalog: catalogOf(counted.stream) };
          const meanwhile = 'sleep 2; touch TERMINATED';
          const ended = await readInPod(input, { image, environment, meanwhile });
          assert.equal(ended.code, 143);
          assert.ok(ended.milliseconds < 10_000, `it took ${ended.milliseconds} ms`);
        }),
    },
    {
      title: 'SIGTERM to process 1 ends it soon, after whole lines',
      run: () =>
        slowly(async () => {
          const name = `source-payments-stop-${process.pid}`;
          const running = runContainer([
            ...RESTRICTIONS,
            `--name=${name}`,
            ...readAsProcessOne(image, subject),
          ]);
          await sleep(3000);
          const asked = Date.now();
          await docker('kill', '--signal=TERM', name);
          const { code, stdout } = await running;
          assert.equal(code, 143);
          assert.ok(Date.now() - asked < 5000, `it took ${Date.now() - asked} ms`);
          assert.ok(messagesOf(stdout).length > 0 && stdout.endsWith('\n'));
        }),
    },
    {
      title: 'SIGTERM to process 1 ends it soon although nobody reads its output',
      run: async () => {
        const name = `source-payments-unread-${process.pid}`;
        const running = runContainer([
          ...RESTRICTIONS,
          `--name=${name}`,
          ...readAsProcessOne(image, large, 'unread'),
        ]);
        await sleep(3000);
        const asked = Date.now();
        await docker('kill', '--signal=TERM', name);
        const { code } = await running;
        assert.equal(code, 143);
        assert.ok(Date.now() - asked < 5000, `it took ${Date.now() - asked} ms`);
      },
    },
  ];
}

function surroundingChecks(image: string, subject: Subject, large: Subject): Check[] {
  const { config, environment, counted } = large;
  return [
    {
      title: 'a read writes nothing to the image',
      run: async () => {
        const name = `source-payments-diff-${process.pid}`;
        try {
          await docker('run', `--name=${name}`, ...readAsProcessOne(image, subject));
          assert.equal(await docker('diff', name), '');
        } finally {
          await docker('rm', '--force', name);
        }
      },
    },
    {
      title: `${counted.records} records in 512 MB, to a reader that begins late`,
      run: async () => {
        const input = { config, catalog: catalogOf(counted.stream) };
        assertWhole(await readInPod(input, { image, environment, lateReader: 5 }), large);
      },
    },
  ];
}

/** @param large a sandbox with many records */
export function platformChecks(image: string, subjects: readonly Subject[], large: Subject): Check[] {
  const [first] = subjects;
  assert.ok(first !== undefined);
  return [
    ...restrictionChecks(image, first),
    ...subjects.flatMap((subject) => togetherChecks(image, subject)),
    ...endingChecks(image, first, large),
    ...surroundingChecks(image, first, large),
  ];
}
