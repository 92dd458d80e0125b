/** @file Stored pictures through a task of the children, a few in flight per child: what feature and pixel caches are filled by. */
import { setMaxListeners } from 'node:events';
import { TintypeError } from '@tintype/contracts/errors';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

/** Tasks kept waiting per child, so that no child idles while results are stored. */
const inFlightPerChild = 3;

/** Why a picture has no result. */
export interface PictureFailure {
  code: string;
  detail: string;
}

export interface PictureWalk<T> {
  contentHashes: ReadonlySet<string> | readonly string[];
  /** Asks the pool for the result of one picture. */
  perform: (bytes: Uint8Array, options: TaskOptions) => Promise<T>;
  /** Time for one picture; default 30 s. */
  pictureMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Calls `take` for every picture, one at a time, in the order in which they are done. A picture's own failure is an outcome; anything
 * else ends the walk. Nothing still runs when it returns. Throws OBJECT_NOT_FOUND where a picture's bytes are gone, CANCELLED.
 */
export async function eachPicture<T extends object>(
  { store, pool }: { store: Pick<ObjectStore, 'get'>; pool: TaskPool<PictureTasks> },
  walk: PictureWalk<T>,
  take: (contentHash: string, outcome: T | PictureFailure) => Promise<void>,
): Promise<void> {
  const { signal } = walk;
  // Every picture in flight listens.
  if (signal) setMaxListeners(0, signal);
  const queue = walk.contentHashes.values();
  const failures: unknown[] = [];
  let last: Promise<void> = Promise.resolve();
  const work = async (): Promise<void> => {
    for (const contentHash of queue) {
      if (failures.length > 0) return;
      if (signal?.aborted) throw new TintypeError('CANCELLED', {});
      const outcome = await performOne(walk, await store.get(objectKeys.source(contentHash)));
      last = last.then(() => take(contentHash, outcome));
      await last;
    }
  };
  const works = Array.from({ length: pool.size * inFlightPerChild }, () =>
    work().catch((error: unknown) => void failures.push(error)),
  );
  await Promise.all(works);
  if (failures.length > 0) throw failures[0];
}

async function performOne<T>(walk: PictureWalk<T>, bytes: Uint8Array): Promise<T | PictureFailure> {
  const { perform, pictureMs = 30_000, signal } = walk;
  try {
    return await perform(bytes, { deadlineMs: pictureMs, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (isAboutPicture(error)) return { code: error.code, detail: error.message };
    throw error;
  }
}

/** What one picture can do wrong by itself; anything else is wrong with the store, the model or us. */
export const isAboutPicture = (error: unknown): error is TintypeError =>
  error instanceof TintypeError &&
  (/^(IMAGE_|FILE_|ARCHIVE_ENTRY)/.test(error.code) || ['CHILD_CRASHED', 'DEADLINE_EXCEEDED'].includes(error.code));
