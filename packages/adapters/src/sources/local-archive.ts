/** @file The bytes of an archive that is a file of this machine. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { openPromise } from 'yauzl';
import type { ArchiveBytes } from './archive.ts';

export function localArchive(path: string): ArchiveBytes {
  return {
    openZip: (options) => openPromise(path, options),
    async readRange(start, end) {
      await using file = await open(path);
      const bytes = Buffer.allocUnsafeSlow(end - start);
      let done = 0;
      while (done < bytes.byteLength) {
        const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, start + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    openStream() {
      const stream = createReadStream(path);
      return { stream, readBytes: () => stream.bytesRead };
    },
  };
}
