/** @file The bytes of an archive that is elsewhere, read in blocks: directory and files lie in order, so that one question answers for many of them. */
import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import type { ArchiveBytes } from './archive.ts';

export interface RemoteBytes {
  sizeBytes: number;
  /** Bytes `[start, end)`, in the version that the archive was opened in. */
  readRange: (start: number, end: number) => Promise<Uint8Array>;
  /** All of them, as they arrive. */
  read: () => AsyncIterable<Uint8Array>;
}

/** Blocks that are kept are a block each of what is worked on at once, and no more. */
const defaults = { blockBytes: 2 ** 20, blocksKept: 24 };

export function remoteArchive(remote: RemoteBytes, options: Partial<typeof defaults> = {}): ArchiveBytes {
  const readRange = createBlockReader(remote, { ...defaults, ...options });
  return {
    openZip: (zipOptions) => fromRandomAccessReaderPromise(new BlockReader(readRange), remote.sizeBytes, zipOptions),
    readRange,
    openStream() {
      let readBytes = 0;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of remote.read()) {
          readBytes += chunk.byteLength;
          yield chunk;
        }
      };
      return { stream: Readable.from(counted(), { objectMode: false }), readBytes: () => readBytes };
    },
  };
}

type ReadRange = ArchiveBytes['readRange'];

/** The block that was not asked for the longest goes first. What is longer than a few blocks is read by itself. */
function createBlockReader(
  { sizeBytes, readRange }: RemoteBytes,
  { blockBytes, blocksKept }: typeof defaults,
): ReadRange {
  const blocks = new Map<number, Promise<Uint8Array>>();
  const readBlock = (index: number): Promise<Uint8Array> => {
    const start = index * blockBytes;
    const block = blocks.get(index) ?? readRange(start, Math.min(sizeBytes, start + blockBytes));
    blocks.delete(index);
    blocks.set(index, block);
    const [oldest] = blocks.keys();
    if (blocks.size > blocksKept && oldest !== undefined) blocks.delete(oldest);
    block.catch(() => blocks.delete(index));
    return block;
  };
  return async (start, wantedEnd) => {
    const end = Math.min(wantedEnd, sizeBytes);
    if (end <= start) return new Uint8Array();
    const [first, last] = [Math.floor(start / blockBytes), Math.floor((end - 1) / blockBytes)];
    if (last - first >= 4) return readRange(start, end);
    const parts = await Promise.all(Array.from({ length: last - first + 1 }, (_, index) => readBlock(first + index)));
    const from = start - first * blockBytes;
    return Buffer.concat(parts).subarray(from, from + end - start);
  };
}

/** As yauzl asks for bytes. */
class BlockReader extends RandomAccessReader {
  readonly #readRange: ReadRange;

  constructor(readRange: ReadRange) {
    super();
    this.#readRange = readRange;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    const fill = callbackify(async () => {
      const bytes = await this.#readRange(position, position + length);
      if (bytes.byteLength < length) throw new Error('unexpected EOF');
      buffer.set(bytes, offset);
    });
    fill((error) => callback(error ?? null));
  }

  override close(callback: (error: Error | null) => void): void {
    callback(null);
  }
}
