/** @file Makes folder entries durable. Whoever asks while a round runs shares the next one: many writers, few fsyncs. */
import { closeSync, fsync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from '../storage-failure.ts';

const fsyncAsync = promisify(fsync);

interface Round {
  folders: Set<string>;
  done: Promise<void>;
}

/** A function that resolves once every entry that was in the folders when it was called will survive a power cut. */
export function createFolderSync(): (folders: readonly string[]) => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Round | undefined;

  const runAfter = async (before: Promise<unknown>, folders: Set<string>): Promise<void> => {
    await before;
    next = undefined;
    await Promise.all([...folders].map(syncFolder));
  };
  const startNext = (folders: Set<string>): Promise<void> => {
    const done = runAfter(running, folders);
    running = done.catch(() => {});
    return done;
  };

  return (folders) => {
    if (!next) {
      const wanted = new Set<string>();
      next = { folders: wanted, done: startNext(wanted) };
    }
    for (const folder of folders) next.folders.add(folder);
    return next.done;
  };
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      await fsyncAsync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    // Windows keeps folder entries in its journal and has no way to ask for more.
    const isUnsupported =
      process.platform === 'win32' && ['EPERM', 'EISDIR', 'EACCES'].includes(systemCode(error) ?? '');
    if (!isUnsupported) throw error;
  }
}
