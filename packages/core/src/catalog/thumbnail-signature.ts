/** @file The signature that confirms a near-duplicate, read from the thumbnail by a child process. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

/** Content hash -> pixels `[32, 32, 3]` of its thumbnail. Throws OBJECT_NOT_FOUND where there is none. */
export type Signature = (contentHash: string) => Promise<Uint8Array>;

export function thumbnailSignature(
  needs: { store: ObjectStore; pool: TaskPool<PictureTasks> },
  options: { limits: PictureLimits; signal?: AbortSignal },
): Signature {
  return async (contentHash) => {
    const bytes = await needs.store.get(objectKeys.thumbnail(contentHash));
    return needs.pool.run(
      'signature',
      { bytes, limits: options.limits },
      options.signal ? { signal: options.signal } : {},
    );
  };
}
