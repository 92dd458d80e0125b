/** @file Many pictures through one version, a few at a time, answers in the order asked. */
import { setMaxListeners } from 'node:events';
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Prediction } from '@tintype/contracts/serve';
import { assertJudgeable } from '../model/gates/assert-judgeable.ts';
import { DetectorShelf } from '../model/gates/detector-shelf.ts';
import type { DetectorSource } from '../model/gates/resolve-detectors.ts';
import { inOrder } from '../model/in-order.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { OpenPictureSource, SourceFile } from '../ports/picture-source.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { toPrediction } from './prediction.ts';

export type PicturePrediction = Omit<Prediction, 'request_id'> & { path: string };

interface Needs {
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  openSource: OpenPictureSource;
}

interface Request {
  sources: readonly string[];
  version: ModelVersion;
  limits: PictureLimits;
  /** Time for one picture, decode and model together. */
  pictureMs: number;
  /** Judged after those of the bundle; default none. */
  gates?: readonly Gate[];
  /** What gates count with. */
  detectors?: DetectorSource;
  signal?: AbortSignal;
}

/**
 * A picture that cannot be answered for, or that a gate refuses, is a row with `error` and `reason`. Throws where a source or the model is
 * missing, and DETECTOR_MISSING, DETECTOR_INVALID or NEIGHBORS_MISSING where gates cannot be judged.
 */
export async function* predictPictures(needs: Needs, request: Request): AsyncGenerator<PicturePrediction> {
  const { bundleHash } = request.version;
  const { gates = [], limits, pictureMs, signal } = request;
  // Every picture in flight listens.
  if (signal) setMaxListeners(0, signal);
  const folder = await needs.store.localFolder(objectKeys.bundlePrefix(bundleHash));
  const [manifest] = await needs.pool.prepare('serve', 'openBundle', { bundleHash, folder });
  const classes = manifest?.classes ?? request.version.classes;
  const asked = [...(manifest?.gates ?? []), ...gates];
  if (manifest) assertJudgeable(manifest, asked);
  await using held = await new DetectorShelf(needs.pool, request.detectors).hold(asked, { signal });
  const answer = async (file: SourceFile): Promise<PicturePrediction> => {
    const { model, version } = request.version;
    try {
      const bytes = await file.read();
      const task = { bundleHash, bytes, limits, gates, detectors: held.keys };
      const answer = await needs.pool.run('classify', task, { deadlineMs: pictureMs, ...(signal ? { signal } : {}) });
      return { path: file.path, ...toPrediction({ ...answer, classes, model, version }) };
    } catch (thrown) {
      if (!(thrown instanceof TintypeError) || thrown.kind === 'cancelled' || thrown.code === 'BUNDLE_CORRUPT')
        throw thrown;
      return {
        path: file.path,
        prediction: null,
        confidence: 0,
        error: `${thrown.message} ${thrown.hint}`,
        reason: thrown.code,
        model,
        version,
      };
    }
  };
  for (const source of request.sources) {
    const opened = await needs.openSource(source, { bytes: limits.bytes });
    yield* inOrder(opened.files(), answer, needs.pool.size * 2);
  }
}
