/** @file A folder of this machine as a bucket to read: a key is the exact path of a file below it, and nothing else is found. */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { BucketStore } from '@tintype/core/ports/bucket-reader';
import { storageFailure, systemCode } from '../storage-failure.ts';

/** What the system says of a name that leads to no file which this process may read. */
const absentCodes: readonly string[] = [
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EACCES',
  'EPERM',
  'EINVAL',
  'ENXIO',
  'ERR_INVALID_ARG_VALUE',
];

/** A pipe is not waited for, and a link at the end of the path is not followed. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The folder need not be there yet: nothing is found in it then. */
export function openFolderBucket(options: { folder: string }): BucketStore {
  const { folder } = options;
  return {
    async find(key) {
      await using file = await openFile(folder, key);
      return file && { key, sizeBytes: file.sizeBytes };
    },
    async getRange(key, { start, end }) {
      await using file = await openFile(folder, key);
      if (!file) throw new TintypeError('OBJECT_NOT_FOUND', { key });
      return await readRange(file.handle, start, end);
    },
  };
}

interface OpenedFile extends AsyncDisposable {
  handle: FileHandle;
  sizeBytes: number;
}

/** Undefined unless the file's real path is the key itself: no link on the way, no other spelling of the name. */
async function openFile(folder: string, key: string): Promise<OpenedFile | undefined> {
  try {
    const path = join(await realpath(folder), ...key.split('/'));
    if ((await realpath(path)) !== path || !path.endsWith(sep + key.split('/').join(sep))) return undefined;
    const handle = await open(path, openFlags);
    const stats = await handle.stat();
    if (stats.isFile()) return { handle, sizeBytes: stats.size, [Symbol.asyncDispose]: () => handle.close() };
    await handle.close();
    return undefined;
  } catch (error) {
    if (absentCodes.includes(systemCode(error) ?? '')) return undefined;
    throw storageFailure('Reading from the bucket', error);
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, end - start));
  let done = 0;
  try {
    while (done < bytes.byteLength) {
      const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, start + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
  } catch (error) {
    throw storageFailure('Reading from the bucket', error);
  }
  return bytes.subarray(0, done);
}
