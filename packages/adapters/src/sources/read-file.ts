/** @file Reads one whole file of a source, unless it is too large or not a plain file. */
import { closeSync, constants, fstatSync, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { TintypeError } from '@tintype/contracts/errors';
import { systemReason } from '../storage-failure.ts';
import { unreadable } from './refused-file.ts';

const openAsync = promisify(open);
const readAsync = promisify(read);

/** A link is not followed, and a pipe not waited for, in case the file became one since it was listed. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Throws IMAGE_TOO_LARGE or FILE_UNREADABLE. */
export async function readPlainFile(path: string, limitBytes: number): Promise<Uint8Array> {
  try {
    const descriptor = await openAsync(path, openFlags);
    try {
      return await readDescriptor(descriptor, limitBytes);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw error instanceof TintypeError ? error : unreadable(systemReason(error), error);
  }
}

async function readDescriptor(descriptor: number, limitBytes: number): Promise<Uint8Array> {
  const stats = fstatSync(descriptor);
  if (!stats.isFile()) throw unreadable('it is not a plain file');
  if (stats.size > limitBytes) throw new TintypeError('IMAGE_TOO_LARGE', { sizeBytes: stats.size, limitBytes });
  const bytes = Buffer.allocUnsafeSlow(stats.size);
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesRead } = await readAsync(descriptor, bytes, done, bytes.byteLength - done, done);
    if (bytesRead === 0) throw unreadable('it became shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}
