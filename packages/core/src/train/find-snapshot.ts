/** @file The snapshot that a training names, or a new one of what is there now. */
import type { Snapshot } from '@tintype/contracts/catalog';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { StageProgress, TrainOptions } from '@tintype/contracts/train';
import { createSnapshot } from '../catalog/snapshot.ts';
import { thumbnailSignature } from '../catalog/thumbnail-signature.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

interface Needs {
  catalog: Catalog;
  store: ObjectStore;
  clock: Clock;
  pool: TaskPool<PictureTasks>;
}

type Request = Pick<TrainOptions, 'snapshot' | 'dataset' | 'without' | 'seed' | 'shares'> & {
  limits: PictureLimits;
  onProgress?: (progress: StageProgress) => void;
  signal?: AbortSignal;
};

/** Throws SNAPSHOT_NOT_FOUND, or what `createSnapshot` throws. */
export async function findSnapshot(needs: Needs, request: Request): Promise<Snapshot> {
  const { catalog, store, pool, clock } = needs;
  if (request.snapshot !== undefined) return catalog.snapshots.get(request.snapshot);
  const { dataset, without, seed, shares, onProgress, limits, signal } = request;
  const signature = thumbnailSignature({ store, pool }, { limits, ...(signal ? { signal } : {}) });
  const onCompared = (done: number): void => onProgress?.({ stage: 'snapshot', done, note: 'pairs compared' });
  onProgress?.({ stage: 'snapshot', done: 0 });
  return createSnapshot({ catalog, store, clock, signature, onCompared }, { dataset, without, seed, shares });
}
