/** @file How long a bundle takes for a picture, as it would be served: from bytes to probabilities in a child process. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { RenderedBundle } from '../model/bundle.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { TaskPool } from '../ports/task-pool.ts';

/** Answers that are not counted: the first of a process are slower. */
const warmUp = 3;

/** Median over `pictures`, asked one after the other; `folder` holds the bundle's files. */
export async function timeBundle(
  pool: TaskPool<PictureTasks>,
  { bundleHash }: Pick<RenderedBundle, 'bundleHash'>,
  request: { folder: string; pictures: readonly Uint8Array[]; limits: PictureLimits; signal?: AbortSignal },
): Promise<number> {
  const { folder, pictures, limits, signal } = request;
  const store = { localFolder: async () => folder };
  return await withBundle({ store, pool }, bundleHash, async () => {
    const times: number[] = [];
    for (const bytes of [...pictures.slice(0, warmUp), ...pictures]) {
      const startedAt = performance.now();
      await pool.run('classify', { bundleHash, bytes, limits }, signal ? { signal } : {});
      times.push(performance.now() - startedAt);
    }
    const counted = times.slice(Math.min(warmUp, pictures.length)).toSorted((a, b) => a - b);
    return counted[counted.length >> 1] ?? 0;
  });
}
