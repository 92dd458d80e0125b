/** @file Many pictures through gates in children: which pass, and why the others do not. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate, Refusal } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { type ObjectStore, objectKeys } from '../../ports/object-store.ts';
import type { TaskPool } from '../../ports/task-pool.ts';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { type DetectorKeys, DetectorShelf, type DetectorSource } from './detector-shelf.ts';

export interface GateNeeds {
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
}

export interface GateRequest {
  gates: readonly Gate[];
  detectors: DetectorSource;
  limits: PictureLimits;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Why one picture was refused; `reason` is a gate's, or the code of a picture that cannot be read. */
export interface GatedOut {
  contentHash: string;
  reason: Refusal['reason'] | (string & {});
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
      refused[at] = await gatePicture(needs, contentHashes[at] as string, { ...request, keys: held.keys });
      request.onProgress?.(++done, contentHashes.length);
    }
  };
  await Promise.all(Array.from({ length: needs.pool.size * 2 }, work));
  return refused.filter((one) => one !== undefined);
}

/** Undefined where the picture passes. `keys` are of detectors that are open in the pool. */
export async function gatePicture(
  { store, pool }: GateNeeds,
  contentHash: string,
  { gates, limits, signal, keys }: Pick<GateRequest, 'gates' | 'limits' | 'signal'> & { keys: DetectorKeys },
): Promise<GatedOut | undefined> {
  try {
    const bytes = await store.get(objectKeys.source(contentHash));
    const input = { bytes, limits, gates, detectors: keys };
    const { refusal } = await pool.run('gate', input, signal ? { signal } : {});
    return refusal && { contentHash, ...refusal };
  } catch (error) {
    if (!(error instanceof TintypeError) || !error.code.startsWith('IMAGE_')) throw error;
    return { contentHash, reason: error.code, error: error.message };
  }
}
