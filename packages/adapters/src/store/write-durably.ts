/** @file Writes a file that is whole and on the disk before it gets its name. */
import { closeSync, fsync, linkSync, openSync, renameSync, unlinkSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { crashPoint } from '@tintype/core/ports/crash-point';
import { systemCode } from '../storage-failure.ts';
import { carryFailure } from './carry-failure.ts';

const fsyncAsync = promisify(fsync);
const writeAsync = promisify(write);

/**
 * Steps that end in the system's memory are made at once: handing each to another thread and back costs more than the step (a
 * durable object of 15 kB takes 0.14 ms of processor time so, and 0.20 the other way). What waits for the disk is handed over.
 */
const writtenAtOnceBytes = 256 * 1024;

/** On failure nothing is left behind. */
export async function writeTemporary(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileWith(path, (descriptor) => writeAll(descriptor, bytes));
}

/** Throws SourceFailure with the source's own failure as its cause. On failure nothing is left behind. */
export async function writeTemporaryStream(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await writeFileWith(path, async (descriptor) => {
    for await (const chunk of carryFailure(chunks)) await writeAll(descriptor, chunk);
  });
}

async function writeFileWith(path: string, writeTo: (descriptor: number) => Promise<void>): Promise<void> {
  const descriptor = openSync(path, 'wx', 0o600);
  crashPoint('store.opened');
  try {
    try {
      await writeTo(descriptor);
      crashPoint('store.written');
      await fsyncAsync(descriptor);
      crashPoint('store.synced');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    discard(path);
    throw error;
  }
}

async function writeAll(descriptor: number, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const left = bytes.byteLength - done;
    if (left <= writtenAtOnceBytes) done += writeSync(descriptor, bytes, done, left);
    else done += (await writeAsync(descriptor, bytes, done, left)).bytesWritten;
  }
}

/** Gives the temporary file its name, unless something has that name already. The temporary name is gone afterwards. */
export function placeIfAbsent(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return discard(temporary);
    // Some file systems have no hard links; objects named by their content may be written over by their equal.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error) ?? '')) throw error;
    return renameSync(temporary, path);
  }
  crashPoint('store.linked');
  discard(temporary);
}

export function placeOver(temporary: string, path: string): void {
  renameSync(temporary, path);
}

/** A temporary file that stays costs space only, and is swept later. */
export function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone, or will be swept.
  }
}
