/** @file Many pictures through gates in children: which pass, and why the others do not. */
import { TintypeError } from '@tintype/contracts/errors';
import type { CountedName, Detectors, Gate, PictureMeasures, Refusal } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { type ObjectStore, objectKeys } from '../../ports/object-store.ts';
import type { TaskPool } from '../../ports/task-pool.ts';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { judgeGates, sortGates } from './judge-gates.ts';

export interface GateNeeds {
  store: Pick<ObjectStore, 'get'>;
  pool: TaskPool<PictureTasks>;
}

export interface GateRequest {
  gates: readonly Gate[];
  detectors: Detectors;
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

/** The refused pictures, in the order of `contentHashes`. A picture that cannot be read is refused; anything else throws. */
export async function gatePictures(
  needs: GateNeeds,
  contentHashes: readonly string[],
  request: GateRequest,
): Promise<GatedOut[]> {
  const gates = sortGates(request.gates);
  if (gates.length === 0) return [];
  await using open = await openDetectors(needs, request);
  const refused: (GatedOut | undefined)[] = Array.from(contentHashes, () => undefined);
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    while (next < contentHashes.length) {
      const at = next++;
      const contentHash = contentHashes[at] as string;
      refused[at] = await gateOne(needs, contentHash, { ...request, gates, keys: open.keys });
      request.onProgress?.(++done, contentHashes.length);
    }
  };
  await Promise.all(Array.from({ length: needs.pool.size * 2 }, work));
  return refused.filter((one) => one !== undefined);
}

type Keys = Partial<Record<CountedName, string>>;

async function gateOne(
  { store, pool }: GateNeeds,
  contentHash: string,
  { gates, limits, signal, keys }: GateRequest & { keys: Keys },
): Promise<GatedOut | undefined> {
  try {
    const bytes = await store.get(objectKeys.source(contentHash));
    const sharpness = gates.some(({ kind }) => kind === 'blur');
    const measures: PictureMeasures = await pool.run(
      'measure',
      { bytes, limits, sharpness, counts: keys },
      signal ? { signal } : {},
    );
    const refusal = judgeGates(gates, measures);
    return refusal && { contentHash, ...refusal };
  } catch (error) {
    if (!(error instanceof TintypeError) || !error.code.startsWith('IMAGE_')) throw error;
    return { contentHash, reason: error.code, error: error.message };
  }
}

async function openDetectors(
  { pool }: GateNeeds,
  { detectors, signal }: GateRequest,
): Promise<AsyncDisposable & { keys: Keys }> {
  const keys: Keys = {};
  const close = async (): Promise<void> => {
    for (const key of Object.values(keys)) {
      pool.forget(key);
      await pool.prepare(`close:${key}`, 'closeDetector', { key }).finally(() => pool.forget(`close:${key}`));
    }
  };
  try {
    for (const [counted, found] of Object.entries(detectors)) {
      const key = `detector:${found.detector.hash}:${counted}`;
      await pool.prepare(key, 'openDetector', { key, ...found }, signal ? { signal } : {});
      keys[counted as CountedName] = key;
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { keys, [Symbol.asyncDispose]: close };
}
