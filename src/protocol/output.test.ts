import { Writable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { MemorySink } from '../test-support/memory-sink.fixture.js';
import { OutputClosedError, transientError } from './errors.js';
import { Output } from './output.js';
import type { RecordBatch } from './record-batch.js';

const NOW = 1_700_000_000_123;

/** A reader that takes a chunk only when it is told to. */
class SlowSink extends Writable {
  readonly taken: string[] = [];
  #waiting: { text: string; done: () => void }[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#waiting.push({ text: chunk.toString('utf8'), done });
  }

  async takeOne(): Promise<void> {
    const one = this.#waiting.shift();
    if (one === undefined) throw new Error('nothing to take');
    this.taken.push(one.text);
    one.done();
    await settle();
  }
}

/** Lets everything run that waits for no one but the event loop. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A page of these records. */
function batchOf(...texts: string[]): RecordBatch {
  const ranges: number[] = [];
  let page = '[';
  for (const text of texts) {
    ranges.push(Buffer.byteLength(page), Buffer.byteLength(page + text));
    page += `${text},`;
  }
  return { bytes: Buffer.from(page), ranges };
}

function outputTo(sink: Writable, debug?: boolean): Output {
  return new Output({ sink, now: () => NOW, ...(debug === undefined ? {} : { debug }) });
}

describe('back-pressure', () => {
  test('a write is done only when the reader has taken it', async () => {
    const sink = new SlowSink();
    const output = outputTo(sink);
    const done: string[] = [];
    void output.records({ name: 's' }, batchOf('{"id":1}')).then(() => done.push('records'));
    void output.state({ name: 's' }, {}).then(() => done.push('state'));
    await settle();
    expect(done).toEqual([]);
    await sink.takeOne();
    expect(done).toEqual(['records']);
    await sink.takeOne();
    expect(done).toEqual(['records', 'state']);
  });

  test('whoever awaits each page never has more than one of them waiting', async () => {
    const sink = new SlowSink();
    const output = outputTo(sink);
    const page = batchOf(`{"text":"${'x'.repeat(10_000)}"}`);
    const writer = (async () => {
      for (let i = 0; i < 20; i++) await output.records({ name: 's' }, page);
    })();
    for (let i = 0; i < 20; i++) {
      await settle();
      expect(sink.writableLength).toBeLessThan(2 * 10_000);
      await sink.takeOne();
    }
    await writer;
    expect(sink.taken).toHaveLength(20);
  });

  test('messages of concurrent callers arrive whole and in the order of their calls', async () => {
    const sink = new MemorySink();
    const output = outputTo(sink);
    await Promise.all([
      output.status({ name: 'a' }, 'STARTED'),
      output.records({ name: 'a' }, batchOf('{"id":1}', '{"id":2}')),
      output.state({ name: 'a' }, {}),
      output.status({ name: 'a' }, 'COMPLETE'),
    ]);
    expect(sink.messages.map(({ type }) => type)).toEqual(['TRACE', 'RECORD', 'RECORD', 'STATE', 'TRACE']);
  });
});

describe('STATE', () => {
  const counts = (sink: MemorySink) =>
    sink.lines
      .filter((line) => line.includes('"STATE"'))
      .map((line) => /"recordCount":(.*?)\}/.exec(line)?.[1]);

  test('counts the records of its stream since the STATE before, with a decimal point', async () => {
    const sink = new MemorySink();
    const output = outputTo(sink);
    await output.records({ name: 'a' }, batchOf('{"id":1}', '{"id":2}'));
    await output.records({ name: 'b' }, batchOf('{"id":1}'));
    await output.records({ name: 'a' }, batchOf('{"id":3}'));
    await output.state({ name: 'a' }, { n: 1 });
    await output.state({ name: 'a' }, { n: 2 });
    await output.state({ name: 'b' }, {});
    await output.records({ name: 'a' }, batchOf('{"id":4}'));
    await output.state({ name: 'a' }, { n: 3 });
    expect(counts(sink)).toEqual(['3.0', '0.0', '1.0', '1.0']);
  });

  test('is of type STREAM and holds what was given', async () => {
    const sink = new MemorySink();
    await outputTo(sink).state({ name: 'a', namespace: 'n' }, { createdAt: '2024' });
    expect(sink.messages).toEqual([
      {
        type: 'STATE',
        state: {
          type: 'STREAM',
          stream: { stream_descriptor: { name: 'a', namespace: 'n' }, stream_state: { createdAt: '2024' } },
          sourceStats: { recordCount: 0 },
        },
      },
    ]);
  });

  test('a page without records writes nothing', async () => {
    const sink = new MemorySink();
    await outputTo(sink).records({ name: 'a' }, batchOf());
    expect(sink.text).toBe('');
  });
});

