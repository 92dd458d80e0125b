/** @file A version's answer for every picture of a dataset, kept picture by picture; begun again it goes on where it stood. */
import { setMaxListeners } from 'node:events';
import type { Sample } from '@tintype/contracts/catalog';
import type { SamplePrediction } from '@tintype/contracts/curation';
import type { ScoreSummary } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import { isAboutPicture } from '../model/each-picture.ts';
import { forEachOf } from '../model/for-each-of.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { ClassifyOptions } from './classify-pictures.ts';
import { toSamplePrediction } from './sample-predictions.ts';

export interface ScoreNeeds {
  catalog: Pick<Catalog, 'samples' | 'samplePredictions' | 'answers'>;
  store: Pick<ObjectStore, 'get' | 'localFolder'>;
  pool: TaskPool<PictureTasks>;
}

const inFlightPerChild = 3;
/** Answers that are stored together. */
const rowsPerWrite = 200;

/**
 * Whatever the gates of the version would refuse. A picture that was answered before is not asked again: a version never changes. Throws
 * DATASET_NOT_FOUND, BUNDLE_CORRUPT, OBJECT_NOT_FOUND, CANCELLED; what was stored until then stays.
 */
export async function scoreDataset(
  needs: ScoreNeeds,
  version: ModelVersion,
  options: ClassifyOptions & { dataset: string },
): Promise<ScoreSummary> {
  const { catalog, store, pool } = needs;
  const { dataset, limits, signal, pictureMs = 30_000, onProgress } = options;
  if (signal) setMaxListeners(0, signal);
  const { datasets } = await catalog.samples.summarize(dataset);
  const total = datasets.find(({ name }) => name === dataset)?.samples ?? 0;
  const known = await catalog.answers.sampleIds(version);
  const rows: SamplePrediction[] = [];
  const count = { scored: 0, known: 0, rejected: 0 };
  const flush = (): Promise<void> => catalog.samplePredictions.record(rows.splice(0));

  const score = async (sample: Sample): Promise<void> => {
    if (known.has(sample.id)) count.known += 1;
    else if (await answer(sample)) count.scored += 1;
    else count.rejected += 1;
    onProgress?.(count.known + count.scored + count.rejected, total);
  };
  const answer = async ({ id, className, contentHash }: Sample): Promise<boolean> => {
    try {
      const task = { deadlineMs: pictureMs, ...(signal ? { signal } : {}) };
      const bytes = await store.get(objectKeys.source(contentHash));
      const input = { bundleHash: version.bundleHash, bytes, limits, ungated: true };
      const { probabilities } = await pool.run('classify', input, task);
      if (!probabilities) throw new Error('the model gave no probabilities');
      rows.push(toSamplePrediction(version, { sampleId: id, className, probabilities }));
      if (rows.length >= rowsPerWrite) await flush();
      return true;
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      return false;
    }
  };
  try {
    await withBundle(needs, version.bundleHash, () =>
      forEachOf(catalog.samples.stream({ dataset }), score, { width: pool.size * inFlightPerChild, signal }),
    );
  } finally {
    await flush();
  }
  return { model: version.model, version: version.version, dataset, ...count };
}
