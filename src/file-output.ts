import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** As fs.writeSync. */
type WriteBytes = (file: number, bytes: Uint8Array, from: number) => number;

/**
 * Standard output where it is a file. Of a write that a full disk takes only in part, Node's own stream believes that all
 * of it is there: the rest would be missing, with a STATE behind it if there is room again.
 * @param file descriptor
 * @throws ErrnoException, as the stream's error, such as ENOSPC and EFBIG
 */
export function fileOutput(file: number, write: WriteBytes = writeSync): Writable {
  return new Writable({
    decodeStrings: true,
    write(chunk: Buffer, _encoding, done) {
      try {
        for (let written = 0, count = 0; written < chunk.length; written += count) {
          count = write(file, chunk, written);
          if (count === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
        }
        done();
      } catch (error) {
        done(error as NodeJS.ErrnoException);
      }
    },
  });
}
