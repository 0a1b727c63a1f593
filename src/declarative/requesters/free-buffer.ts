/** Given a length, moves the bytes elsewhere; Node 20 does not have it yet. */
type Transferable = ArrayBufferLike & { readonly transfer?: (length: number) => ArrayBuffer };

/**
 * Gives the memory of a buffer back at once; it is empty afterwards. Left to the garbage collector, pages stay
 * until there are tens of megabytes of them. Parts of the memory that small buffers share are left to it.
 */
export function freeBuffer(buffer: Buffer): void {
  const memory: Transferable = buffer.buffer;
  const isShared = memory.byteLength <= Buffer.poolSize && buffer.length < memory.byteLength;
  if (!isShared) memory.transfer?.(0);
}
