/** Bytes to which sizes are rounded, so that a buffer fits the next page too. */
const STEP = 64 * 1024;

/** Larger ones are rare, and not kept. */
const MAX_KEPT_BYTES = 1024 * 1024;
const MAX_KEPT = 4;

/**
 * Buffers that are used again. Each page would otherwise leave one of its size to the garbage collector, which
 * lets tens of megabytes of them gather before it acts.
 */
export class BufferPool {
  readonly #free: Buffer[] = [];

  /** @returns a buffer of at least so many bytes, whatever they hold */
  take(size: number): Buffer {
    const place = this.#free.findIndex((buffer) => buffer.length >= size);
    const [found] = place < 0 ? [] : this.#free.splice(place, 1);
    return found ?? Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP);
  }

  /** To be called once nobody reads its bytes any more. */
  giveBack(buffer: Buffer): void {
    if (buffer.length <= MAX_KEPT_BYTES && this.#free.length < MAX_KEPT) this.#free.push(buffer);
  }
}
