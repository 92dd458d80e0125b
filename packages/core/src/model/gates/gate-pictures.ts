/** @file Many pictures through gates in children: which pass, and why the others do not. */
import type { Gate, PictureMeasures } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { type ObjectStore, objectKeys } from '../../ports/object-store.ts';
import type { TaskPool } from '../../ports/task-pool.ts';
import { isAboutPicture } from '../each-picture.ts';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { type DetectorKeys, DetectorShelf } from './detector-shelf.ts';
import type { DetectorSource } from './resolve-detectors.ts';

export interface GateNeeds {
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
}

export interface GateRequest {
  gates: readonly Gate[];
  detectors: DetectorSource;
  limits: PictureLimits;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/** `reason` is a gate's, or the code of a picture that cannot be read. */
export interface PictureOutcome {
  refusal?: { reason: string; error: string };
  measures: Partial<PictureMeasures>;
}

/** Why one picture was refused. */
export interface GatedOut {
  contentHash: string;
  reason: string;
  error: string;
}

/**
 * The refused pictures, in the order of `contentHashes`. A picture that cannot be read is refused; anything else throws. Throws
 * DETECTOR_MISSING, DETECTOR_INVALID, OBJECT_NOT_FOUND, CANCELLED.
 */
export async function gatePictures(
  needs: GateNeeds,
  contentHashes: readonly string[],
  request: GateRequest,
): Promise<GatedOut[]> {
  const { gates, detectors, signal } = request;
  if (gates.length === 0) return [];
  await using held = await new DetectorShelf(needs.pool, detectors).hold(gates, { signal });
  const refused: (GatedOut | undefined)[] = Array.from(contentHashes, () => undefined);
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    while (next < contentHashes.length) {
      const at = next++;
      const contentHash = contentHashes[at] as string;
      const { refusal } = await gatePicture(needs, contentHash, { ...request, keys: held.keys });
      if (refusal) refused[at] = { contentHash, ...refusal };
      request.onProgress?.(++done, contentHashes.length);
    }
  };
  await Promise.all(Array.from({ length: needs.pool.size * 2 }, work));
  return refused.filter((one) => one !== undefined);
}

type PictureRequest = Pick<GateRequest, 'gates' | 'limits' | 'signal'> & {
  /** Of detectors that are open in the pool. */
  keys: DetectorKeys;
  /** What need not be measured again. */
  known?: Partial<PictureMeasures>;
};

/** A picture that cannot be read, or that kills its child, is refused. Throws what else a pool and a store throw. */
export async function gatePicture(
  { store, pool }: GateNeeds,
  contentHash: string,
  { gates, limits, signal, keys, known }: PictureRequest,
): Promise<PictureOutcome> {
  try {
    const bytes = await store.get(objectKeys.source(contentHash));
    const input = { bytes, limits, gates, detectors: keys, ...(known ? { known } : {}) };
    return await pool.run('gate', input, signal ? { signal } : {});
  } catch (error) {
    if (!isAboutPicture(error)) throw error;
    return { refusal: { reason: error.code, error: error.message }, measures: {} };
  }
}
