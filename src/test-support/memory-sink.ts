import { Writable } from 'node:stream';
import type { AirbyteMessage } from '../protocol/messages.js';

/** A standard output in memory. */
export class MemorySink extends Writable {
  #text = '';
  readonly #failWith: NodeJS.ErrnoException | undefined;

  /** @param failWith errno name with which every write fails */
  constructor(failWith?: string) {
    super();
    this.#failWith =
      failWith === undefined ? undefined : Object.assign(new Error(`write ${failWith}`), { code: failWith });
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#failWith === undefined) this.#text += chunk.toString('utf8');
    done(this.#failWith);
  }

  get text(): string {
    return this.#text;
  }

  get lines(): string[] {
    return this.#text.split('\n').filter((line) => line !== '');
  }

  get messages(): AirbyteMessage[] {
    return this.lines.map((line) => JSON.parse(line) as AirbyteMessage);
  }
}
