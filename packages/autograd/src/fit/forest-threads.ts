/** @file Trees of one forest on several threads, each taking the next number when it is done with one. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ForestRecipe } from './forest-recipe.ts';
import type { Tree } from './grow-tree.ts';

/** Threads always run built code, also where this module runs from sources. */
const entry = fileURLToPath(new URL('../../dist/fit/forest-worker.js', import.meta.url));

export interface GrowOptions {
  /** Called once for every number, in no certain order. */
  readonly take: (number: number, tree: Tree) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Trees 0 to `count` - 1. Throws what a thread threw, or the signal's reason; no thread is left either way. */
export async function growOnThreads(
  recipe: ForestRecipe,
  { count, threads }: { count: number; threads: number },
  { take, signal }: GrowOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const workerData = shareBins(recipe);
  const workers = Array.from(
    { length: Math.min(threads, count) },
    () => new Worker(entry, { workerData, execArgv: [] }),
  );
  let asked = 0;
  let done = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(signal?.reason as Error);
      signal?.addEventListener('abort', fail, { once: true });
      for (const worker of workers) {
        worker.on('error', reject);
        worker.on('message', ({ number, tree }: { number: number; tree: Tree }) => {
          take(number, tree);
          done++;
          if (done === count) resolve();
          else if (asked < count) worker.postMessage(asked++, []);
        });
        worker.postMessage(asked++, []);
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** One copy of the bins for all threads. */
function shareBins(recipe: ForestRecipe): ForestRecipe {
  const shared = new Uint8Array(new SharedArrayBuffer(recipe.binned.bins.length));
  shared.set(recipe.binned.bins);
  return { ...recipe, binned: { ...recipe.binned, bins: shared } };
}
