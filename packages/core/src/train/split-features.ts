/** @file Features of the pictures of a snapshot, split by split. */
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { type Split, splits } from '@tintype/contracts/ids';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { StageProgress } from '@tintype/contracts/train';
import { type Features, loadFeatures } from '../model/feature-cache.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { TrainedRun } from './trained-run.types.ts';
import type { TrainingSet } from './training-set.ts';

export interface SplitFeatures {
  entries: readonly SnapshotEntry[];
  /** Row n is of entry n. */
  set: TrainingSet;
}

interface Needs {
  catalog: Pick<Catalog, 'snapshots'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
}

interface Request {
  snapshot: Snapshot;
  resolved: ResolvedBackbone;
  limits: PictureLimits;
  onProgress?: (progress: StageProgress) => void;
  onNotice?: (text: string) => void;
  signal?: AbortSignal;
}

/** Pictures that cannot be decoded take no part and are said. Throws what `loadFeatures` throws. */
export async function loadSplitFeatures(
  needs: Needs,
  { snapshot, resolved, limits, onProgress, onNotice, signal }: Request,
): Promise<Record<Split, SplitFeatures> & Pick<TrainedRun, 'rejected'>> {
  const entries = await needs.catalog.snapshots.entries(snapshot.id);
  const features = await loadFeatures(needs, {
    backbone: resolved.backbone,
    ...(resolved.modelPath === undefined ? {} : { modelPath: resolved.modelPath }),
    contentHashes: entries.map((entry) => entry.contentHash),
    limits,
    onProgress: (done, total) => onProgress?.({ stage: 'features', done, total }),
    ...(signal ? { signal } : {}),
  });
  const rejected = [...features.rejected].map(([contentHash, reason]) => ({ contentHash, ...reason }));
  if (rejected.length > 0) onNotice?.(`${rejected.length} pictures could not be decoded and take no part.`);
  const whole = { entries, features, snapshot, resolved };
  const bySplit = splits.map((split) => [split, selectSplit(whole, split)]);
  return { ...(Object.fromEntries(bySplit) as Record<Split, SplitFeatures>), rejected };
}

interface Whole {
  entries: readonly SnapshotEntry[];
  features: Features;
  snapshot: Snapshot;
  resolved: ResolvedBackbone;
}

function selectSplit({ entries, features, snapshot, resolved }: Whole, split: Split): SplitFeatures {
  const { dimensions } = resolved.backbone;
  const chosen = entries.flatMap((entry, n) =>
    entry.split === split && !features.rejected.has(entry.contentHash) ? [{ entry, n }] : [],
  );
  const rows = new Float32Array(chosen.length * dimensions);
  chosen.forEach(({ n }, at) =>
    rows.set(features.rows.subarray(n * dimensions, (n + 1) * dimensions), at * dimensions),
  );
  return {
    entries: chosen.map(({ entry }) => entry),
    set: {
      rows,
      dimensions,
      truth: Int32Array.from(chosen, ({ entry }) => snapshot.classes.indexOf(entry.className)),
      classCount: snapshot.classes.length,
      groups: chosen.map(({ entry }) => entry.group),
    },
  };
}
