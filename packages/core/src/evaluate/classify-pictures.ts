/** @file Labeled pictures through a version, as serving would answer them, scored by class name. */

import { setMaxListeners } from 'node:events';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { Rejection } from '@tintype/contracts/ingest';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { isAboutPicture } from '../model/each-picture.ts';
import { forEachOf } from '../model/for-each-of.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { computeProbabilities } from '../model/probabilities.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Clock } from '../ports/clock.ts';
import type { SamplePredictionStore } from '../ports/curation-stores.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { scoreLogits } from './evaluate-run.ts';
import { toSamplePrediction } from './sample-predictions.ts';

export interface LabeledPicture {
  /** Sample id or path. */
  name: string;
  className: string;
  read(): Promise<Uint8Array>;
}

export interface ClassifyOptions {
  limits: PictureLimits;
  /** Time for one picture; default 30 s. */
  pictureMs?: number;
  signal?: AbortSignal;
  /** `total` is absent where it is not known. */
  onProgress?: (done: number, total?: number) => void;
}

interface Needs {
  store: Pick<ObjectStore, 'localFolder'>;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

const inFlightPerChild = 3;

/** A log-probability that stands for "never": for classes that the model does not know. */
const impossible = -1e4;

/**
 * Evaluation of `version` on `pictures`, whatever its gates would refuse. Pictures that cannot be read or decoded are rows of `rejected`. A class that the model does
 * not know counts as a class it always misses. Memory grows by a few numbers per picture. Throws BUNDLE_CORRUPT, CANCELLED.
 */
export async function classifyPictures(
  needs: Needs,
  version: Pick<ModelVersion, 'model' | 'version' | 'classes' | 'bundleHash'>,
  request: ClassifyOptions & {
    on: string;
    pictures: AsyncIterable<LabeledPicture>;
    total?: number;
    /** Where each answer is stored, for pictures that are samples. */
    keep?: Pick<SamplePredictionStore, 'record'>;
  },
): Promise<Evaluation> {
  const { clock } = needs;
  const startedAt = clock.now();
  if (request.signal) setMaxListeners(0, request.signal);
  const { answers, rejected, temperature } = await withBundle(needs, version.bundleHash, async ({ calibration }) => ({
    ...(await answerAll(needs.pool, version.bundleHash, request)),
    temperature: calibration.temperature,
  }));

  await request.keep?.record(
    answers.map(({ name, className, logits }) =>
      toSamplePrediction(version, {
        sampleId: name,
        className,
        probabilities: computeProbabilities(logits, { classes: logits.length }),
      }),
    ),
  );
  const unknown = new Set(answers.map((answer) => answer.className).filter((name) => !version.classes.includes(name)));
  const classes = [...version.classes, ...[...unknown].toSorted()];
  const logits = new Float32Array(answers.length * classes.length).fill(impossible);
  answers.forEach((answer, n) =>
    logits.set(
      answer.logits.map((value) => value * temperature),
      n * classes.length,
    ),
  );
  const metrics = scoreLogits({
    classes,
    logits,
    truth: Int32Array.from(answers, (answer) => classes.indexOf(answer.className)),
    samples: answers.map((answer) => answer.name),
    temperature,
  });
  const at = clock.now();
  return {
    id: clock.newId('eval'),
    model: version.model,
    version: version.version,
    on: request.on,
    ...metrics,
    ...(rejected.length > 0 ? { rejected } : {}),
    durationMs: at - startedAt,
    at,
  };
}

interface Answered {
  name: string;
  className: string;
  /** [K], calibrated. */
  logits: Float32Array;
}

/** In name order, so that equal pictures give an equal evaluation. */
async function answerAll(
  pool: TaskPool<PictureTasks>,
  bundleHash: string,
  request: ClassifyOptions & { pictures: AsyncIterable<LabeledPicture>; total?: number },
): Promise<{ answers: Answered[]; rejected: Rejection[] }> {
  const { limits, signal, pictureMs = 30_000, onProgress, total } = request;
  const answers: Answered[] = [];
  const rejected: Rejection[] = [];
  const answer = async (picture: LabeledPicture): Promise<void> => {
    const { name, className } = picture;
    try {
      const options = { deadlineMs: pictureMs, ...(signal ? { signal } : {}) };
      const input = { bundleHash, bytes: await picture.read(), limits, ungated: true };
      const { logits } = await pool.run('classify', input, options);
      if (!logits) throw new Error('the model gave no logits');
      answers.push({ name, className, logits });
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      rejected.push({ path: name, code: error.code, detail: error.message });
    }
    onProgress?.(answers.length + rejected.length, total);
  };
  await forEachOf(request.pictures, answer, { width: pool.size * inFlightPerChild, signal });
  answers.sort((a, b) => (a.name < b.name ? -1 : 1));
  rejected.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { answers, rejected };
}
