/** @file A stored bundle opened in every child of a pool for as long as some work takes. */
import type { BundleManifest } from '@tintype/contracts/model';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

const openDeadlineMs = 60_000;

/**
 * Closes the bundle in every child afterwards: not for a pool that serves the same bundle meanwhile. Throws BUNDLE_CORRUPT, and what
 * `work` throws.
 */
export async function withBundle<T>(
  { store, pool }: { store: Pick<ObjectStore, 'localFolder'>; pool: TaskPool<PictureTasks> },
  bundleHash: string,
  work: (manifest: BundleManifest) => Promise<T>,
): Promise<T> {
  const key = `bundle:${bundleHash}`;
  const folder = await store.localFolder(objectKeys.bundlePrefix(bundleHash));
  try {
    const [manifest] = await pool.prepare(key, 'openBundle', { bundleHash, folder }, { deadlineMs: openDeadlineMs });
    if (!manifest) throw new Error('the pool has no children');
    return await work(manifest);
  } finally {
    await pool.prepare(key, 'closeBundle', { bundleHash }).catch(() => undefined);
    pool.forget(key);
  }
}
