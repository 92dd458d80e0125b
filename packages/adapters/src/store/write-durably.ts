/** @file Writes a file that is whole and on the disk before it gets its name. */
import { close, fsync, link, open, rename, unlink, write } from 'node:fs';
import { promisify } from 'node:util';
import { crashPoint } from '@tintype/core/ports/crash-point';
import { systemCode } from '../storage-failure.ts';

const fs = {
  open: promisify(open),
  write: promisify(write),
  fsync: promisify(fsync),
  close: promisify(close),
  link: promisify(link),
  rename: promisify(rename),
  unlink: promisify(unlink),
};

/** On failure nothing is left behind. */
export async function writeTemporary(path: string, bytes: Uint8Array): Promise<void> {
  const descriptor = await fs.open(path, 'wx', 0o600);
  crashPoint('store.opened');
  try {
    try {
      await writeAll(descriptor, bytes);
      crashPoint('store.written');
      await fs.fsync(descriptor);
      crashPoint('store.synced');
    } finally {
      await fs.close(descriptor);
    }
  } catch (error) {
    await discard(path);
    throw error;
  }
}

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await fs.write(descriptor, bytes, done, bytes.byteLength - done);
    done += bytesWritten;
  }
}

/** Gives the temporary file its name, unless something has that name already. The temporary name is gone afterwards. */
export async function placeIfAbsent(temporary: string, path: string): Promise<void> {
  try {
    await fs.link(temporary, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return discard(temporary);
    // Some file systems have no hard links; objects named by their content may be written over by their equal.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
    return fs.rename(temporary, path);
  }
  crashPoint('store.linked');
  await discard(temporary);
}

export function placeOver(temporary: string, path: string): Promise<void> {
  return fs.rename(temporary, path);
}

/** A temporary file that stays costs space only, and is swept later. */
export async function discard(path: string): Promise<void> {
  await fs.unlink(path).catch(() => {});
}