describe('secrets', () => {
  const SECRET = 'sk_live_a+b/c"d';

  async function printed(write: (output: Output) => Promise<void>): Promise<string> {
    const sink = new MemorySink();
    const output = outputTo(sink);
    output.hide([SECRET]);
    await write(output);
    expect(sink.messages).toHaveLength(1);
    return sink.text;
  }

  test.each([
    ['plain', SECRET],
    ['encoded for a URL', encodeURIComponent(SECRET)],
    ['in a Basic header', `Basic ${Buffer.from(`${SECRET}:`).toString('base64')}`],
  ])('are hidden in LOG, TRACE and CONNECTION_STATUS, %s', async (_, spelling) => {
    const text = `before ${spelling} after`;
    const lines = [
      await printed((output) => output.log('INFO', text)),
      await printed((output) =>
        output.error(transientError(text, { internalMessage: text, cause: new Error(text) })),
      ),
      await printed((output) =>
        output.message({ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: text } }),
      ),
    ];
    for (const line of lines) {
      expect(line).toMatch(/before (Basic )?\*\*\*\* after/);
      expect(line).not.toContain(JSON.stringify(spelling.replace('Basic ', '')).slice(1, -1));
    }
  });

  test.each(['type', 'TRACE', 'message', 'failure_type', 'nope'])(
    'leave a message a message, even a key that is %j',
    async (secret) => {
      const sink = new MemorySink();
      const output = outputTo(sink);
      output.hide([secret]);
      await output.error(transientError('first line\nope'));
      expect(sink.messages).toMatchObject([
        { type: 'TRACE', trace: { type: 'ERROR', error: { failure_type: 'transient_error' } } },
      ]);
    },
  );

  test('leave RECORD and STATE as they are', async () => {
    const data = JSON.stringify({ note: SECRET });
    expect(await printed((output) => output.records({ name: 's' }, batchOf(data)))).toContain(data);
    const state = { createdAt: SECRET };
    expect(await printed((output) => output.state({ name: 's' }, state))).toContain(JSON.stringify(state));
  });
});

describe('messages', () => {
  test('a status carries its stream, the time and the reasons', async () => {
    const sink = new MemorySink();
    const reason = { type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: 5 } };
    await outputTo(sink).status({ name: 'a' }, 'RUNNING', [reason]);
    expect(sink.messages).toEqual([
      {
        type: 'TRACE',
        trace: {
          type: 'STREAM_STATUS',
          emitted_at: NOW,
          stream_status: { stream_descriptor: { name: 'a' }, status: 'RUNNING', reasons: [reason] },
        },
      },
    ]);
  });

  test('DEBUG is printed only with debug', async () => {
    const quiet = new MemorySink();
    await outputTo(quiet).log('DEBUG', 'detail');
    expect(quiet.text).toBe('');
    const loud = new MemorySink();
    await outputTo(loud, true).log('DEBUG', 'detail');
    expect(loud.messages).toEqual([{ type: 'LOG', log: { level: 'DEBUG', message: 'detail' } }]);
  });
});

describe('an output that cannot be written', () => {
  test.each(['EPIPE', 'ENOSPC'])(
    '%s: the failed write and every later one is an OutputClosedError',
    async (code) => {
      const output = outputTo(new MemorySink(code));
      const calls = [
        () => output.log('INFO', 'first'),
        () => output.records({ name: 's' }, batchOf('{}')),
        () => output.state({ name: 's' }, {}),
        () => output.status({ name: 's' }, 'STARTED'),
        () => output.error(transientError('late')),
      ];
      for (const call of calls) {
        const error: unknown = await call().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(OutputClosedError);
        expect(error).toMatchObject({ code });
      }
    },
  );

  test('all writes under way fail, none waits for ever', async () => {
    const output = outputTo(new MemorySink('EPIPE'));
    const results = await Promise.allSettled([output.log('INFO', 'a'), output.log('INFO', 'b')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'EPIPE' } });
  });

  test('says so to whoever waits for something else', async () => {
    const output = outputTo(new MemorySink('EPIPE'));
    await output.log('INFO', 'a').catch(() => undefined);
    await expect(output.closed).rejects.toMatchObject({ code: 'EPIPE' });
  });
});
