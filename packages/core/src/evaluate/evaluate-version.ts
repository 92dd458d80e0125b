/** @file A registered version on the test split of a snapshot: its own, or another for a fair comparison. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { type ClassifyOptions, classifyPictures, type LabeledPicture } from './classify-pictures.ts';
import { testSplitOf } from './evaluate-run.ts';

export interface EvaluateNeeds {
  catalog: Pick<Catalog, 'snapshots' | 'evaluations' | 'samplePredictions'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

/**
 * Stored when it returns. `snapshot` is the version's own by default. Throws SNAPSHOT_NOT_FOUND, OBJECT_NOT_FOUND where a picture's
 * bytes are gone, USAGE_INVALID where neither names a snapshot, BUNDLE_CORRUPT, CANCELLED.
 */
export async function evaluateVersion(
  needs: EvaluateNeeds,
  version: ModelVersion,
  options: ClassifyOptions & { snapshot?: string },
): Promise<Evaluation> {
  const snapshotId = options.snapshot ?? version.snapshot ?? refuseUnmeasured(version);
  const snapshot = await needs.catalog.snapshots.get(snapshotId);
  const entries = await needs.catalog.snapshots.entries(snapshotId);
  const test = entries.filter((entry) => entry.split === 'test');
  async function* pictures(): AsyncGenerator<LabeledPicture> {
    for (const { sampleId, className, contentHash } of test)
      yield { name: sampleId, className, read: () => needs.store.get(objectKeys.source(contentHash)) };
  }
  const on = testSplitOf(snapshot.id);
  const evaluation = await classifyPictures(needs, version, {
    ...options,
    on,
    pictures: pictures(),
    total: test.length,
    keep: needs.catalog.samplePredictions,
  });
  await needs.catalog.evaluations.record(evaluation);
  return evaluation;
}

function refuseUnmeasured({ model, version }: ModelVersion): never {
  throw new TintypeError('USAGE_INVALID', {
    problem: `${model}@${version} was imported and has no test split of its own; name a folder of labeled pictures with --on, or a dataset when importing.`,
  });
}
