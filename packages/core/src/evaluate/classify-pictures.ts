/** @file Labeled pictures through a version, as serving would answer them, scored by class name. */

import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { Rejection } from '@tintype/contracts/ingest';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { scoreLogits } from './evaluate-run.ts';

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

const openDeadlineMs = 60_000;
const inFlightPerChild = 3;

/** A log-probability that stands for "never": for classes that the model does not know. */
const impossible = -1e4;

/**
 * Evaluation of `version` on `pictures`. Pictures that cannot be read or decoded are rows of `rejected`. A class that the model does
 * not know counts as a class it always misses. Memory grows by a few numbers per picture. Throws BUNDLE_CORRUPT, CANCELLED.
 */
export async function classifyPictures(
  { store, pool, clock }: Needs,
  version: ModelVersion,
  request: ClassifyOptions & { on: string; pictures: AsyncIterable<LabeledPicture>; total?: number },
): Promise<Evaluation> {
  const startedAt = clock.now();
  const { bundleHash } = version;
  const key = `evaluate:${bundleHash}`;
  const folder = await store.localFolder(objectKeys.bundlePrefix(bundleHash));
  const [manifest] = await pool.prepare(key, 'openBundle', { bundleHash, folder }, { deadlineMs: openDeadlineMs });
  const temperature = manifest?.calibration.temperature ?? 1;
  const known = version.classes.length;
  const classes = [...version.classes];
  const answers: { name: string; truth: number; logits: Float32Array }[] = [];
  const rejected: Rejection[] = [];

  const answer = async (picture: LabeledPicture): Promise<void> => {
    try {
      const bytes = await picture.read();
      const options = {
        deadlineMs: request.pictureMs ?? 30_000,
        ...(request.signal ? { signal: request.signal } : {}),
      };
      const { logits } = await pool.run('classify', { bundleHash, bytes, limits: request.limits }, options);
      let truth = classes.indexOf(picture.className);
      if (truth < 0) truth = classes.push(picture.className) - 1;
      answers.push({ name: picture.name, truth, logits: logits.map((value) => value * temperature) });
    } catch (error) {
      if (!(error instanceof TintypeError) || !isAboutPicture(error)) throw error;
      rejected.push({ path: picture.name, code: error.code, detail: error.message });
    }
    request.onProgress?.(answers.length + rejected.length, request.total);
  };
  try {
    await forEachOf(request.pictures, answer, { width: pool.size * inFlightPerChild, signal: request.signal });
  } finally {
    pool.forget(key);
  }

  answers.sort((a, b) => (a.name < b.name ? -1 : 1));
  rejected.sort((a, b) => (a.path < b.path ? -1 : 1));
  const logits = new Float32Array(answers.length * classes.length).fill(impossible);
  answers.forEach((a, n) => logits.set(a.logits.subarray(0, known), n * classes.length));
  const metrics = scoreLogits({
    classes,
    logits,
    truth: Int32Array.from(answers, (a) => a.truth),
    samples: answers.map((a) => a.name),
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

/** What one picture can do wrong by itself; damage to the model or the store ends the evaluation. */
function isAboutPicture({ code }: TintypeError): boolean {
  return /^(IMAGE_|FILE_|ARCHIVE_ENTRY)/.test(code) || code === 'CHILD_CRASHED' || code === 'DEADLINE_EXCEEDED';
}

/** Calls `use` for every element with at most `width` under way; the first failure ends it once all under way have ended. */
async function forEachOf<T>(
  elements: AsyncIterable<T>,
  use: (element: T) => Promise<void>,
  { width, signal }: { width: number; signal: AbortSignal | undefined },
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const element of elements) {
    if (signal?.aborted) failures.unshift(new TintypeError('CANCELLED', {}));
    if (failures.length > 0) break;
    const one: Promise<void> = use(element)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= width) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
