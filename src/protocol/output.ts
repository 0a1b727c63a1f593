import type { Writable } from 'node:stream';
import { BufferPool } from './buffer-pool.js';
import { OutputClosedError, toErrorTrace } from './errors.js';
import type { TracedError } from './errors.js';
import type {
  AirbyteMessage,
  JsonObject,
  LogLevel,
  StreamDescriptor,
  StreamStatus,
  StreamStatusReason,
} from './messages.js';
import { encodeRecords, recordCountOf } from './record-batch.js';
import type { RecordBatch } from './record-batch.js';
import { redactor } from './redact.js';

interface OutputOptions {
  /** Standard output. */
  readonly sink: Writable;
  /** Unix time in ms. */
  readonly now: () => number;
  /** Whether LOG messages of level DEBUG are printed. */
  readonly debug?: boolean;
}

/** The parts of messages that hold free text. */
const TEXTS: ReadonlySet<string> = new Set(['message', 'internal_message', 'stack_trace']);

/**
 * The only writer of standard output.
 *
 * Each method resolves when its bytes have left the process, so whoever awaits it is slowed to the pace of
 * the reader, and what waits for a slow reader is bounded by the number of callers. All go through one queue,
 * therefore a STATE written after its records also arrives after them.
 *
 * @throws OutputClosedError (from every method) once the reader is gone or its disk is full
 */
export class Output {
  /** Rejects with OutputClosedError as soon as a write has failed; never resolves. */
  readonly closed: Promise<never>;
  #close: (failure: OutputClosedError) => void = () => undefined;
  readonly #sink: Writable;
  readonly #now: () => number;
  readonly #debug: boolean;
  #redact = redactor([]);
  /** Only texts are masked: were a key to be "TRACE", a message must still be one. */
  readonly #maskTexts = (name: string, value: unknown): unknown =>
    typeof value === 'string' && TEXTS.has(name) ? this.#redact(value) : value;
  readonly #buffers = new BufferPool();
  #failure: OutputClosedError | undefined;
  /** Records of each stream since its last STATE. */
  readonly #counts = new Map<string, number>();

  constructor({ sink, now, debug = false }: OutputOptions) {
    this.#sink = sink;
    this.#now = now;
    this.#debug = debug;
    this.closed = new Promise((_, reject) => (this.#close = reject));
    // Whoever does not wait for it meets the error where they write.
    this.closed.catch(() => undefined);
    sink.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
  }

  /** Whether messages of level DEBUG are written. */
  get isDebug(): boolean {
    return this.#debug;
  }

  /** From here on these texts are replaced by `****` in whatever messages say. */
  hide(secrets: readonly string[]): void {
    this.#redact = redactor(secrets);
  }

  /** A text without the secrets, for whoever has to shorten it: a part of a secret could not be found. */
  mask(text: string): string {
    return this.#redact(text);
  }

  /** A text for a person who asked for help on the command line. */
  help(text: string): Promise<void> {
    return this.#write(text);
  }

  /** Any message except RECORD and STATE, which have methods of their own. */
  message(message: Exclude<AirbyteMessage, { type: 'RECORD' | 'STATE' }>): Promise<void> {
    return this.#write(`${JSON.stringify(message, this.#maskTexts)}\n`);
  }

  log(level: LogLevel, message: string): Promise<void> {
    if (level === 'DEBUG' && !this.#debug) return Promise.resolve();
    return this.message({ type: 'LOG', log: { level, message } });
  }

  status(stream: StreamDescriptor, status: StreamStatus, reasons?: StreamStatusReason[]): Promise<void> {
    return this.message({
      type: 'TRACE',
      trace: {
        type: 'STREAM_STATUS',
        emitted_at: this.#now(),
        stream_status: {
          stream_descriptor: stream,
          status,
          ...(reasons === undefined ? {} : { reasons }),
        },
      },
    });
  }

  error(error: TracedError, stream?: StreamDescriptor): Promise<void> {
    return this.message({ type: 'TRACE', trace: toErrorTrace(error, this.#now(), stream) });
  }

  /** The records of one page, in one write. */
  records(stream: StreamDescriptor, batch: RecordBatch): Promise<void> {
    const count = recordCountOf(batch);
    if (count === 0) return Promise.resolve();
    this.#counts.set(stream.name, (this.#counts.get(stream.name) ?? 0) + count);
    let buffer: Buffer | undefined;
    const lines = encodeRecords(stream, this.#now(), batch, (size) => (buffer = this.#buffers.take(size)));
    return this.#write(lines).then(() => {
      if (buffer !== undefined) this.#buffers.giveBack(buffer);
    });
  }

  /** A STATE, with the number of this stream's records since the one before. */
  state(stream: StreamDescriptor, streamState: JsonObject): Promise<void> {
    const count = this.#counts.get(stream.name) ?? 0;
    this.#counts.set(stream.name, 0);
    const head = JSON.stringify({
      type: 'STREAM',
      stream: { stream_descriptor: stream, stream_state: streamState },
    });
    // By hand, since the protocol wants a decimal point and JSON.stringify(3.0) is 3.
    const stats = `,"sourceStats":{"recordCount":${count}.0}}`;
    return this.#write(`{"type":"STATE","state":${head.slice(0, -1)}${stats}}\n`);
  }

  #write(chunk: string | Buffer): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#sink.write(chunk, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(this.#fail(error));
      });
    });
  }

  #fail(error: NodeJS.ErrnoException): OutputClosedError {
    this.#failure ??= new OutputClosedError(error);
    this.#close(this.#failure);
    return this.#failure;
  }
}
